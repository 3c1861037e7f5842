#include "base/random.hpp"

#include <bit>
#include <cmath>

#include "base/error.hpp"

namespace vitrion {

namespace {

/// splitmix64 (Steele, Lea and Flood 2014): spreads one word into the generator's state.
std::uint64_t split_mix(std::uint64_t& x) {
  x += 0x9e3779b97f4a7c15ULL;
  std::uint64_t z = x;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t hash64(std::string_view bytes) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : bytes) {
    h ^= static_cast<unsigned char>(c);
    h *= 0x100000001b3ULL;
  }
  return h;
}

RandomStream::RandomStream(std::uint64_t seed, std::string_view name, std::uint64_t index) {
  std::uint64_t x = seed;
  x = split_mix(x) ^ hash64(name);
  x = split_mix(x) ^ index;
  for (auto& word : s_) word = split_mix(x);
}

std::uint64_t RandomStream::bits() {
  const std::uint64_t result = std::rotl(s_[1] * 5, 7) * 9;
  const std::uint64_t t = s_[1] << 17;
  s_[2] ^= s_[0];
  s_[3] ^= s_[1];
  s_[1] ^= s_[2];
  s_[0] ^= s_[3];
  s_[2] ^= t;
  s_[3] = std::rotl(s_[3], 45);
  return result;
}

double RandomStream::uniform() {
  return static_cast<double>(bits() >> 11) * 0x1.0p-53;
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double u = 0;
  double v = 0;
  double s = 0;
  do {
    u = uniform(-1, 1);
    v = uniform(-1, 1);
    s = u * u + v * v;
  } while (s >= 1 || s == 0);
  const double scale = std::sqrt(-2 * std::log(s) / s);
  spare_ = v * scale;
  has_spare_ = true;
  return u * scale;
}

std::uint64_t RandomStream::below(std::uint64_t n) {
  const std::uint64_t limit = -n % n;  // 2^64 mod n: words under it would favour small results
  std::uint64_t word = bits();
  while (word < limit) word = bits();
  return word % n;
}

std::vector<std::uint64_t> RandomStream::state() const {
  return {s_[0], s_[1], s_[2], s_[3], std::bit_cast<std::uint64_t>(spare_), has_spare_ ? 1U : 0U};
}

void RandomStream::restore(const std::vector<std::uint64_t>& state) {
  if (state.size() != 6) throw InputError("a random stream's state has 6 words");
  for (int k = 0; k < 4; ++k) s_[k] = state[static_cast<std::size_t>(k)];
  spare_ = std::bit_cast<double>(state[4]);
  has_spare_ = state[5] != 0;
}

}  // namespace vitrion
