// Hops without sites: when an ion changes its cage, found in its path alone.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/hop_threshold.hpp"
#include "analysis/trajectory.hpp"
#include "base/threads.hpp"

namespace vitrion::analysis {

struct HopOptions {
  std::string species = "Na";
  double window = 0;          ///< ps of path on either side; 0: from the data
  double threshold = 0;       ///< A, of sqrt(p_hop); 0: from the data
  double returns_within = 0;  ///< ps; a hop undone sooner was none; 0: the window
  double smooth = 0.3;        ///< ps, over which a path is averaged before excursions are sought
  std::size_t threads = default_threads();

  /// @throws InputError naming the option.
  void validate() const;
};

/// What a hop is in these runs: how long a path is averaged, and how far it must have gone.
struct HopScale {
  std::size_t window = 0;  ///< frames on either side
  double window_ps = 0;
  HopThreshold threshold;
  std::vector<double> tried_ps;  ///< the windows that were compared
};

/// Maxima of p_hop over all ions of several runs, for a ladder of windows; a run is seen once and
/// need not stay in memory.
///
/// p_hop(t) = sqrt( < |r_A - <r>_B|^2 >_A < |r_B - <r>_A|^2 >_B ) with A and B the stretches of
/// the path before and after t (Candelier, Dauchot, Biroli, 10.1103/PhysRevLett.102.088001).
class HopSurvey {
 public:
  explicit HopSurvey(HopOptions options);
  /// @throws InputError for frames that are not evenly spaced as in the runs before, or fewer than
  /// 32.
  void add(const Trajectory& run);
  /// Windows from 4 frames to 50 ps or an eighth of the shortest run, a factor of two apart. Of
  /// those whose distribution has two modes almost as clear (0.1 in contrast) as the best has, the
  /// longest that is under a quarter of the mean time between hops.
  [[nodiscard]] HopScale scale() const;

 private:
  HopOptions options_;
  double time_step_ = 0;
  double ion_frames_ = 0;
  std::size_t shortest_ = 0;                     // frames of the shortest run
  std::vector<std::size_t> windows_;             // frames
  std::vector<std::vector<HopMaximum>> maxima_;  // (windows)
  std::vector<std::vector<double>> moved_;       // (windows)(ions) A^2, first window to last
};

/// An ion left one cage and stayed in another.
struct Hop {
  std::size_t ion = 0;     ///< atom of the trajectory
  std::size_t frame = 0;   ///< the first one after
  Vec3 from{};             ///< A, mean over the window before, or since the hop before
  Vec3 to{};               ///< A, the same after
  double length = 0;       ///< A
  double p_hop = 0;        ///< A^2
  bool backward = false;   ///< it ends where the ion's hop before it began
  bool undone = false;     ///< the ion's next hop takes it back, sooner than returns_within
  bool returning = false;  ///< it undoes the hop before it
  /// Neither undone nor undoing another.
  [[nodiscard]] bool lasting() const { return !undone && !returning; }
};

/// A failed attempt: an ion went farther than half of a usual hop and came back without staying.
struct Excursion {
  std::size_t ion = 0;
  std::size_t frame = 0;  ///< when it was farthest
  Vec3 from{};            ///< A, mean of its cage
  Vec3 far{};             ///< A, where it was
  double reach = 0;       ///< A
};

/// How long an ion stayed after a hop.
struct Residence {
  double time = 0;        ///< ps
  bool completed = true;  ///< it ended in a hop, not with the run
};

/// The hops of one run.
struct HopRun {
  std::vector<Hop> hops;  ///< sorted by ion, then by frame
  std::vector<Excursion> excursions;
  std::vector<Residence> residences;
  std::vector<std::size_t> ions;         ///< atoms of the species
  std::vector<std::size_t> hops_of_ion;  ///< (ions)
  std::size_t frames = 0;
  double time_step = 0;     ///< ps
  double observed = 0;      ///< ps in which a hop could be seen, of one ion
  double usual_length = 0;  ///< A, median; 0 without hops
  HopScale scale;

  [[nodiscard]] double ion_time() const { return observed * static_cast<double>(ions.size()); }
};

/// Candidates are the maxima of p_hop over a quarter of the window on either side, with stretches
/// of that length, and with whole windows where these show none. They are then
/// judged against each other: each one's stretches end at its neighbours, and the weakest falls
/// until all that are left exceed the threshold, with at least half of p_hop in the displacement of
/// the mean. A stay of under a quarter of the window is not told from an excursion.
/// The result does not depend on `threads`. A refused scale gives a run without hops.
[[nodiscard]] HopRun find_hops(const Trajectory& run, const HopScale& scale,
                               const HopOptions& options);

/// Does the set of anions around an ion change where its path says that it hopped?
struct BondChanges {
  std::size_t hops = 0;     ///< that were compared, evenly chosen
  std::size_t changed = 0;  ///< of them
  std::size_t others = 0;   ///< instants in the middle of stays, as many
  std::size_t others_changed = 0;
  std::size_t anions_exchanged = 0;  ///< over all compared hops, left and gained
  /// Hops after which the ion is bonded to other units: the formers of its anions, and anions
  /// without one.
  std::size_t units_changed = 0;
};

/// `former`: the species in the middle of the units, if the trajectory has it. An anion is bonded
/// before (after) if it is within `longest_ionic_bond` in over half of the
/// frames of the window. @throws InputError if the trajectory has no anion.
[[nodiscard]] BondChanges bond_changes(const Trajectory& run, const HopRun& hops,
                                       const std::string& former = "P");

}  // namespace vitrion::analysis
