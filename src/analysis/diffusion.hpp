// Self-diffusion: D of one species in one run, from the diffusive part of its MSD, or a refusal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/estimate.hpp"
#include "analysis/statistics.hpp"
#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct DiffusionOptions {
  /// Longest lag as a share of the run: beyond a third, hardly any independent windows are left.
  double longest_lag = 1.0 / 3;
  std::size_t threads = 1;
};

/// D of one run with all that its guard looked at. Lengths in A, times in ps.
struct Diffusion {
  Estimate D;           ///< cm^2/s; generalised least squares over the diffusive window
  ReplicaValue within;  ///< the same for the combination of replicas; meaningless if refused
  Estimate D_paper;     ///< cm^2/s; one origin, slope over the 50th to 95th per cent of the run
  ReplicaValue within_paper;
  double window_first = 0;  ///< ps
  double window_last = 0;   ///< ps
  Estimate loglog_slope;   ///< of the MSD (less its intercept, where ions are caged first) over the
                           ///< window; 1 is diffusion
  Estimate worst_slope;    ///< the same of the part (whole, earlier or later half) farthest from 1
  double worst_first = 0;  ///< ps
  double worst_last = 0;   ///< ps
  double cage_plateau = 0;  ///< A^2; 0 if the MSD shows no cage
  double msd_at_end = 0;    ///< A^2 at the window's end
  double inflation = 1;     ///< of the variance, for ions that move together
  double condition = 0;     ///< of the MSD's correlation matrix
  std::string guard;        ///< "passed", or "degraded: why", then D is from weighted least squares
  std::size_t ions = 0;
  double duration = 0;  ///< ps
};

/// D = slope / 6 of MSD(tau) = a + 6 D tau (docs/analysis.md, "Diffusion").
///
/// Window: from where the log-log slope of the MSD agrees with 1, also within its halves. Weights:
/// generalised least squares with the exact covariance of rattling Brownian walkers. Error: the
/// spread over the ions of the same weighted sum, widened where ions move together; so it holds for
/// hopping ions too.
///
/// Refused if the 95 % interval of D includes 0, if the log-log slope over the window or one of its
/// halves excludes 1 (by more than 0.02), or if the MSD ends under three times its cage plateau;
/// then with an upper bound from MSD/6t.
[[nodiscard]] Diffusion diffusion(const Trajectory& trajectory, const std::string& species,
                                  const DiffusionOptions& options = {});

}  // namespace vitrion::analysis
