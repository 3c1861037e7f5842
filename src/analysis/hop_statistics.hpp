// What the hops of several runs say: rates, lengths, stays, and how many go back.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/hops.hpp"

namespace vitrion::analysis {

/// Numbers of one run.
struct HopCounts {
  std::size_t ions = 0;
  std::size_t hops = 0;
  std::size_t undone = 0;    ///< hops taken back within returns_within
  std::size_t lasting = 0;   ///< neither undone nor undoing
  std::size_t pairs = 0;     ///< successive hops of one ion
  std::size_t backward = 0;  ///< of the pairs: the second ends where the first began
  std::size_t excursions = 0;
  double ion_time = 0;  ///< ps, observed, all ions together
};

struct Hops {
  std::string species;
  HopScale scale;
  std::vector<HopRun> runs;
  std::vector<HopCounts> counts;      ///< (runs)
  Estimate rate;                      ///< 1/(ns ion), of all hops
  Estimate lasting_rate;              ///< without returns and what they undo
  Estimate excursion_rate;            ///< of failed attempts
  Estimate forward_backward;          ///< forward / backward among successive pairs; 5 on a simple
                                      ///< cubic lattice without memory
  Estimate length;                    ///< A, mean
  Estimate stay;                      ///< ps, mean: time observed / hops
  std::optional<double> median_stay;  ///< ps, if half of the stays were seen to end
  Estimate random_walk_D;       ///< cm2/s, rate <length^2> / 6: D if no hop remembered another
  std::vector<double> lengths;  ///< A, centres of bins of 0.25 A
  std::vector<double> length_density;  ///< 1/A
  std::vector<double> stay_times;      ///< ps
  std::vector<double> stay_survival;   ///< share that stayed longer (Kaplan and Meier)
  std::optional<BondChanges> bonds;    ///< over all runs, if they have anions
};

/// Rates of one run: the widest of Poisson's interval (Garwood) and Student's t on the spread over
/// the ions, for hops of one ion follow each other; of several: combine_means.
/// Stays that the end of the run cuts off are censored (10.1080/01621459.1958.10501452).
/// `bonds`: one a run, or empty.
[[nodiscard]] Hops combine_hops(std::vector<HopRun> runs, const HopOptions& options,
                                std::span<const BondChanges> bonds);

}  // namespace vitrion::analysis
