// The diffusive window: from which lag on the MSD of a species grows as the first power of time.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/msd.hpp"

namespace vitrion::analysis {

/// The intercept of the tangent where the MSD is flattest on logarithmic axes: exactly a for
/// MSD = a + b tau. Nothing (0) unless the log-log slope falls under 0.5 there: a plateau, not a
/// curvature. Looks at lags up to a third of the last of `msd.lags` (the noise of longer ones makes
/// plateaus of its own).
[[nodiscard]] double cage_plateau(const MultiOriginMsd& msd);

/// Log-log slope of the MSD over lags[first ..], with its standard error over the atoms.
struct LogLogSlope {
  double slope = 0;
  double error = 0;
};

struct DiffusiveWindow {
  std::size_t first = 0;  ///< index into msd.lags; the window ends at the last of them
  LogLogSlope slope;
};

/// `covariance` (L, L) of the mean MSD at all of msd.lags weights the fits; `plateau` is taken off
/// the MSD. The earliest start whose slope is within one standard error (or 0.02) of 1; if there is
/// none, the start whose slope agrees best. The window spans a factor of three in time at least.
[[nodiscard]] DiffusiveWindow diffusive_window(const MultiOriginMsd& msd, std::size_t atoms,
                                               const std::vector<double>& covariance,
                                               double plateau);

}  // namespace vitrion::analysis
