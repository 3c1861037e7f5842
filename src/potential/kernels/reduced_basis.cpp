#include "potential/kernels/reduced_basis.hpp"

#include <cmath>

namespace vitrion::potential::kernels {

namespace {

double dot(std::size_t n, const double* x, const double* y) {
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum += x[k] * y[k];
  return sum;
}

/// x -= (x . q) q
void take_out(std::size_t n, const double* q, double* x) {
  const double along = dot(n, x, q);
  for (std::size_t k = 0; k < n; ++k) x[k] -= along * q[k];
}

/// What is left of each sample, in units of its bound.
std::vector<double> scaled(const Samples& samples, double value, double slope) {
  std::vector<double> left;
  left.reserve(samples.g.size() + samples.dg.size());
  for (const double g : samples.g) left.push_back(g / value);
  for (const double dg : samples.dg) left.push_back(dg / slope);
  return left;
}

}  // namespace

std::vector<double> reduced_basis(std::size_t width, const Samples& samples, double value,
                                  double slope) {
  std::vector<double> left = scaled(samples, value, slope);
  std::vector<double> basis;
  for (std::size_t rank = 0; rank < width; ++rank) {
    std::size_t worst = 0;
    double largest = 0;
    for (std::size_t i = 0; i < left.size(); i += width) {
      for (std::size_t k = 0; k < width; ++k)
        if (std::abs(left[i + k]) > largest) {
          largest = std::abs(left[i + k]);
          worst = i;
        }
    }
    if (largest <= 1) break;
    std::vector<double> q(left.begin() + static_cast<std::ptrdiff_t>(worst),
                          left.begin() + static_cast<std::ptrdiff_t>(worst + width));
    // A small remainder carries the rounding of what was taken out: clean it once more.
    for (std::size_t r = 0; r < rank; ++r) take_out(width, basis.data() + r * width, q.data());
    const double norm = std::sqrt(dot(width, q.data(), q.data()));
    for (double& x : q) x /= norm;
    for (std::size_t i = 0; i < left.size(); i += width) take_out(width, q.data(), left.data() + i);
    basis.insert(basis.end(), q.begin(), q.end());
  }
  return basis;
}

}  // namespace vitrion::potential::kernels
