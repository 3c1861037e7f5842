// What the doorways of several runs say: how wide, how flexible, and whether they open before an
// ion.
#pragma once

#include <string>
#include <vector>

#include "analysis/doorways.hpp"
#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// A mean curve with its 95 % band.
struct LagCurve {
  std::size_t count = 0;  ///< gates
  std::vector<double> value;
  std::vector<double> low;
  std::vector<double> high;
};

/// A set of gates that were followed, and how far they stood open at lag 0.
struct OpeningOf {
  std::string name;  ///< "hop", "same kind", "shifted", "attempt"
  LagCurve curve;    ///< A, less the mean over the outer half of the lags
  Estimate opening;  ///< A, at lag 0
  Estimate excess;   ///< A, of the hops over this control; refused for the hops themselves
};

struct Doorways {
  std::string species;
  double followed_ps = 0;  ///< on either side
  double asked_ps = 0;     ///< what was asked for
  std::vector<double> lag_ps;
  std::size_t frames = 0;           ///< in which static windows were found, all runs
  Estimate radius;                  ///< A, static doorways, weighted with area: <r_gate>
  Estimate count;                   ///< static doorways a frame
  Estimate fluctuation;             ///< A, standard deviation of a doorway in time: sd_gate
  Estimate passing_radius;          ///< A, gates in the frames in which ions pass
  Estimate clearance;               ///< A, least distance of a passing ion to a surface
  std::vector<OpeningOf> openings;  ///< hop, then the controls
  Estimate lead;                    ///< ps by which the gate's opening comes before the ion's way
  Estimate largest_opening;         ///< A, at that lead
  /// A, mean opening of the gate a lag before the ion does its way: sum over t of opening(t) times
  /// the share of the way done at t + lag.
  LagCurve before_ion;
  /// Correlation of the gate's radius at t with the distance of its formers from it at t + lag.
  LagCurve with_units;
  std::string verdict;
  std::vector<DoorwayRun::Kind> kinds;      ///< means over runs
  std::vector<DoorwayRun::Kind> hop_kinds;  ///< of the gates that were passed: `count` in all
  std::vector<double> r;                    ///< A, centres of bins
  std::vector<double> static_density;       ///< 1/A, weighted with area
  std::vector<double> passing_density;      ///< 1/A, gates while they are passed
  std::vector<double> resting_density;      ///< 1/A, the same gates at other times
  std::vector<DoorwayRun> runs;
};

/// Intervals by bootstrap: replicas are drawn, then ions within them, since the hops of one ion
/// share their surroundings. The lead is the centre of `before_ion` over the lags around its
/// maximum where it exceeds half of it, and is refused where no maximum stands four errors out.
/// @throws InputError for runs with other lags.
[[nodiscard]] Doorways combine_doorways(std::vector<DoorwayRun> runs,
                                        const DoorwayOptions& options);

}  // namespace vitrion::analysis
