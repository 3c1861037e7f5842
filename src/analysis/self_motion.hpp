// How single ions move: the non-Gaussian parameter, the van Hove function, self scattering.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

/// A function of time with its standard error over the ions (which takes them as independent).
struct MotionCurve {
  std::string species;
  std::vector<double> lag_ps;
  std::vector<double> value;
  std::vector<double> error;
};

/// alpha_2(t) = 3 <r^4> / (5 <r^2>^2) - 1 (Rahman, 10.1103/PhysRev.136.A405): 0 for Gaussian
/// displacements, -0.4 for steps of one length, positive where some ions move and others do not.
[[nodiscard]] MotionCurve non_gaussian(const Trajectory& trajectory, const std::string& species,
                                       std::size_t threads);

/// F_s(q, t) = < sin(q r) / (q r) >, averaged over directions. q in 1/A.
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
};

/// @throws InputError for a lag that is not between a frame and the run.
[[nodiscard]] VanHove van_hove(const Trajectory& trajectory, const std::string& species,
                               double lag_ps, double bin);

}  // namespace vitrion::analysis
