#include "analysis/label_tests.hpp"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numeric>

#include "analysis/statistics.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

namespace {

/// P(U = u) of Mann and Whitney's U for m and n numbers without ties, u = 0 .. m n.
std::vector<double> mann_whitney(std::size_t m, std::size_t n) {
  // The largest number belongs to the first group with probability m / (m + n) and is then over all
  // n of the second. rows[j] holds the distribution for (i, j).
  std::vector<std::vector<double>> rows(n + 1, std::vector<double>{1});
  for (std::size_t i = 1; i <= m; ++i) {
    std::vector<std::vector<double>> next(n + 1, std::vector<double>{1});
    for (std::size_t j = 1; j <= n; ++j) {
      const auto total = static_cast<double>(i + j);
      std::vector<double>& p = next[j];
      p.assign(i * j + 1, 0.0);
      for (std::size_t u = 0; u < rows[j].size(); ++u)
        p[u + j] += static_cast<double>(i) / total * rows[j][u];
      for (std::size_t u = 0; u < next[j - 1].size(); ++u)
        p[u] += static_cast<double>(j) / total * next[j - 1][u];
    }
    rows = std::move(next);
  }
  return rows[n];
}

std::vector<double> convolved(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size() + b.size() - 1, 0.0);
  for (std::size_t i = 0; i < a.size(); ++i)
    for (std::size_t j = 0; j < b.size(); ++j) result[i + j] += a[i] * b[j];
  return result;
}

double tail_from(const std::vector<double>& distribution, std::size_t k) {
  double sum = 0;
  for (std::size_t u = distribution.size(); u-- > k;) sum += distribution[u];
  return std::min(1.0, sum);
}

}  // namespace

OrderTest order_test(const Groups& groups) {
  std::size_t rising = 0;
  std::size_t falling = 0;
  std::size_t pairs = 0;
  // A group against all that came before it: these U are independent if the labels mean nothing.
  std::vector<double> distribution{1};
  std::size_t before = 0;
  for (std::size_t g = 0; g < groups.size(); ++g) {
    for (std::size_t h = 0; h < g; ++h)
      for (const double a : groups[h])
        for (const double b : groups[g]) {
          rising += b > a ? 1 : 0;
          falling += b < a ? 1 : 0;
          ++pairs;
        }
    if (before > 0 && !groups[g].empty())
      distribution = convolved(distribution, mann_whitney(groups[g].size(), before));
    before += groups[g].size();
  }
  OrderTest result;
  result.statistic =
      static_cast<double>(rising) + static_cast<double>(pairs - rising - falling) / 2;
  result.p_rising = tail_from(distribution, rising);
  result.p_falling = tail_from(distribution, falling);
  return result;
}

double PairTest::p_over(double margin) const {
  if (!(error > 0)) return 1;
  return boost::math::cdf(
      boost::math::complement(boost::math::students_t(dof), (difference - margin) / error));
}

double PairTest::p_under(double margin) const {
  if (!(error > 0)) return 1;
  return boost::math::cdf(boost::math::students_t(dof), (difference - margin) / error);
}

Estimate PairTest::interval(std::string unit, std::size_t comparisons) const {
  if (!(error > 0))
    return Estimate::refusal("no composition has two glasses: their spread is not known",
                             std::nullopt, std::move(unit));
  const double half = error * student_t_quantile(1 - 0.025 / static_cast<double>(comparisons), dof);
  return Estimate::of(difference, difference - half, difference + half, std::move(unit),
                      "difference of means, Student's t with the pooled variance of all glasses");
}

PairTest pair_test(const Groups& groups, std::size_t a, std::size_t b) {
  PairTest result;
  double squares = 0;
  for (const std::vector<double>& group : groups) {
    if (group.empty()) continue;
    const double m = mean(group);
    for (const double x : group) squares += (x - m) * (x - m);
    result.dof += static_cast<double>(group.size()) - 1;
  }
  result.difference = mean(groups[a]) - mean(groups[b]);
  if (result.dof > 0 && !groups[a].empty() && !groups[b].empty())
    result.error = std::sqrt(
        squares / result.dof *
        (1 / static_cast<double>(groups[a].size()) + 1 / static_cast<double>(groups[b].size())));
  return result;
}

double permutation_p(std::span<const std::size_t> sizes,
                     const std::function<double(std::span<const std::size_t>)>& statistic,
                     std::uint64_t seed, std::size_t draws) {
  std::vector<std::size_t> glasses(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}));
  std::iota(glasses.begin(), glasses.end(), std::size_t{0});
  const double observed = statistic(glasses);
  // Sums in another order differ by rounding: an equal statistic must count as equal.
  const double equal = observed - 1e-9 * (1e-300 + std::abs(observed));
  RandomStream random(seed, "labels");
  constexpr std::size_t enough = 100;
  std::size_t reached = 0;
  for (std::size_t k = 1; k <= draws; ++k) {
    random.shuffle(glasses);
    if (statistic(glasses) >= equal && ++reached == enough)
      return static_cast<double>(enough) / static_cast<double>(k);
  }
  return static_cast<double>(reached + 1) / static_cast<double>(draws + 1);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return p[a] < p[b]; });
  std::vector<double> corrected(p.size());
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    highest = std::max(highest, p[order[k]] * static_cast<double>(p.size() - k));
    corrected[order[k]] = std::min(1.0, highest);
  }
  return corrected;
}

double binomial_tail(std::size_t k, std::size_t n, double p) {
  if (k == 0) return 1;
  return boost::math::cdf(boost::math::complement(boost::math::binomial(static_cast<double>(n), p),
                                                  static_cast<double>(k) - 1));
}

Estimate wilson_share(double k, double n) {
  constexpr double z = 1.959963984540054;
  const double p = k / n;
  const double centre = (p + z * z / (2 * n)) / (1 + z * z / n);
  const double half = z / (1 + z * z / n) * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return Estimate::of(p, std::max(0.0, centre - half), std::min(1.0, centre + half), "1",
                      "Wilson's interval of a share");
}

}  // namespace vitrion::analysis
