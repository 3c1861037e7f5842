// Generalised least squares of a straight line through correlated numbers.
#pragma once

#include <span>
#include <vector>

namespace vitrion::analysis {

/// y = intercept + slope x. Both are weighted sums of y, so that the same weights applied to each
/// atom's own y give the spread of the estimate without any model.
struct GlsFit {
  double intercept = 0;
  double slope = 0;
  double intercept_error = 0;  ///< from the covariance that was given
  double slope_error = 0;
  std::vector<double> intercept_weights;  ///< (L)
  std::vector<double> slope_weights;      ///< (L)
  double condition = 0;                   ///< of the correlation matrix, before flooring
};

/// `covariance` is (L, L) of y; L >= 2. Eigenvalues of its correlation matrix under 1e-12 of the
/// largest are raised to that, which keeps a nearly singular covariance from deciding the fit.
[[nodiscard]] GlsFit fit_gls(std::span<const double> x, std::span<const double> y,
                             std::span<const double> covariance);

/// The same with the correlations left out: weighted least squares.
[[nodiscard]] GlsFit fit_wls(std::span<const double> x, std::span<const double> y,
                             std::span<const double> covariance);

}  // namespace vitrion::analysis
