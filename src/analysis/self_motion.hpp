// How single ions move: the non-Gaussian parameter, the van Hove function, self scattering.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

/// A function of time with its standard error: over the ions (which takes them as independent), or
/// over the replicas where that is more.
struct MotionCurve {
  std::string species;
  std::vector<double> lag_ps;
  std::vector<double> value;
  std::vector<double> error;
  std::size_t ions = 0;
  std::size_t replicas = 0;
};

/// What each ion of one run says at each lag, averaged over the origins: all that a curve needs of
/// a trajectory, so that replicas are read one after the other.
struct IonAverages {
  std::string species;
  std::vector<double> lag_ps;
  std::vector<std::vector<double>> first;   ///< (lags, ions) <r^2>, or <sin(qr)/(qr)>
  std::vector<std::vector<double>> second;  ///< (lags, ions) <r^4>, or nothing
};
[[nodiscard]] IonAverages displacement_moments(const Trajectory& trajectory,
                                               const std::string& species, std::size_t threads);
/// q in 1/A.
[[nodiscard]] IonAverages scattering_averages(const Trajectory& trajectory,
                                              const std::string& species, double q,
                                              std::size_t threads);

/// alpha_2(t) = 3 <r^4> / (5 <r^2>^2) - 1 (Rahman, 10.1103/PhysRev.136.A405): 0 for Gaussian
/// displacements, -0.4 for steps of one length, positive where some ions move and others do not.
/// Replicas are pooled, as far as the shortest of them reaches.
/// @throws InputError for no runs, or runs whose frames are not equally far apart.
[[nodiscard]] MotionCurve non_gaussian(std::span<const IonAverages> runs);
[[nodiscard]] MotionCurve non_gaussian(const Trajectory& trajectory, const std::string& species,
                                       std::size_t threads);

/// F_s(q, t) = < sin(q r) / (q r) >, averaged over directions. Pooled in the same way.
[[nodiscard]] MotionCurve self_scattering(std::span<const IonAverages> runs);
[[nodiscard]] MotionCurve self_scattering(const Trajectory& trajectory, const std::string& species,
                                          double q, std::size_t threads);

/// The self part of the van Hove function at one lag.
struct VanHove {
  std::string species;
  double lag_ps = 0;
  double msd = 0;                ///< A^2
  std::vector<double> r;         ///< A, centres of the bins
  std::vector<double> density;   ///< 4 pi r^2 G_s(r, t) per A; integrates to one
  std::vector<double> gaussian;  ///< the same of a Gaussian of this MSD
  double displacements = 0;      ///< that were counted: the weight of a replica
};

/// @throws InputError for a lag that is not between a frame and the run.
[[nodiscard]] VanHove van_hove(const Trajectory& trajectory, const std::string& species,
                               double lag_ps, double bin);
/// One function of several runs, each displacement with the same weight.
[[nodiscard]] VanHove pooled(std::span<const VanHove> runs);

}  // namespace vitrion::analysis
