// The squares of jointly normal numbers of covariance C have covariance 2 C^2; so a pair of windows
// [a, a+n], [b, b+m] adds 3 * 2 C^2 with C = step_variance * overlap + noise where ends meet. C
// depends on k = b - a alone, and vanishes outside -m <= k <= n.
#include "analysis/brownian_covariance.hpp"

#include <algorithm>

namespace vitrion::analysis {

namespace {

double covariance(long n, long m, long frames, const BrownianModel& model) {
  const long origins_n = frames - n;
  const long origins_m = frames - m;
  double sum = 0;
  for (long k = -m; k <= n; ++k) {
    const long pairs = std::min(origins_n, origins_m - k) - std::max(0L, -k);
    if (pairs <= 0) continue;
    const long overlap = std::max(0L, std::min(n, k + m) - std::max(0L, k));
    const int ends = (k == 0) + (n == k + m) - (k == -m) - (k == n);
    const double c =
        model.step_variance * static_cast<double>(overlap) + model.noise_variance * ends;
    sum += static_cast<double>(pairs) * c * c;
  }
  return 6 * sum / (static_cast<double>(origins_n) * static_cast<double>(origins_m));
}

}  // namespace

std::vector<double> msd_covariance(std::span<const std::size_t> lags, std::size_t frames,
                                   const BrownianModel& model) {
  const std::size_t l = lags.size();
  std::vector<double> result(l * l);
  for (std::size_t i = 0; i < l; ++i)
    for (std::size_t j = 0; j <= i; ++j)
      result[i * l + j] = result[j * l + i] = covariance(
          static_cast<long>(lags[i]), static_cast<long>(lags[j]), static_cast<long>(frames), model);
  return result;
}

}  // namespace vitrion::analysis
