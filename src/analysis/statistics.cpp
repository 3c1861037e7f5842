#include "analysis/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>
#include <utility>

namespace vitrion::analysis {

double student_t_quantile(double p, double dof) {
  return boost::math::quantile(boost::math::students_t(dof), p);
}

double student_t95(double dof) {
  return student_t_quantile(0.975, dof);
}

double chi_squared_quantile(double p, double dof) {
  return boost::math::quantile(boost::math::chi_squared(dof), p);
}

double chi_squared_tail(double x, double dof) {
  return boost::math::cdf(boost::math::complement(boost::math::chi_squared(dof), x));
}

double mean(std::span<const double> x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return x.empty() ? 0 : sum / static_cast<double>(x.size());
}

double standard_deviation(std::span<const double> x) {
  if (x.size() < 2) return 0;
  const double m = mean(x);
  double sum = 0;
  for (const double v : x) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(x.size() - 1));
}

CorrelatedMean correlated_mean(std::span<const double> x) {
  CorrelatedMean result;
  const std::size_t n = x.size();
  if (n == 0) return result;
  result.mean = mean(x);
  result.independent = static_cast<double>(n);
  double variance = 0;
  for (const double v : x) variance += (v - result.mean) * (v - result.mean);
  variance /= static_cast<double>(n);
  if (n < 2 || variance <= 0) return result;

  double tau = 0.5;
  for (std::size_t lag = 1; lag < n / 2; ++lag) {
    double c = 0;
    for (std::size_t i = 0; i + lag < n; ++i)
      c += (x[i] - result.mean) * (x[i + lag] - result.mean);
    // Divided by n, not by n - lag: the far tail is damped instead of noisy.
    tau += c / (static_cast<double>(n) * variance);
    if (static_cast<double>(lag) >= 5 * tau) break;
  }
  // Anticorrelated series (tau < 1/2) gain nothing here: their short-time gain is easily an
  // artefact.
  tau = std::max(tau, 0.5);
  result.independent = std::max(2.0, static_cast<double>(n) / (2 * tau));
  result.error = std::sqrt(variance / (result.independent - 1));
  return result;
}

Estimate to_estimate(const CorrelatedMean& m, std::string unit, std::string method) {
  const double half = student_t95(std::max(1.0, m.independent - 1)) * m.error;
  return Estimate::of(m.mean, m.mean - half, m.mean + half, std::move(unit), std::move(method));
}

Line fit_line(std::span<const double> x, std::span<const double> y,
              std::span<const double> weights) {
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
  double w = 0;
  double mx = 0;
  double my = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    w += weight(i);
    mx += weight(i) * x[i];
    my += weight(i) * y[i];
  }
  mx /= w;
  my /= w;
  double xx = 0;
  double xy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += weight(i) * (x[i] - mx) * (x[i] - mx);
    xy += weight(i) * (x[i] - mx) * (y[i] - my);
  }
  Line line;
  line.slope = xy / xx;
  line.intercept = my - line.slope * mx;
  double residual = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double d = y[i] - line.intercept - line.slope * x[i];
    residual += weight(i) * d * d;
  }
  const double scale = x.size() > 2 ? residual / static_cast<double>(x.size() - 2) : 0;
  line.slope_error = std::sqrt(scale / xx);
  line.intercept_error = std::sqrt(scale * (1 / w + mx * mx / xx));
  line.covariance = -scale * mx / xx;
  return line;
}

Drift drift_of(std::span<const double> x) {
  if (x.size() < 4) return {};
  std::vector<double> t(x.size());
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(i);
  const Line line = fit_line(t, x);
  std::vector<double> residual(x.size());
  for (std::size_t i = 0; i < t.size(); ++i)
    residual[i] = x[i] - line.intercept - line.slope * t[i];
  const double independent = std::max(1.0, correlated_mean(residual).independent);
  const double widen = std::sqrt(static_cast<double>(x.size()) / independent);
  const auto span = static_cast<double>(x.size() - 1);
  return {line.slope * span, line.slope_error * span * widen};
}

Estimate interval_of(const ReplicaValue& r, std::string unit, std::string method) {
  const double factor = std::exp(student_t95(r.dof) * r.relative_error);
  return Estimate::of(r.value, r.value / factor, r.value * factor, std::move(unit),
                      std::move(method));
}

Estimate combine_replicas(std::span<const ReplicaValue> replicas, std::string unit,
                          std::string method) {
  if (replicas.empty()) return Estimate::refusal("no replica", std::nullopt, std::move(unit));
  if (replicas.size() == 1)
    return interval_of(replicas[0], std::move(unit),
                       method + "; one replica: the spread from glass to glass is not included");
  const auto n = static_cast<double>(replicas.size());
  std::vector<double> logs;
  double within = 0;
  for (const ReplicaValue& r : replicas) {
    logs.push_back(std::log(r.value));
    within += r.relative_error * r.relative_error;
  }
  const double between_half = student_t95(n - 1) * standard_deviation(logs) / std::sqrt(n);
  const double within_half =
      student_t95(std::numeric_limits<double>::infinity()) * std::sqrt(within) / n;
  const double half = std::max(between_half, within_half);
  const double m = mean(logs);
  return Estimate::of(
      std::exp(m), std::exp(m - half), std::exp(m + half), std::move(unit),
      fmt::format("{}; geometric mean of {} replicas, {}", method, replicas.size(),
                  between_half >= within_half
                      ? fmt::format("Student's t on the logarithms, {} degrees of freedom",
                                    replicas.size() - 1)
                      : "errors within the runs (wider than the spread of the replicas)"));
}

Estimate combine_means(std::span<const CorrelatedMean> replicas, std::string unit,
                       std::string method) {
  if (replicas.empty()) return Estimate::refusal("no replica", std::nullopt, std::move(unit));
  if (replicas.size() == 1)
    return to_estimate(replicas[0], std::move(unit), method + ", one replica");
  const auto n = static_cast<double>(replicas.size());
  std::vector<double> means;
  double within = 0;
  for (const CorrelatedMean& r : replicas) {
    means.push_back(r.mean);
    within += r.error * r.error;
  }
  const double m = mean(means);
  const double half = std::max(student_t95(n - 1) * standard_deviation(means) / std::sqrt(n),
                               1.96 * std::sqrt(within) / n);
  return Estimate::of(m, m - half, m + half, std::move(unit),
                      fmt::format("{}, mean of {} replicas", method, replicas.size()));
}

}  // namespace vitrion::analysis
