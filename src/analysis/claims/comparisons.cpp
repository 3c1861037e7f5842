#include "analysis/claims/comparisons.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "analysis/statistics.hpp"

namespace vitrion::analysis {

namespace {

/// Adds the glasses of a composition, and says how many lack the number.
void add_group(Compared& data, const CompositionFindings& c, const OfGlass& of) {
  std::vector<double> values;
  for (const GlassFindings& glass : c.glasses)
    if (const std::optional<double> v = of(glass); v && std::isfinite(*v)) values.push_back(*v);
  if (values.size() < c.glasses.size() || values.empty()) {
    if (!data.missing.empty()) data.missing += ", ";
    data.missing +=
        fmt::format("{} of {} at {}", c.glasses.size() - values.size(), c.glasses.size(), c.name);
  }
  data.x.push_back(c.x);
  data.names.push_back(c.name);
  data.values.push_back(std::move(values));
}

void finish(Compared& data, const std::string& what, std::size_t needed) {
  const bool none = std::ranges::all_of(data.values, [](const auto& g) { return g.empty(); });
  if (data.values.empty() || none)
    data.missing = fmt::format("there is no {}", what);
  else if (!data.missing.empty())
    data.missing = fmt::format("glasses without {}: {}", what, data.missing);
  else if (data.values.size() < needed)
    data.missing = needed == 2 ? "there is only one composition"
                               : fmt::format("there are fewer than {} compositions", needed);
}

std::vector<double> ranks(const std::vector<double>& v) {
  std::vector<double> result;
  for (const double a : v) {
    double rank = 0;
    for (const double b : v) rank += b < a ? 1 : (b == a ? 0.5 : 0);
    result.push_back(rank);
  }
  return result;
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
  const double ma = mean(a);
  const double mb = mean(b);
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - ma) * (b[i] - mb);
  return sum;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double scale = std::sqrt(covariance(a, a) * covariance(b, b));
  return scale > 0 ? covariance(a, b) / scale : 0;
}

std::vector<double> flat(const Groups& groups) {
  std::vector<double> all;
  for (const auto& group : groups) all.insert(all.end(), group.begin(), group.end());
  return all;
}

}  // namespace

Estimate ratio_of(const Estimate& difference) {
  if (difference.is_refused()) return difference;
  return Estimate::of(std::exp(*difference.value), std::exp(difference.low),
                      std::exp(difference.high), "1", difference.method);
}

std::vector<double> group_means(const std::vector<double>& all, std::span<const std::size_t> sizes,
                                std::span<const std::size_t> glasses) {
  std::vector<double> means;
  std::size_t k = 0;
  for (const std::size_t size : sizes) {
    double sum = 0;
    for (std::size_t i = 0; i < size; ++i) sum += all[glasses[k++]];
    means.push_back(sum / static_cast<double>(size));
  }
  return means;
}

std::vector<double> Compared::means() const {
  std::vector<double> result;
  for (const std::vector<double>& group : values) result.push_back(mean(group));
  return result;
}

std::optional<std::size_t> Compared::near(double wanted) const {
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < x.size(); ++k)
    if (std::abs(x[k] - wanted) <= 0.05 &&
        (!best || std::abs(x[k] - wanted) < std::abs(x[*best] - wanted)))
      best = k;
  return best;
}

Compared compare_dense(const Findings& findings, const OfGlass& of, const std::string& what) {
  Compared data;
  for (const CompositionFindings* c : findings.dense()) add_group(data, *c, of);
  finish(data, what, 2);
  return data;
}

Compared compare_porous(const Findings& findings, double x, const OfGlass& of,
                        const std::string& what) {
  Compared data;
  const CompositionFindings* dense = findings.near(x);
  const CompositionFindings* porous = findings.near(x, true);
  if (porous == nullptr) {
    data.missing = "there is no porous glass";
    return data;
  }
  if (dense == nullptr) {
    data.missing = "there is no dense glass of the same composition";
    return data;
  }
  add_group(data, *dense, of);
  add_group(data, *porous, of);
  finish(data, what, 2);
  return data;
}

std::optional<double> logarithm(const std::optional<double>& value) {
  if (!value || !(*value > 0)) return std::nullopt;
  return std::log(*value);
}

void test_trend(Evidence& e, const Compared& data, int direction, const std::string& unit) {
  e.claim.test = "Jonckheere's test of the order of the compositions over glasses, exact";
  if (!data.missing.empty()) return e.not_testable(data.missing);
  e.tested = true;
  const OrderTest order = order_test(data.values);
  e.p_for = direction > 0 ? order.p_rising : order.p_falling;
  e.p_against = direction > 0 ? order.p_falling : order.p_rising;
  const std::vector<double> means = data.means();
  for (std::size_t k = 1; k < means.size(); ++k)
    e.shape = e.shape && direction * (means[k] - means[k - 1]) > 0;
  std::vector<double> x;
  for (std::size_t g = 0; g < data.values.size(); ++g)
    x.insert(x.end(), data.values[g].size(), data.x[g]);
  if (x.size() < 3) return;
  const Line line = fit_line(x, flat(data.values));
  const double half = line.slope_error * student_t95(static_cast<double>(x.size()) - 2);
  e.take(Estimate::of(line.slope, line.slope - half, line.slope + half, unit + " per unit of x",
                      "least squares over the glasses"));
}

void test_peak(Evidence& e, const Compared& data, std::size_t at) {
  e.claim.test =
      "Student's t with the pooled variance of ln between glasses, this composition against each "
      "other one; the worst of them counts";
  e.tested = true;
  e.p_for = 0;
  e.p_against = 1;
  std::size_t next = at == 0 ? 1 : 0;
  const std::vector<double> means = data.means();
  for (std::size_t k = 0; k < data.values.size(); ++k) {
    if (k == at) continue;
    const PairTest pair = pair_test(data.values, at, k);
    e.p_for = std::max(e.p_for, pair.p_over());
    e.p_against = std::min(e.p_against, pair.p_under());
    if (means[k] > means[next]) next = k;
  }
  e.p_against = std::min(1.0, e.p_against * static_cast<double>(data.values.size() - 1));
  e.shape = means[at] > means[next];
  const auto highest = static_cast<std::size_t>(std::ranges::max_element(means) - means.begin());
  const Estimate ratio = ratio_of(pair_test(data.values, at, next).interval("1"));
  e.take(ratio);
  e.claim.reason = ratio.is_refused()
                       ? ratio.refused
                       : fmt::format("{} over {}, the next; the largest mean is at {}",
                                     data.names[at], data.names[next], data.names[highest]);
}

void test_rise_and_fall(Evidence& e, const Compared& data) {
  e.claim.test =
      "Student's t with the pooled variance of ln between glasses, the best inner composition "
      "against both ends, times the number of inner ones";
  if (!data.missing.empty()) return e.not_testable(data.missing);
  if (data.values.size() < 3) return e.not_testable("fewer than three compositions have no inside");
  e.tested = true;
  const std::size_t last = data.values.size() - 1;
  const std::vector<double> means = data.means();
  double p_first_over_all = 0;
  double p_last_over_all = 0;
  std::size_t inner = 1;
  for (std::size_t k = 1; k < last; ++k) {
    const PairTest first = pair_test(data.values, k, 0);
    const PairTest end = pair_test(data.values, k, last);
    e.p_for = std::min(e.p_for, std::max(first.p_over(), end.p_over()));
    p_first_over_all = std::max(p_first_over_all, first.p_under());
    p_last_over_all = std::max(p_last_over_all, end.p_under());
    if (means[k] > means[inner]) inner = k;
  }
  e.p_for = std::min(1.0, e.p_for * static_cast<double>(last - 1));
  e.p_against = std::min(1.0, 2 * std::min(p_first_over_all, p_last_over_all));
  const std::size_t end = means[0] > means[last] ? 0 : last;
  e.shape = means[inner] > means[end];
  const Estimate ratio = ratio_of(pair_test(data.values, inner, end).interval("1"));
  e.take(ratio);
  e.claim.reason = ratio.is_refused()
                       ? ratio.refused
                       : fmt::format("{} over {}", data.names[inner], data.names[end]);
}

void test_together(Evidence& e, const std::vector<Compared>& a, const std::vector<Compared>& b) {
  e.claim.test =
      "covariance of the compositions' means of both (ln), labels of x put on the glasses at "
      "random";
  for (const auto* data : {&a, &b})
    for (const Compared& c : *data)
      if (!c.missing.empty()) return e.not_testable(c.missing);
  if (a.empty() || a.front().values.size() < 3)
    return e.not_testable(
        "fewer than three compositions cannot show that two quantities go together");
  e.tested = true;
  std::vector<std::size_t> sizes;
  for (const auto& group : a.front().values) sizes.push_back(group.size());
  std::vector<std::vector<double>> all_a;
  std::vector<std::vector<double>> all_b;
  double rank = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    all_a.push_back(flat(a[k].values));
    all_b.push_back(flat(b[k].values));
    rank += correlation(ranks(a[k].means()), ranks(b[k].means())) / static_cast<double>(a.size());
  }
  const auto statistic = [&](double sign) {
    return [&, sign](std::span<const std::size_t> glasses) {
      double sum = 0;
      for (std::size_t k = 0; k < all_a.size(); ++k)
        sum += covariance(group_means(all_a[k], sizes, glasses),
                          group_means(all_b[k], sizes, glasses));
      return sign * sum;
    };
  };
  e.p_for = permutation_p(sizes, statistic(1), 1);
  e.p_against = permutation_p(sizes, statistic(-1), 1);
  e.shape = rank >= 0.8;
  e.claim.value = rank;
  e.claim.unit = "rank correlation of the means";
}

void test_pair(Evidence& e, const Compared& data, int direction, const std::string& unit) {
  if (!data.missing.empty()) return e.not_testable(data.missing);
  e.tested = true;
  const PairTest pair = pair_test(data.values, 1, 0);
  e.p_for = direction > 0 ? pair.p_over() : pair.p_under();
  e.p_against = direction > 0 ? pair.p_under() : pair.p_over();
  const Estimate difference = pair.interval(unit);
  e.take(unit.empty() ? ratio_of(difference) : difference);
}

Estimate mean_over_glasses(const std::vector<double>& values, std::string unit) {
  if (values.empty()) return Estimate::refusal("it was not measured", std::nullopt, unit);
  if (values.size() < 2)
    return Estimate::refusal(
        fmt::format("one glass alone ({:.4g} {}) says nothing of the spread from glass to glass",
                    values.front(), unit),
        std::nullopt, unit);
  const auto n = static_cast<double>(values.size());
  const double m = mean(values);
  const double half = student_t95(n - 1) * standard_deviation(values) / std::sqrt(n);
  return Estimate::of(m, m - half, m + half, std::move(unit),
                      fmt::format("Student's t over {:g} glasses", n));
}

}  // namespace vitrion::analysis
