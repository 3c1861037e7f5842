// Which frames make a batch: batch sizes, probabilities of the systems, and the order of their
// frames.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "train/dataset.hpp"

namespace vitrion::train {

/// DeePMD's batch_size: a number for all systems, a list with one for each, auto:N (at least N
/// atoms in a batch) or max:N (at most N atoms, one frame at least).
struct BatchRule {
  enum class Kind { each, at_least_atoms, at_most_atoms };
  Kind kind = Kind::at_least_atoms;
  std::size_t atoms = 32;
  std::vector<std::size_t> sizes;  ///< Kind::each: one entry for all systems, or one per system
};

/// DeePMD's auto_prob and sys_probs.
struct SamplingRule {
  enum class Kind { by_size, uniform, blocks, given };
  /// Systems [begin, end) share `weight`, inside in proportion to their number of batches.
  struct Block {
    std::size_t begin = 0;
    std::size_t end = 0;
    double weight = 1;
  };
  Kind kind = Kind::by_size;
  std::vector<Block> blocks;
  /// Kind::given: one per system; negative entries share what the others leave, by size.
  std::vector<double> probabilities;
};

/// One batch: frames of one system.
struct Batch {
  std::size_t system = 0;
  std::vector<std::size_t> frames;
};

/// Sizes and probabilities, and the endless sequence of batches. The sequence is a function of the
/// seed and of how many batches were taken of each system, so its state is a few numbers.
class Batches {
 public:
  /// `stream` names the random stream, e.g. "train". @throws InputError naming the rule.
  Batches(const Dataset& data, const BatchRule& batch, const SamplingRule& sampling,
          std::uint64_t seed, std::string stream);

  /// The batch of draw number `draws()`.
  [[nodiscard]] Batch next();

  [[nodiscard]] std::span<const std::size_t> sizes() const { return sizes_; }
  [[nodiscard]] std::span<const double> probabilities() const { return probabilities_; }
  /// Batches in one pass through each system.
  [[nodiscard]] std::vector<std::size_t> passes() const;
  /// DeePMD's length of an epoch: max over systems of batches / probability, rounded up.
  [[nodiscard]] std::size_t epoch() const;

  /// Draws so far, then batches taken of each system.
  [[nodiscard]] const std::vector<std::uint64_t>& position() const { return position_; }
  void seek(const std::vector<std::uint64_t>& position);

 private:
  std::uint64_t seed_;
  std::string stream_;
  std::vector<std::size_t> frames_;  ///< per system
  std::vector<std::size_t> sizes_;
  std::vector<double> probabilities_;
  std::vector<std::uint64_t> position_;
  std::vector<std::vector<std::size_t>> order_;  ///< the current pass of each system
  std::vector<std::uint64_t> pass_of_order_;
};

}  // namespace vitrion::train
