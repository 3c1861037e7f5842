// How the mean squared displacements of one Brownian walker at several lags vary together.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace vitrion::analysis {

/// A walker in three dimensions whose positions are seen with a white error (rattling in a cage).
struct BrownianModel {
  double step_variance = 0;   ///< A^2 per dimension and frame: 2 D dt
  double noise_variance = 0;  ///< A^2 per dimension: the MSD's intercept over six
};

/// (L, L) covariance in A^4 of the MSD over all origins at `lags` (in frames) of one walker in a
/// run of `frames` frames; divide by N for the mean of N independent walkers. Exact for the model
/// (Bullerjahn, von Buelow, Hummer, 10.1063/5.0008312), with windows that overlap counted as they
/// do.
[[nodiscard]] std::vector<double> msd_covariance(std::span<const std::size_t> lags,
                                                 std::size_t frames, const BrownianModel& model);

}  // namespace vitrion::analysis
