#include "analysis/diffusive_window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/gls.hpp"

namespace vitrion::analysis {

namespace {

/// Rows and columns first.. of a square matrix.
std::vector<double> corner(const std::vector<double>& matrix, std::size_t size, std::size_t first) {
  const std::size_t l = size - first;
  std::vector<double> result(l * l);
  for (std::size_t i = 0; i < l; ++i)
    for (std::size_t j = 0; j < l; ++j) result[i * l + j] = matrix[(first + i) * size + first + j];
  return result;
}

LogLogSlope log_log_slope(const MultiOriginMsd& msd, std::size_t atoms,
                          const std::vector<double>& covariance, double plateau,
                          std::size_t first) {
  const std::size_t l = msd.lags.size() - first;
  std::vector<double> x(l);
  std::vector<double> y(l);
  std::vector<double> size(l);
  std::vector<double> s = corner(covariance, msd.lags.size(), first);
  for (std::size_t i = 0; i < l; ++i) {
    // A plateau that eats the whole MSD leaves a millionth: the slope is then far from 1, as it
    // should be.
    const double m = msd.msd[msd.lags[first + i]];
    size[i] = std::max(m - plateau, 1e-6 * m);
    x[i] = std::log(static_cast<double>(msd.lags[first + i]));
    y[i] = std::log(size[i]);
  }
  for (std::size_t i = 0; i < l; ++i)
    for (std::size_t j = 0; j < l; ++j) s[i * l + j] /= size[i] * size[j];
  const GlsFit fit = fit_gls(x, y, s);

  // Each atom's influence on the slope: d slope = sum_j w_j d MSD_j / MSD_j.
  double sum = 0;
  for (std::size_t atom = 0; atom < atoms; ++atom) {
    double u = 0;
    for (std::size_t i = 0; i < l; ++i)
      u += fit.slope_weights[i] * (msd.of_atom(atom, first + i) - msd.msd[msd.lags[first + i]]) /
           size[i];
    sum += u * u;
  }
  const auto n = static_cast<double>(atoms);
  return {fit.slope, atoms > 1 ? std::sqrt(sum / (n * (n - 1))) : fit.slope_error};
}

}  // namespace

double cage_plateau(const MultiOriginMsd& msd) {
  double flattest = 0.5;
  double plateau = 0;
  for (std::size_t i = 0; i + 1 < msd.lags.size() && 3 * msd.lags[i] <= msd.lags.back(); ++i) {
    const double m0 = msd.msd[msd.lags[i]];
    const double m1 = msd.msd[msd.lags[i + 1]];
    const auto t0 = static_cast<double>(msd.lags[i]);
    const auto t1 = static_cast<double>(msd.lags[i + 1]);
    const double slope = std::log(m1 / m0) / std::log(t1 / t0);
    if (slope >= flattest) continue;
    flattest = slope;
    plateau = std::clamp(m0 - t0 * (m1 - m0) / (t1 - t0), 0.0, m0);
  }
  return plateau;
}

DiffusiveWindow diffusive_window(const MultiOriginMsd& msd, std::size_t atoms,
                                 const std::vector<double>& covariance, double plateau) {
  DiffusiveWindow best;
  double best_misfit = std::numeric_limits<double>::infinity();
  for (std::size_t first = 0;
       first + 4 <= msd.lags.size() && (3 * msd.lags[first] <= msd.lags.back() || first == 0);
       ++first) {
    const LogLogSlope slope = log_log_slope(msd, atoms, covariance, plateau, first);
    const double off = std::abs(slope.slope - 1);
    if (off <= std::max(slope.error, 0.02)) return {first, slope};
    const double misfit = off / std::max(slope.error, 1e-12);
    if (misfit < best_misfit) {
      best_misfit = misfit;
      best = {first, slope};
    }
  }
  return best;
}

}  // namespace vitrion::analysis
