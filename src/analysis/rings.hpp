// Rings of the network of formers and anions: shortest paths that come back, by King's or Guttman's
// criterion.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/units.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

enum class RingCriterion {
  king,    ///< shortest path between two neighbours of an atom (King, 10.1038/2131112a0)
  guttman  ///< shortest path between the two ends of a bond (Guttman, 10.1016/0022-3093(90)90686-G)
};

struct RingOptions {
  BondCutoffs cutoffs;
  RingCriterion criterion = RingCriterion::king;
  std::size_t longest = 12;  ///< P in a ring; longer ones are not looked for
};

/// Rings of one frame. The network is that of P-S and P-O bonds: a ring of n members has n P and n
/// bridging anions, so two tetrahedra that share an edge make a ring of two. Each ring is counted
/// once, from wherever it was found; one that meets its own periodic image is none.
struct RingCounts {
  std::map<std::size_t, double> of_size;  ///< n -> rings
  double formers_in_rings = 0;            ///< P that belong to at least one
};
/// @throws InputError for a frame without a cell or without P, or options.longest under 2.
[[nodiscard]] RingCounts count_rings(const structures::Frame& frame, const RingOptions& options);

/// The rings of the frames of one run.
class RingSeries {
 public:
  explicit RingSeries(RingOptions options = {}) : options_(options) {}
  void add(const structures::Frame& frame);
  [[nodiscard]] std::size_t frames() const { return frames_.size(); }
  [[nodiscard]] double phosphorus() const { return phosphorus_; }
  [[nodiscard]] const RingOptions& options() const { return options_; }
  /// (frames) rings of n members.
  [[nodiscard]] std::vector<double> series(std::size_t n) const;
  /// (frames) share of the P that belong to a ring.
  [[nodiscard]] std::vector<double> share_in_rings() const;
  [[nodiscard]] std::size_t largest() const;  ///< members of the largest ring seen; 0 for none

 private:
  RingOptions options_;
  std::vector<RingCounts> frames_;
  double phosphorus_ = 0;
};

struct Rings {
  struct Size {
    std::size_t members = 0;
    Estimate count;  ///< rings a frame
    Estimate per_P;  ///< rings a P
  };
  std::vector<Size> sizes;  ///< from 2 to the largest seen
  Estimate in_rings;        ///< share of the P that belong to a ring
  RingOptions options;
  std::size_t frames = 0;
  std::size_t replicas = 0;
};

/// @throws InputError for no frames.
[[nodiscard]] Rings rings(std::span<const RingSeries> runs);

}  // namespace vitrion::analysis
