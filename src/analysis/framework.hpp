// How flexible the framework is: cages, jumps, uneven motion and turns of the network formers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "analysis/coincidence.hpp"
#include "analysis/estimate.hpp"
#include "analysis/hops.hpp"
#include "analysis/rotation.hpp"
#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct FrameworkOptions {
  std::string centre = "P";
  std::vector<std::string> mobile = {"Na"};  ///< no part of the framework
  BondCutoffs cutoffs;
  double jump = 1;               ///< A, between the means before and after
  double jump_window_ps = 5;     ///< over which a place is averaged, on either side
  double b_window_ps = 20;       ///< over which vibrations are measured, about their mean
  double non_affine_radius = 7;  ///< A
  double turn_degrees = 60;
  double turn_average_ps = 1;
  double within_ps = 10;  ///< of a jump and a hop that belong together
  double within_A = 6;
  std::size_t shuffles = 2000;
  std::uint64_t seed = 1;
  std::size_t threads = 1;
};

/// A centre whose mean places before and after a time differ by more than a jump.
struct CentreJump {
  std::size_t centre = 0;  ///< of the run's centres
  double time_ps = 0;
  double length = 0;  ///< A
  Vec3 from{};        ///< A
  Vec3 to{};
};

/// A sudden rise of the MSD from the first frame.
struct MsdRise {
  double time_ps = 0;
  double rise = 0;       ///< A^2
  double top_share = 0;  ///< of it, by the centre that moved most
};

/// One run.
struct FrameworkRun {
  std::size_t frames = 0;
  double duration = 0;             ///< ps
  std::vector<std::size_t> atoms;  ///< (centres) in the trajectory
  std::vector<int> oxygens;        ///< (centres) k of PS(4-k)Ok; -1 without four anions
  std::vector<double> b_factor;    ///< (centres) A^2
  double cage_plateau = 0;         ///< A^2, of the MSD; 0 if it has none
  double cage_error = 0;           ///< A^2
  double top_share = 0;            ///< of the squared displacement, in the 5 % that moved most
  std::vector<CentreJump> jumps;
  double jump_time = 0;            ///< ps in which a jump could be seen, of one centre
  std::vector<double> non_affine;  ///< (centres) A^2; not finite where it is not defined
  double non_affine_lag = 0;       ///< ps
  RotationCurve rotation;
  Turns turns;
  std::vector<double> time_ps;    ///< (frames)
  std::vector<double> msd_first;  ///< (frames) A^2, from the first frame
  std::vector<MsdRise> rises;
  EventPair events;  ///< jumps, and hops if there are any
  bool has_hops = false;
};

/// The share of < r^2 > that the 5 % with the longest Gaussian displacements have.
inline constexpr double gaussian_top_share = 0.1669;

/// The hops that last, in the middle of their ways.
[[nodiscard]] std::vector<Event> lasting_hops(const Trajectory& trajectory, const HopRun& hops);

/// `hops`: of the mobile ions, or none. The trajectory holds every species but the mobile ones.
/// @throws InputError if it lacks the centres or has fewer than eight frames.
[[nodiscard]] FrameworkRun framework_of_run(const Trajectory& trajectory,
                                            const FrameworkOptions& options,
                                            const std::optional<std::vector<Event>>& hops);

/// Centres with one number of oxygens, over all runs.
struct FrameworkClass {
  int oxygens = 0;
  std::size_t centres = 0;
  Estimate b_factor;    ///< A2
  Estimate non_affine;  ///< A2
  Estimate jump_rate;   ///< 1/ns a centre
  Estimate turn_rate;   ///< 1/ns a unit
};

struct Framework {
  FrameworkOptions options;
  Estimate cage_plateau;    ///< A2, of the MSD
  Estimate cage_amplitude;  ///< A, root of half the plateau: of the displacement from the mean
  Estimate b_factor;        ///< A2, 8 pi^2 <u^2> / 3
  double b_spread = 0;      ///< A2, standard deviation over the centres
  Estimate top_share;
  Estimate jump_rate;   ///< 1/ns a centre
  Estimate turn_rate;   ///< 1/ns a unit
  Estimate non_affine;  ///< A2
  double non_affine_lag = 0;
  RotationCurve rotation;                  ///< mean of the runs
  std::optional<Coincidence> coincidence;  ///< none without hops
  std::optional<Estimate> hop_rate;        ///< 1/ns an ion, where hops are known
  std::vector<FrameworkClass> classes;     ///< by the number of oxygens
  std::vector<FrameworkRun> runs;
};

/// `mobile_ions`: of each run, for the hop rate; 0 if not known.
[[nodiscard]] Framework framework(std::vector<FrameworkRun> runs, const FrameworkOptions& options,
                                  double mobile_ions);

}  // namespace vitrion::analysis
