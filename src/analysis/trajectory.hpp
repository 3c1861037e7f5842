// Trajectory: unwrapped paths of atoms, free of the breathing of the cell and of the drift of the
// whole.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "base/vec3.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

/// What stands still. In a solid, tracers move against the framework; a thermostat may push the
/// whole.
enum class DriftFrame {
  framework,       ///< the mean displacement of the framework species is taken off
  centre_of_mass,  ///< the mean displacement of all atoms, by mass
  none
};

struct TrajectoryOptions {
  std::vector<std::string> keep;  ///< species whose paths are kept; empty: all
  DriftFrame drift = DriftFrame::framework;
  std::vector<std::string> framework = {"P"};  ///< species of the framework
  /// The positions are unwrapped already (LAMMPS xu, xsu): no step is too long for them.
  bool unwrapped = false;
};

/// The paths of one run; letters: F frames, N atoms.
struct Trajectory {
  structures::Species species;    ///< (N) of the kept atoms
  std::vector<double> times;      ///< (F) ps
  std::vector<double> volumes;    ///< (F) A^3
  Mat3 reference_cell{};          ///< mean cell over the frames, rows in A
  std::vector<double> positions;  ///< (N, 3, F) A: fractional paths times the reference cell
  /// A^2, mean squared displacement of the framework from the first frame to the last, by this
  /// scheme and by adding Cartesian steps to the nearest image; both 0 without a framework. Where
  /// they differ under a barostat, the second is an artefact of the breathing cell.
  double framework_msd = 0;
  double framework_msd_cartesian = 0;
  double largest_step = 0;  ///< of a fractional coordinate between frames; 0 if none was followed
  std::vector<std::string> framework;  ///< species whose mean displacement was taken off, if any
  std::string drift_frame;             ///< in words, for records

  [[nodiscard]] std::size_t frames() const { return times.size(); }
  [[nodiscard]] std::size_t atoms() const { return species.size(); }
  /// (F) path of one Cartesian coordinate.
  [[nodiscard]] std::span<const double> path(std::size_t atom, std::size_t axis) const {
    return {positions.data() + (atom * 3 + axis) * frames(), frames()};
  }
  [[nodiscard]] Vec3 position(std::size_t atom, std::size_t frame) const {
    return {path(atom, 0)[frame], path(atom, 1)[frame], path(atom, 2)[frame]};
  }
  /// Indices of the atoms of a species. @throws InputError if there is none, with those that are.
  [[nodiscard]] std::vector<std::size_t> atoms_of(const std::string& name) const;
  /// ps between frames. @throws InputError if the frames are not evenly spaced or fewer than two.
  [[nodiscard]] double time_step() const;
  [[nodiscard]] double mean_volume() const;
};

/// Builds a trajectory frame by frame, so that only the kept paths stay in memory.
///
/// Unwrapping is done on fractional coordinates, s = r h^-1: steps are taken to the nearest image,
/// summed, and multiplied by one reference cell at the end. Under a barostat this is exact for a
/// solid, where adding Cartesian steps makes a framework seem to diffuse (docs/analysis.md,
/// "Unwrapping").
class TrajectoryBuilder {
 public:
  explicit TrajectoryBuilder(TrajectoryOptions options = {});

  /// @throws InputError naming the frame: no cell, other atoms than before, a time that does not
  /// grow, a jump of the cell, or a step over a quarter of the cell in wrapped positions.
  void add(const structures::Frame& frame, double time_ps);
  [[nodiscard]] std::size_t frames() const { return times_.size(); }
  /// @throws InputError if there was no frame.
  [[nodiscard]] Trajectory finish() &&;

 private:
  void start(const structures::Frame& frame);
  void follow_cell(const Mat3& rows);
  void check(const structures::Frame& frame, double time_ps) const;
  Vec3 nearest_step(Vec3 step, std::size_t atom);
  void add_cartesian_step(std::size_t followed, Vec3 step);
  void compare_schemes(Trajectory& t) const;

  TrajectoryOptions options_;
  structures::Species all_;
  std::vector<std::size_t> kept_;      // atoms whose paths are kept
  std::vector<double> drift_weight_;   // (all atoms) share in the drift, sums to one or all zero
  std::vector<std::size_t> followed_;  // kept or with a share
  std::vector<Vec3> last_;             // (followed) fractional, as given
  std::vector<Vec3> path_;             // (followed) fractional, unwrapped
  std::vector<Vec3> start_;            // (followed) fractional, of the first frame
  std::vector<Vec3> wrapped_;          // (followed) fractional, in [0, 1)
  std::vector<Vec3> cartesian_;        // (followed) sums of Cartesian steps, A
  Mat3 cell_before_{};                 // of the frame before
  Vec3 first_drift_{};
  Mat3 cell_{};  // rows of the last frame, in the basis of the first
  Mat3 cell_sum_{};
  std::vector<double> times_;
  std::vector<double> volumes_;
  // (groups of kept atoms)(pieces of the run)(frames, atoms of the group) fractional. A group at a
  // time becomes paths and is freed, so that the peak stays near one copy; a piece is never moved
  // to grow.
  std::vector<std::vector<std::vector<Vec3>>> groups_;
  double largest_step_ = 0;
  std::string drift_frame_;
};

}  // namespace vitrion::analysis
