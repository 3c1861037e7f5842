#include "analysis/modulus.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {

namespace {

constexpr double fewest_values = 10;
constexpr double near = 0.1;  // relative difference within which two ways to K agree

}  // namespace

Estimate fluctuation_modulus(std::span<const std::vector<double>> volumes, double temperature) {
  if (!(temperature > 0))
    throw InputError(fmt::format("temperature = {:g} K must be positive", temperature));
  std::vector<ReplicaValue> replicas;
  for (const std::vector<double>& v : volumes) {
    if (static_cast<double>(v.size()) < fewest_values)
      throw InputError(fmt::format("{} frames are too few for a fluctuation: at least {:g}",
                                   v.size(), fewest_values));
    const double centre = mean(v);
    std::vector<double> squares;
    for (const double x : v) squares.push_back((x - centre) * (x - centre));
    const CorrelatedMean volume = correlated_mean(v);
    const CorrelatedMean variance = correlated_mean(squares);
    if (!(variance.mean > 1e-12 * centre * centre))
      throw InputError(
          "the volume does not move: the modulus by fluctuation needs a run at constant pressure");
    if (const Drift drift = drift_of(v); std::abs(drift.value) > 3 * drift.error)
      return Estimate::refusal(
          "not settled: the volume still drifts, which would pass for softness", std::nullopt,
          "GPa");
    const double n = std::min(volume.independent, variance.independent);
    if (n < fewest_values)
      return Estimate::refusal(
          fmt::format("not resolved: {:.1f} independent volumes, but at least {:g} are needed", n,
                      fewest_values),
          std::nullopt, "GPa");
    // The mean takes its share of the variance with it: n / (n - 1).
    const double K = units::boltzmann_eV_per_K * temperature * centre /
                     (variance.mean * n / (n - 1)) * units::eV_per_A3_in_GPa;
    replicas.push_back({K, std::sqrt(2 / (n - 1)), n - 1});
  }
  return combine_replicas(replicas, "GPa", "kT <V> / <dV^2> at constant pressure");
}

StrainModulus strain_modulus(std::vector<StrainPoint> points, double unstrained_volume) {
  if (points.size() < 5)
    throw InputError(
        fmt::format("{} strains are too few for a modulus: at least 5", points.size()));
  const auto n = static_cast<Eigen::Index>(points.size());
  Eigen::MatrixXd a(n, 3);
  Eigen::VectorXd p(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const StrainPoint& point = points[static_cast<std::size_t>(i)];
    const double x = std::log(point.volume / unstrained_volume);
    a.row(i) << 1, x, x * x;
    p[i] = point.pressure;
  }
  const Eigen::Matrix3d normal = a.transpose() * a;
  const Eigen::Vector3d fit = normal.ldlt().solve(a.transpose() * p);
  const double scatter = (p - a * fit).squaredNorm() / static_cast<double>(n - 3);
  const double error = std::sqrt(scatter * normal.inverse()(1, 1));

  StrainModulus result;
  const double K = -fit[1];
  const double half = student_t95(static_cast<double>(n - 3)) * error;
  result.K = Estimate::of(K, K - half, K + half, "GPa",
                          fmt::format("-dP/d ln V at no strain, quadratic fit of {} states", n));
  result.linear_slope = 3 * K;
  // P = P0 - K x + c x^2 and K(P) = -dP/dx, so dK/dP = (dK/dx) / (dP/dx) = (-2c) / (-K).
  result.derivative = 2 * fit[2] / K;
  std::map<long, std::pair<double, double>> ways;  // strain in millionths: pressure up, down
  double low = points[0].pressure;
  double high = low;
  for (const StrainPoint& point : points) {
    auto& way = ways.try_emplace(std::llround(1e6 * point.linear_strain), NAN, NAN).first->second;
    (point.going_up ? way.first : way.second) = point.pressure;
    low = std::min(low, point.pressure);
    high = std::max(high, point.pressure);
  }
  for (const auto& [strain, way] : ways)
    if (const double gap = std::abs(way.first - way.second); gap > result.hysteresis)
      result.hysteresis = gap;
  result.elastic = result.hysteresis < near * (high - low);
  result.points = std::move(points);
  return result;
}

Agreement compare(const Estimate& a, const Estimate& b) {
  if (a.is_refused() || b.is_refused())
    return {false, "not compared: " + (a.is_refused() ? a.refused : b.refused)};
  const double difference = std::abs(*a.value - *b.value);
  const double relative = difference / (0.5 * (*a.value + *b.value));
  const double error = std::hypot(a.half_width(), b.half_width());
  if (relative <= near) return {true, fmt::format("they differ by {:.0f} %", 100 * relative)};
  if (difference <= error)
    return {true, fmt::format("they differ by {:.0f} %, within their errors", 100 * relative)};
  return {false, fmt::format("they differ by {:.0f} %, {:.1f} times their combined 95 % interval",
                             100 * relative, difference / error)};
}

}  // namespace vitrion::analysis
