// The diffusive window: from which lag on the MSD of a species grows as the first power of time.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/msd.hpp"

namespace vitrion::analysis {

/// Where ions rattle before they diffuse. Both are 0 if the MSD shows no cage.
struct Cage {
  /// A^2: the intercept of the tangent where the MSD is flattest on logarithmic axes, exactly a for
  /// MSD = a + b tau; no more than the MSD falls to afterwards (a vibration overshoots).
  double plateau = 0;
  double highest = 0;  ///< A^2: the MSD there, which no intercept of a diffusive line can exceed
  /// Index into msd.lags of that place: before it ions still move freely in their cage, and less an
  /// intercept their MSD may pass for a diffusive one.
  std::size_t flattest = 0;
};

/// There is a cage where the log-log slope falls under 0.5: a plateau, not a curvature; or under
/// 0.75 if it rises by over 0.2 from there to the end: a cage that is left before its plateau.
/// Looks at lags up to a third of the last of `msd.lags` (the noise of longer ones makes plateaus
/// of its own).
[[nodiscard]] Cage find_cage(const MultiOriginMsd& msd);

/// Log-log slope of the MSD (less the intercept of the window's line, where there is a cage) over
/// lags[first ..= last], with its standard error over the atoms.
struct LogLogSlope {
  double slope = 0;
  double error = 0;
  std::size_t first = 0;  ///< indices into msd.lags
  std::size_t last = 0;
};

struct DiffusiveWindow {
  std::size_t first = 0;  ///< index into msd.lags; the window ends at the last of them
  LogLogSlope slope;      ///< over the whole window
  LogLogSlope worst;      ///< the part (whole, earlier or later half) that is farthest from 1
  bool straight = false;  ///< all three agree with 1
};

/// `covariance` (L, L) of the mean MSD at all of msd.lags weights the fits. The start is the
/// earliest one from which the log-log slope agrees with 1 over the window and within both of its
/// halves (on the logarithm of time): a mean of 1 alone is also that of a vibration or a cage that
/// is crossed slowly. What is left of such a transient at the earliest start dies out fast, so the
/// window begins at twice that lag, unless it is the first of all. Without such a start: the one
/// whose worst part agrees best. The window spans a factor of three in time at least.
[[nodiscard]] DiffusiveWindow diffusive_window(const MultiOriginMsd& msd, std::size_t atoms,
                                               const std::vector<double>& covariance,
                                               const Cage& cage);

}  // namespace vitrion::analysis
