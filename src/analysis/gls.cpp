#include "analysis/gls.hpp"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

namespace vitrion::analysis {

namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr double eigenvalue_floor = 1e-12;

/// Weights (2, L) of intercept and slope: (A^T S^-1 A)^-1 A^T S^-1, and the errors from
/// `covariance`.
GlsFit fit(std::span<const double> x, std::span<const double> y, const Matrix& inverse_covariance,
           const Matrix& covariance) {
  const auto l = static_cast<Eigen::Index>(x.size());
  Eigen::MatrixXd a(l, 2);
  for (Eigen::Index i = 0; i < l; ++i) {
    a(i, 0) = 1;
    a(i, 1) = x[static_cast<std::size_t>(i)];
  }
  const Eigen::Matrix2d normal = a.transpose() * inverse_covariance * a;
  const Eigen::MatrixXd weights = normal.inverse() * a.transpose() * inverse_covariance;
  const Eigen::Matrix2d error = weights * covariance * weights.transpose();

  GlsFit result;
  for (Eigen::Index i = 0; i < l; ++i) {
    result.intercept_weights.push_back(weights(0, i));
    result.slope_weights.push_back(weights(1, i));
    result.intercept += weights(0, i) * y[static_cast<std::size_t>(i)];
    result.slope += weights(1, i) * y[static_cast<std::size_t>(i)];
  }
  result.intercept_error = std::sqrt(error(0, 0));
  result.slope_error = std::sqrt(error(1, 1));
  return result;
}

}  // namespace

GlsFit fit_gls(std::span<const double> x, std::span<const double> y,
               std::span<const double> covariance) {
  const auto l = static_cast<Eigen::Index>(x.size());
  const Eigen::Map<const Matrix> s(covariance.data(), l, l);
  const Eigen::VectorXd scale = s.diagonal().cwiseSqrt().cwiseInverse();
  const Matrix correlation = scale.asDiagonal() * s * scale.asDiagonal();
  const Eigen::SelfAdjointEigenSolver<Matrix> eigen(correlation);
  const double largest = eigen.eigenvalues().maxCoeff();
  const Eigen::VectorXd values = eigen.eigenvalues().cwiseMax(eigenvalue_floor * largest);
  const Matrix inverse = scale.asDiagonal() * eigen.eigenvectors() *
                         values.cwiseInverse().asDiagonal() * eigen.eigenvectors().transpose() *
                         scale.asDiagonal();
  GlsFit result = fit(x, y, inverse, s);
  result.condition = largest / std::max(eigen.eigenvalues().minCoeff(), 1e-300);
  return result;
}

GlsFit fit_wls(std::span<const double> x, std::span<const double> y,
               std::span<const double> covariance) {
  const auto l = static_cast<Eigen::Index>(x.size());
  const Eigen::Map<const Matrix> s(covariance.data(), l, l);
  const Matrix inverse = s.diagonal().cwiseInverse().asDiagonal();
  return fit(x, y, inverse, s);
}

}  // namespace vitrion::analysis
