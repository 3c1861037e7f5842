// Doorways: the gates that ions hop through, how wide they are, and whether they open for it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/gate.hpp"
#include "analysis/hops.hpp"
#include "analysis/trajectory.hpp"
#include "base/threads.hpp"

namespace vitrion::analysis {

struct DoorwayOptions {
  std::string species = "Na";
  std::vector<std::string> anions;           ///< empty: all anions of the trajectory
  std::vector<std::string> formers = {"P"};  ///< the middles of the units
  double longest = 5.5;                      ///< A between the anions of a window
  double follow = 50;                        ///< ps before and after; shorter if the run is short
  double smooth = 0.3;                       ///< ps, over which paths are averaged
  std::size_t static_frames = 40;            ///< of a run, in which all windows are found
  std::size_t bootstrap = 400;               ///< draws
  std::uint64_t seed = 1;
  std::size_t threads = default_threads();

  /// @throws InputError naming the option.
  void validate() const;
};

/// Three atoms of a trajectory and the lattice vectors that bring their paths together.
struct Gate {
  std::array<std::size_t, 3> anions{};
  std::array<Vec3, 3> shift{};  ///< A, added to the unwrapped paths
  std::string kind;             ///< "SSO": the anions in the order of the trajectory's species
  /// Units that the anions belong to: 1 is the face of one unit, which no ion passes. An anion
  /// without a former is a unit of its own.
  std::size_t units = 0;
};

/// The gate of a hop.
struct HopGate {
  std::size_t hop = 0;    ///< of the run's hops
  std::size_t frame = 0;  ///< in which the ion passed
  Gate gate;
  GateShape shape;          ///< in that frame, paths averaged over `smooth`
  double clearance = 0;     ///< A, least distance of the ion to an anion's surface on its way
  bool pierced = true;      ///< the path goes through it; else these are the three nearest anions
  std::size_t leaves = 0;   ///< frame in which a quarter of the way is behind the ion
  std::size_t arrives = 0;  ///< frame in which three quarters are
  double opening = 0;       ///< A, radius in that frame less its mean long before and after
  bool followed = false;
};

/// Lags in bins of whole frames, -bins ... bins.
struct LagGrid {
  std::size_t bins = 0;   ///< on either side
  std::size_t width = 1;  ///< frames of a bin
  double time_step = 0;   ///< ps

  [[nodiscard]] std::size_t size() const { return 2 * bins + 1; }
  [[nodiscard]] double bin_ps() const { return static_cast<double>(width) * time_step; }
  [[nodiscard]] double lag_ps(std::size_t k) const {
    return (static_cast<double>(k) - static_cast<double>(bins)) * bin_ps();
  }
  /// Frames that a gate needs before and after.
  [[nodiscard]] std::size_t reach() const { return bins * width + width / 2; }
  [[nodiscard]] bool is_outer(std::size_t k) const {
    return 2 * (k > bins ? k - bins : bins - k) > bins;
  }

  /// Up to a hundred bins a side, over `follow` or a sixth of the run.
  static LagGrid of(const Trajectory& run, double follow_ps);
};

/// Radii of some gates around some instants, each less its mean over the outer half of the lags.
struct GateCurves {
  std::vector<std::size_t> ion;     ///< (n) whose hops or attempts belong together
  std::vector<double> opening;      ///< (n, lags) A
  std::vector<double> mean;         ///< (n) A, over the outer lags
  std::vector<double> fluctuation;  ///< (n) A, standard deviation over the outer lags

  [[nodiscard]] std::size_t size() const { return mean.size(); }
};

/// What one run says of its doorways.
struct DoorwayRun {
  LagGrid lags;
  std::string no_hops;           ///< why there are none, if the hop detector refused
  std::size_t hops = 0;          ///< lasting ones
  std::vector<HopGate> gates;    ///< of all hops that have one
  GateCurves at_rest;            ///< some doorways, at any instant: how much they breathe
  GateCurves at_hops;            ///< gates that are followed: those far enough from the ends
  GateCurves same_kind;          ///< control: gates of the same kind, at an instant without a hop
  GateCurves shifted;            ///< control: the gate of the hop, at another time
  GateCurves at_attempts;        ///< control: gates that an ion came to and did not pass
  std::vector<double> progress;  ///< (n of at_hops, lags) share of the hop done in a bin
  std::vector<double> units;     ///< (n of at_hops, lags) A, formers' distance from the gate's
                                 ///< centre, less its mean

  // Static windows.
  struct Kind {
    std::string name;  ///< "SSO"
    std::size_t units = 0;
    double count = 0;   ///< a frame
    double area = 0;    ///< A^2 a frame
    double radius = 0;  ///< A, mean weighted with area
  };
  std::vector<Kind> kinds;
  std::vector<double> frame_radius;       ///< (static frames) A, mean over doorways, area weighted
  std::vector<double> frame_count;        ///< (static frames) doorways
  std::vector<double> radius_histogram;   ///< A^2 a bin of `radius_bin`, from `first_radius` on
  std::vector<double> passing_histogram;  ///< gates in the frames in which they were passed
  std::vector<double> resting_histogram;  ///< the same gates in the outer lags
};

inline constexpr double first_radius = -1;  ///< A
inline constexpr double radius_bin = 0.05;  ///< A
inline constexpr std::size_t radius_bins = 60;

/// D1 to D3 of one run (docs/analysis.md, "Doorways"). The trajectory holds all atoms. The result
/// does not depend on `threads`.
/// @throws InputError if it has no anions, one without a radius, or a cell that is too narrow.
[[nodiscard]] DoorwayRun doorways_of_run(const Trajectory& run, const HopRun& hops,
                                         const LagGrid& lags, const DoorwayOptions& options);

}  // namespace vitrion::analysis
