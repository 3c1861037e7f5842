// The threshold of p_hop from its own distribution: the valley between ions that rattle and ions
// that hop.
#pragma once

#include <string>
#include <vector>

namespace vitrion::analysis {

/// A maximum of p_hop in time, and whether the ion is still displaced a window later.
struct HopMaximum {
  double p_hop = 0;         ///< A^2
  double displacement = 0;  ///< A^2, squared distance between the means one window farther out
};

struct HopThreshold {
  double length = 0;  ///< A: the square root of the threshold of p_hop
  double cage = 0;    ///< A, mode of the ions that rattle
  double hop = 0;     ///< A, mode of the ions that hop
  /// 1 - (density in the valley) / (density of the lower mode): 1 if the modes are apart.
  double contrast = 0;
  std::size_t maxima = 0;
  std::size_t above = 0;        ///< maxima over the threshold
  std::vector<double> r;        ///< A, square root of p_hop; evenly spaced in the logarithm
  std::vector<double> density;  ///< of the maxima, per unit of ln r
  std::string refused;          ///< why there is no threshold; empty if there is one
  bool caged = false;           ///< with a refusal: the ions stay where they are

  [[nodiscard]] bool is_refused() const { return !refused.empty(); }
};

/// The density of ln sqrt(p_hop) is estimated with a Gaussian kernel of half of Silverman's width
/// (his rule is for one mode). The threshold is the valley in which it falls farthest below both
/// sides, if the fall is three times its error, a quarter of the lower mode, and the modes are a
/// factor of 1.5 apart. Where hops are too few for a mode, it is the middle of an empty gap that an
/// exponential tail of the rest would cross in one of a hundred data sets, of a factor of two.
/// A second mode of ions that are not displaced a window later (by half of p_hop, the median) is
/// rattling in a wider cage, not hopping.
/// `moved` (ions) is the squared distance between the first and the last window of each path, A^2:
/// where there is no second mode, ions are caged if at most one in a hundred has moved by twice
/// the median of p_hop; else they move without cages that show, and nothing is said of their hops.
[[nodiscard]] HopThreshold hop_threshold(std::vector<HopMaximum> maxima,
                                         const std::vector<double>& moved);

}  // namespace vitrion::analysis
