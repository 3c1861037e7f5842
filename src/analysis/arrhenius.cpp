#include "analysis/arrhenius.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {

namespace {

/// The points that are fitted: x = 1/kT in 1/eV, y = ln(sigma T), s = standard error of y.
struct Data {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> s;
  std::vector<double> weights;  // empty if a point has no error: then all count the same
};

Data data_of(const std::vector<ArrheniusPoint>& points) {
  Data data;
  bool weighted = true;
  for (const ArrheniusPoint& p : points) {
    if (!(p.temperature > 0))
      throw InputError(fmt::format("temperature = {:g} K must be positive", p.temperature));
    if (p.sigma.is_refused()) continue;
    if (!(*p.sigma.value > 0))
      throw InputError(fmt::format("sigma = {:g} S/cm at {:g} K must be positive", *p.sigma.value,
                                   p.temperature));
    data.x.push_back(1 / (units::boltzmann_eV_per_K * p.temperature));
    data.y.push_back(std::log(*p.sigma.value * p.temperature));
    // 1.96 standard errors to the nearer end on the logarithm is 1.96 to the lower: the wider side
    // counts.
    const bool has_error = p.sigma.low > 0 && p.sigma.high > p.sigma.low;
    data.s.push_back(has_error ? std::log(*p.sigma.value / p.sigma.low) / 1.96 : 0);
    weighted = weighted && data.s.back() > 0;
  }
  if (weighted)
    for (const double s : data.s) data.weights.push_back(1 / (s * s));
  return data;
}

/// Half widths of a 95 % interval about a value: the wider of draws and scatter.
struct Spread {
  double below = 0;
  double above = 0;
};

Spread spread_of(std::vector<double> draws, double value, double scatter_half) {
  std::sort(draws.begin(), draws.end());
  const auto at = [&](double p) {
    return draws.empty()
               ? value
               : draws[static_cast<std::size_t>(p * static_cast<double>(draws.size() - 1))];
  };
  return {std::max(value - at(0.025), scatter_half), std::max(at(0.975) - value, scatter_half)};
}

std::string statement_of(std::size_t n, std::size_t temperatures, std::size_t refused,
                         bool by_scatter) {
  std::string text = fmt::format("{} points at {} temperatures, {} degree{} of freedom", n,
                                 temperatures, n - 2, n == 3 ? "" : "s");
  text +=
      by_scatter
          ? "; the interval is Student's t on the scatter about the line"
          : "; the interval comes from the errors of the points, which is wider than their scatter";
  if (refused > 0)
    text += fmt::format("; {} refused point{} left out", refused, refused == 1 ? "" : "s");
  return text;
}

}  // namespace

namespace {

/// Refuses the points over the glass transition if any is under it, or the band is; their number.
std::size_t leave_out_the_melt(std::vector<ArrheniusPoint>& points,
                               const ArrheniusOptions& options) {
  const double Tg = options.glass_transition;
  if (!(Tg > 0)) return 0;
  bool under = options.band_from > 0 && std::min(options.band_from, options.band_to) < Tg;
  for (const ArrheniusPoint& p : points) under = under || p.temperature < Tg;
  std::size_t over = 0;
  for (ArrheniusPoint& p : points)
    if (under && p.temperature >= Tg && !p.sigma.is_refused()) {
      p.sigma = Estimate::refusal(
          fmt::format("over the glass transition at {:g} K: a line does not cross it", Tg),
          std::nullopt, p.sigma.unit);
      ++over;
    }
  return over;
}

}  // namespace

Arrhenius arrhenius(std::vector<ArrheniusPoint> points, const ArrheniusOptions& options) {
  Arrhenius result;
  const std::size_t over = leave_out_the_melt(points, options);
  const Data data = data_of(points);
  std::set<double> temperatures;
  for (const ArrheniusPoint& p : points)
    if (!p.sigma.is_refused()) temperatures.insert(p.temperature);
  const std::size_t n = data.x.size();
  const std::size_t refused = points.size() - n;
  result.points = std::move(points);
  if (temperatures.size() < 2) {
    const std::string reason =
        fmt::format("{} temperature{} with a conductivity, but a line needs two",
                    temperatures.size(), temperatures.size() == 1 ? "" : "s");
    result.activation_energy = Estimate::refusal(reason, std::nullopt, "eV");
    result.ln_prefactor = Estimate::refusal(reason, std::nullopt, "ln(S K/cm)");
    result.statement = reason;
    return result;
  }

  const Line line = fit_line(data.x, data.y, data.weights);
  result.slope_error = line.slope_error;
  result.degrees_of_freedom = static_cast<double>(n - 2);
  std::vector<Line> draws;
  RandomStream random(options.seed, "arrhenius");
  for (std::size_t k = 0; k < options.draws && !data.weights.empty(); ++k) {
    std::vector<double> y = data.y;
    for (std::size_t i = 0; i < n; ++i) y[i] += data.s[i] * random.normal();
    draws.push_back(fit_line(data.x, y, data.weights));
  }
  const double t = n > 2 ? student_t95(result.degrees_of_freedom) : 0;
  const auto spread = [&](double a, double b) {  // of a * intercept + b * slope
    std::vector<double> values;
    for (const Line& d : draws) values.push_back(a * d.intercept + b * d.slope);
    const double variance = a * a * line.intercept_error * line.intercept_error +
                            2 * a * b * line.covariance +
                            b * b * line.slope_error * line.slope_error;
    return spread_of(std::move(values), a * line.intercept + b * line.slope,
                     t * std::sqrt(std::max(0.0, variance)));
  };

  const Spread slope = spread(0, -1);
  const Spread intercept = spread(1, 0);
  const bool by_scatter =
      t > 0 && slope.below <= t * line.slope_error && slope.above <= t * line.slope_error;
  result.statement = statement_of(n, temperatures.size(), refused, by_scatter);
  if (over > 0)
    result.statement += fmt::format("; of these {} over the glass transition at {:g} K", over,
                                    options.glass_transition);
  result.activation_energy =
      Estimate::of(-line.slope, -line.slope - slope.below, -line.slope + slope.above, "eV",
                   "ln(sigma T) against 1/kT; " + result.statement);
  result.ln_prefactor =
      Estimate::of(line.intercept, line.intercept - intercept.below,
                   line.intercept + intercept.above, "ln(S K/cm)", "intercept of the same line");

  double from = options.band_from > 0 ? options.band_from : *temperatures.begin();
  double to = options.band_to > 0 ? options.band_to : *temperatures.rbegin();
  if (over > 0) {
    from = std::min(from, options.glass_transition);
    to = std::min(to, options.glass_transition);
  }
  constexpr std::size_t band_points = 41;
  for (std::size_t k = 0; k < band_points; ++k) {
    // Even in 1/T, as it is drawn.
    const double inverse_T =
        1 / from + (1 / to - 1 / from) * static_cast<double>(k) / (band_points - 1);
    const double x = inverse_T / units::boltzmann_eV_per_K;
    const double y = line.intercept + line.slope * x;
    const Spread s = spread(1, x);
    const double T = 1 / inverse_T;
    result.band.push_back(
        {T, std::exp(y) / T, std::exp(y - s.below) / T, std::exp(y + s.above) / T});
  }
  return result;
}

}  // namespace vitrion::analysis
