#include "analysis/doorway_model.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>

#include "analysis/cluster_bootstrap.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;

constexpr std::size_t parameters = 4;
constexpr std::size_t fewest_glasses = 3;
// Smallest singular value of the scaled terms, as a share of the largest, at which two terms are
// still two.
constexpr double same_term = 1e-6;

struct Data {
  MatrixXd X;                      // (points, 4) 1, radius, fluctuation, 1/T; scaled
  VectorXd y;                      // (points) ln D
  std::vector<std::size_t> group;  // (points)
  std::size_t groups = 0;
};

/// Sums with the inverse of V = 1 + ratio Z Z', which within a group of n is
/// 1 - ratio / (1 + ratio n) 11'.
struct Fit {
  VectorXd beta;
  MatrixXd inverse;    // (X' V^-1 X)^-1
  double squares = 0;  // r' V^-1 r
  double log_det_V = 0;
  double log_det_X = 0;
};

std::optional<Fit> fit_with(const Data& d, double ratio) {
  const auto p = d.X.cols();
  MatrixXd A = d.X.transpose() * d.X;
  VectorXd b = d.X.transpose() * d.y;
  double yy = d.y.squaredNorm();
  MatrixXd sums = MatrixXd::Zero(static_cast<Eigen::Index>(d.groups), p);
  VectorXd y_sum = VectorXd::Zero(static_cast<Eigen::Index>(d.groups));
  VectorXd n = VectorXd::Zero(static_cast<Eigen::Index>(d.groups));
  for (Eigen::Index i = 0; i < d.X.rows(); ++i) {
    const auto g = static_cast<Eigen::Index>(d.group[static_cast<std::size_t>(i)]);
    sums.row(g) += d.X.row(i);
    y_sum(g) += d.y(i);
    n(g) += 1;
  }
  Fit fit;
  for (Eigen::Index g = 0; g < n.size(); ++g) {
    const double w = ratio / (1 + ratio * n(g));
    A -= w * sums.row(g).transpose() * sums.row(g);
    b -= w * y_sum(g) * sums.row(g).transpose();
    yy -= w * y_sum(g) * y_sum(g);
    fit.log_det_V += std::log1p(ratio * n(g));
  }
  const Eigen::LDLT<MatrixXd> solver(A);
  const VectorXd pivots = solver.vectorD();
  if (pivots.minCoeff() <= same_term * same_term * pivots.maxCoeff()) return std::nullopt;
  fit.beta = solver.solve(b);
  fit.inverse = solver.solve(MatrixXd::Identity(p, p));
  fit.squares = std::max(0.0, yy - b.dot(fit.beta));
  fit.log_det_X = pivots.array().log().sum();
  return fit;
}

/// The fit at the ratio of variances (glass / residual) with the highest restricted likelihood.
struct Best {
  Fit fit;
  double ratio = 0;
};

std::optional<Best> best_fit(const Data& d) {
  const auto freedom = static_cast<double>(d.X.rows() - d.X.cols());
  const auto cost = [&](const Fit& f) {
    return freedom * std::log(std::max(f.squares, 1e-300)) + f.log_det_V + f.log_det_X;
  };
  std::optional<Best> best;
  double least = 0;
  const auto consider = [&](double ratio) {
    std::optional<Fit> fit = fit_with(d, ratio);
    if (!fit) return;
    const double c = cost(*fit);
    if (best && c >= least) return;
    least = c;
    best = Best{std::move(*fit), ratio};
  };
  // A grid and a refinement: the likelihood may have two maxima, one of them at 0.
  consider(0);
  for (double x = -3; x <= 4; x += 0.25) consider(std::pow(10, x));
  if (best && best->ratio > 0) {
    const double centre = std::log10(best->ratio);
    for (double x = -0.25; x <= 0.25; x += 0.0125) consider(std::pow(10, centre + x));
  }
  return best;
}

std::array<double, 3> terms_of(const DoorwayPoint& p) {
  return {p.radius, p.fluctuation, 1 / p.temperature};
}

Data data_of(std::span<const DoorwayPoint> points, const std::array<double, 3>& centre,
             const std::array<double, 3>& scale) {
  Data d;
  const auto n = static_cast<Eigen::Index>(points.size());
  d.X = MatrixXd::Ones(n, parameters);
  d.y = VectorXd::Zero(n);
  std::map<std::string, std::size_t> groups;
  for (Eigen::Index i = 0; i < n; ++i) {
    const DoorwayPoint& p = points[static_cast<std::size_t>(i)];
    const auto terms = terms_of(p);
    for (std::size_t k = 0; k < 3; ++k)
      d.X(i, static_cast<Eigen::Index>(k + 1)) = (terms[k] - centre[k]) / scale[k];
    d.y(i) = std::log(p.D);
    d.group.push_back(groups.try_emplace(p.glass, groups.size()).first->second);
  }
  d.groups = groups.size();
  return d;
}

/// Without one column: what the others leave, in the same metric.
double squares_without(const Data& d, Eigen::Index column, double ratio) {
  Data reduced = d;
  reduced.X.resize(d.X.rows(), d.X.cols() - 1);
  for (Eigen::Index c = 0, to = 0; c < d.X.cols(); ++c)
    if (c != column) reduced.X.col(to++) = d.X.col(c);
  const std::optional<Fit> fit = fit_with(reduced, ratio);
  return fit ? fit->squares : 0;
}

/// 1 / (1 - R^2) of one term on the others.
double inflation(const Data& d, Eigen::Index column) {
  MatrixXd others(d.X.rows(), d.X.cols() - 1);
  for (Eigen::Index c = 0, to = 0; c < d.X.cols(); ++c)
    if (c != column) others.col(to++) = d.X.col(c);
  const VectorXd x = d.X.col(column);
  const VectorXd rest = x - others * others.colPivHouseholderQr().solve(x);
  const VectorXd centred = x.array() - x.mean();
  return centred.squaredNorm() / rest.squaredNorm();
}

/// Slopes of resampled glasses; draws that cannot be fitted are left out.
std::array<std::vector<double>, 3> bootstrap(std::span<const DoorwayPoint> points,
                                             const std::array<double, 3>& centre,
                                             const std::array<double, 3>& scale,
                                             const DoorwayModelOptions& options) {
  std::map<std::string, std::vector<DoorwayPoint>> by_glass;
  for (const DoorwayPoint& p : points) by_glass[p.glass].push_back(p);
  std::vector<const std::vector<DoorwayPoint>*> glasses;
  for (const auto& [name, of_glass] : by_glass) glasses.push_back(&of_glass);
  std::array<std::vector<double>, 3> slopes;
  for (std::size_t draw = 0; draw < options.bootstrap; ++draw) {
    RandomStream random(options.seed, "doorway-model", draw);
    std::vector<DoorwayPoint> drawn;
    for (std::size_t g = 0; g < glasses.size(); ++g)
      for (DoorwayPoint p : *glasses[random.below(glasses.size())]) {
        p.glass = std::to_string(g);
        drawn.push_back(p);
      }
    if (const std::optional<Best> best = best_fit(data_of(drawn, centre, scale)))
      for (std::size_t k = 0; k < 3; ++k)
        slopes[k].push_back(best->fit.beta(static_cast<Eigen::Index>(k + 1)) / scale[k]);
  }
  return slopes;
}

void check(std::span<const DoorwayPoint> points) {
  for (std::size_t i = 0; i < points.size(); ++i) {
    const DoorwayPoint& p = points[i];
    if (!(std::isfinite(p.D) && p.D > 0))
      throw InputError(fmt::format("point {}: D = {:g} cm2/s must be positive", i + 1, p.D));
    if (!(std::isfinite(p.temperature) && p.temperature > 0))
      throw InputError(
          fmt::format("point {}: temperature = {:g} K must be positive", i + 1, p.temperature));
    if (!(std::isfinite(p.radius) && std::isfinite(p.fluctuation) && p.fluctuation >= 0))
      throw InputError(
          fmt::format("point {}: radius = {:g} A and fluctuation = {:g} A must be "
                      "finite, and the second not negative",
                      i + 1, p.radius, p.fluctuation));
  }
}

}  // namespace

DoorwayModel fit_doorway_model(std::span<const DoorwayPoint> points,
                               const DoorwayModelOptions& options) {
  check(points);
  DoorwayModel model;
  model.points.assign(points.begin(), points.end());
  const std::array<const char*, 3> names = {"radius", "fluctuation", "inverse temperature"};
  const std::array<const char*, 3> units = {"1/A", "1/A", "K"};
  std::array<double, 3> centre{};
  std::array<double, 3> scale{};
  std::map<std::string, std::size_t> glasses;
  for (const DoorwayPoint& p : points) ++glasses[p.glass];
  model.glasses = glasses.size();
  model.statement =
      fmt::format("{} points of {} glasses for {} parameters and the spread of the glasses",
                  points.size(), model.glasses, parameters);
  if (points.size() <= parameters + 2) {
    model.refused = fmt::format("{} points are too few for {} parameters: at least {} are needed",
                                points.size(), parameters, parameters + 3);
    return model;
  }
  if (model.glasses < fewest_glasses) {
    model.refused = fmt::format(
        "{} glasses say nothing of the spread from glass to glass: at "
        "least {} are needed",
        model.glasses, fewest_glasses);
    return model;
  }
  for (std::size_t k = 0; k < 3; ++k) {
    std::vector<double> x;
    for (const DoorwayPoint& p : points) x.push_back(terms_of(p)[k]);
    centre[k] = mean(x);
    scale[k] = standard_deviation(x);
    if (!(scale[k] > 1e-9 * std::abs(centre[k]))) {
      model.refused = fmt::format("all points have one {}: its slope cannot be found", names[k]);
      return model;
    }
  }
  const Data data = data_of(points, centre, scale);
  const std::optional<Best> best = best_fit(data);
  if (!best) {
    model.refused = "the points do not tell width, flexibility and temperature apart";
    return model;
  }
  const Fit& fit = best->fit;
  const auto freedom = static_cast<double>(points.size() - parameters);
  const double variance = fit.squares / freedom;
  model.residual = std::sqrt(variance);
  model.glass_spread = std::sqrt(best->ratio * variance);
  model.intercept = fit.beta(0);
  const auto slopes = bootstrap(points, centre, scale, options);
  for (std::size_t k = 0; k < 3; ++k) {
    const auto column = static_cast<Eigen::Index>(k + 1);
    DoorwayTerm term;
    term.name = names[k];
    const double slope = fit.beta(column) / scale[k];
    model.intercept -= slope * centre[k];
    const double half =
        student_t95(freedom) * std::sqrt(variance * fit.inverse(column, column)) / scale[k];
    double low = slope - half;
    double high = slope + half;
    if (slopes[k].size() > options.bootstrap / 2) {
      const Interval drawn = middle_95(slopes[k]);
      low = std::min(low, drawn.low);
      high = std::max(high, drawn.high);
    }
    term.slope = Estimate::of(slope, low, high, units[k],
                              fmt::format("restricted maximum likelihood, {}; the wider of a "
                                          "bootstrap over glasses and the errors of the fit",
                                          model.statement));
    const double without = squares_without(data, column, best->ratio);
    term.partial_r2 = without > 0 ? std::max(0.0, 1 - fit.squares / without) : 0;
    term.inflation = inflation(data, column);
    model.terms.push_back(std::move(term));
  }
  const VectorXd fitted = data.X * fit.beta;
  model.fitted.assign(fitted.data(), fitted.data() + fitted.size());
  const double total = (data.y.array() - data.y.mean()).matrix().squaredNorm();
  model.r2 = total > 0 ? std::max(0.0, 1 - (data.y - fitted).squaredNorm() / total) : 0;
  if (points.size() < 60)
    model.statement += "; under 60 points a term of a tenth of the variance is easily missed";
  return model;
}

}  // namespace vitrion::analysis
