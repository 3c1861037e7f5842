// Named random streams: the same study, stream name and index give the same numbers on every
// machine.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace vitrion {

/// xoshiro256** (Blackman and Vigna 2021, DOI 10.1145/3460772), seeded from (seed, name, index).
/// The standard library's distributions differ between implementations, so ours are written out.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index = 0);

  [[nodiscard]] std::uint64_t bits();
  /// Uniform in [0, 1), 53 bits.
  [[nodiscard]] double uniform();
  /// Uniform in [low, high).
  [[nodiscard]] double uniform(double low, double high) { return low + (high - low) * uniform(); }
  /// Standard normal (Marsaglia's polar method).
  [[nodiscard]] double normal();
  /// Uniform integer in [0, n), n > 0, without modulo bias.
  [[nodiscard]] std::uint64_t below(std::uint64_t n);

  /// Fisher-Yates shuffle.
  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

  /// The whole state, for exact restarts: four words, then the spare normal (as bits) and its flag.
  [[nodiscard]] std::vector<std::uint64_t> state() const;
  void restore(const std::vector<std::uint64_t>& state);

 private:
  std::uint64_t s_[4];
  double spare_ = 0;
  bool has_spare_ = false;
};

/// FNV-1a, 64 bits: for stream names and content identities, not for secrets.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes);

}  // namespace vitrion
