#include "analysis/self_motion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "analysis/msd.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"

namespace vitrion::analysis {

namespace {

// Origins closer than a thousandth of the run say the same again.
constexpr std::size_t most_self_origins = 1000;

/// Calls see(|displacement|^2) for the origins of one atom at one lag.
template <class See>
void for_each_displacement(const Trajectory& t, std::size_t atom, std::size_t lag, See&& see) {
  const std::size_t origins = t.frames() - lag;
  const std::size_t stride = (origins + most_self_origins - 1) / most_self_origins;
  const std::span<const double> x = t.path(atom, 0);
  const std::span<const double> y = t.path(atom, 1);
  const std::span<const double> z = t.path(atom, 2);
  for (std::size_t f = 0; f < origins; f += stride) {
    const double dx = x[f + lag] - x[f];
    const double dy = y[f + lag] - y[f];
    const double dz = z[f + lag] - z[f];
    see(dx * dx + dy * dy + dz * dz);
  }
}

/// Means over the origins of each ion, at lags up to half of the run, of two functions of
/// |displacement|^2.
IonAverages averages_of(const Trajectory& t, const std::string& species, std::size_t threads,
                        const std::function<std::pair<double, double>(double)>& terms) {
  const std::vector<std::size_t> atoms = t.atoms_of(species);
  const double dt = t.time_step();
  const std::vector<std::size_t> lags = logarithmic_lags((t.frames() - 1) / 2, 15);
  if (lags.empty())
    throw InputError(fmt::format("{} frames are too few: at least 3 are needed", t.frames()));
  IonAverages result;
  result.species = species;
  result.first.resize(lags.size());
  result.second.resize(lags.size());
  for (const std::size_t lag : lags) result.lag_ps.push_back(static_cast<double>(lag) * dt);
  ThreadPool pool(std::min(std::max<std::size_t>(1, threads), lags.size()));
  pool.for_each(lags.size(), [&](std::size_t l, std::size_t) {
    for (const std::size_t atom : atoms) {
      double a = 0;
      double b = 0;
      double n = 0;
      for_each_displacement(t, atom, lags[l], [&](double r2) {
        const auto [x, y] = terms(r2);
        a += x;
        b += y;
        n += 1;
      });
      result.first[l].push_back(a / n);
      result.second[l].push_back(b / n);
    }
  });
  return result;
}

/// A value and its standard error over the ions.
struct ValueAndError {
  double value = 0;
  double error = 0;
};
using OverIons =
    std::function<ValueAndError(std::span<const double> first, std::span<const double> second)>;

MotionCurve curve_of(std::span<const IonAverages> runs, const OverIons& over_ions) {
  if (runs.empty()) throw InputError("a curve of no runs");
  MotionCurve curve;
  curve.species = runs[0].species;
  curve.replicas = runs.size();
  std::size_t lags = runs[0].lag_ps.size();
  for (const IonAverages& run : runs) {
    lags = std::min(lags, run.lag_ps.size());
    curve.ions += run.first[0].size();
    // A thousandth of a step is what printed times are worth.
    if (std::abs(run.lag_ps[0] - runs[0].lag_ps[0]) > 1e-3 * runs[0].lag_ps[0])
      throw InputError(
          fmt::format("the frames of the runs are {:g} and {:g} ps apart: analyze them one by one",
                      runs[0].lag_ps[0], run.lag_ps[0]));
  }
  for (std::size_t l = 0; l < lags; ++l) {
    std::vector<double> first;
    std::vector<double> second;
    std::vector<double> of_run;
    for (const IonAverages& run : runs) {
      first.insert(first.end(), run.first[l].begin(), run.first[l].end());
      second.insert(second.end(), run.second[l].begin(), run.second[l].end());
      of_run.push_back(over_ions(run.first[l], run.second[l]).value);
    }
    const ValueAndError all = over_ions(first, second);
    const double over_runs =
        standard_deviation(of_run) / std::sqrt(static_cast<double>(of_run.size()));
    curve.lag_ps.push_back(runs[0].lag_ps[l]);
    curve.value.push_back(all.value);
    curve.error.push_back(std::max(all.error, over_runs));
  }
  return curve;
}

ValueAndError alpha_2(std::span<const double> r2, std::span<const double> r4) {
  const double m2 = mean(r2);
  const double m4 = mean(r4);
  if (!(m2 > 0)) return {0, 0};
  const double ratio = 3 * m4 / (5 * m2 * m2);
  // Each atom's influence on the ratio, to first order.
  double sum = 0;
  for (std::size_t i = 0; i < r2.size(); ++i) {
    const double u = ratio * ((r4[i] - m4) / m4 - 2 * (r2[i] - m2) / m2);
    sum += u * u;
  }
  const auto n = static_cast<double>(r2.size());
  return {ratio - 1, n > 1 ? std::sqrt(sum / (n * (n - 1))) : 0};
}

std::vector<double> gaussian_of(double msd, std::span<const double> r) {
  const double variance = msd / 3;
  std::vector<double> result;
  for (const double x : r)
    result.push_back(variance > 0 ? 4 * std::numbers::pi * x * x *
                                        std::pow(2 * std::numbers::pi * variance, -1.5) *
                                        std::exp(-x * x / (2 * variance))
                                  : 0);
  return result;
}

}  // namespace

IonAverages displacement_moments(const Trajectory& trajectory, const std::string& species,
                                 std::size_t threads) {
  return averages_of(trajectory, species, threads, [](double r2) {
    return std::pair{r2, r2 * r2};
  });
}

IonAverages scattering_averages(const Trajectory& trajectory, const std::string& species, double q,
                                std::size_t threads) {
  if (!(std::isfinite(q) && q > 0))
    throw InputError(fmt::format("q = {:g} 1/A must be positive", q));
  return averages_of(trajectory, species, threads, [q](double r2) {
    const double x = q * std::sqrt(r2);
    return std::pair{x < 1e-6 ? 1.0 : std::sin(x) / x, 0.0};
  });
}

MotionCurve non_gaussian(std::span<const IonAverages> runs) {
  return curve_of(runs, alpha_2);
}

MotionCurve non_gaussian(const Trajectory& trajectory, const std::string& species,
                         std::size_t threads) {
  const IonAverages run = displacement_moments(trajectory, species, threads);
  return non_gaussian({&run, 1});
}

MotionCurve self_scattering(std::span<const IonAverages> runs) {
  return curve_of(runs, [](std::span<const double> f, std::span<const double>) {
    return ValueAndError{mean(f), standard_deviation(f) / std::sqrt(static_cast<double>(f.size()))};
  });
}

MotionCurve self_scattering(const Trajectory& trajectory, const std::string& species, double q,
                            std::size_t threads) {
  const IonAverages run = scattering_averages(trajectory, species, q, threads);
  return self_scattering({&run, 1});
}

VanHove van_hove(const Trajectory& trajectory, const std::string& species, double lag_ps,
                 double bin) {
  if (!(bin > 0)) throw InputError(fmt::format("bin = {:g} A must be positive", bin));
  const std::vector<std::size_t> atoms = trajectory.atoms_of(species);
  const double dt = trajectory.time_step();
  const double lag = std::round(lag_ps / dt);
  if (!(lag >= 1) || lag > static_cast<double>(trajectory.frames() - 1))
    throw InputError(fmt::format("lag = {:g} ps must be between {:g} and {:g} ps", lag_ps, dt,
                                 dt * static_cast<double>(trajectory.frames() - 1)));
  VanHove result;
  result.species = species;
  result.lag_ps = lag * dt;
  std::vector<double> counts;
  double n = 0;
  for (const std::size_t atom : atoms)
    for_each_displacement(trajectory, atom, static_cast<std::size_t>(lag), [&](double r2) {
      const auto k = static_cast<std::size_t>(std::sqrt(r2) / bin);
      if (k >= counts.size()) counts.resize(k + 1, 0.0);
      counts[k] += 1;
      result.msd += r2;
      n += 1;
    });
  result.msd /= n;
  result.displacements = n;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    result.r.push_back((static_cast<double>(k) + 0.5) * bin);
    result.density.push_back(counts[k] / (n * bin));
  }
  result.gaussian = gaussian_of(result.msd, result.r);
  return result;
}

VanHove pooled(std::span<const VanHove> runs) {
  if (runs.empty()) throw InputError("a van Hove function of no runs");
  VanHove result;
  result.species = runs[0].species;
  result.lag_ps = runs[0].lag_ps;
  for (const VanHove& run : runs) result.displacements += run.displacements;
  for (const VanHove& run : runs) {
    const double weight = run.displacements / result.displacements;
    result.msd += weight * run.msd;
    if (run.r.size() > result.r.size()) {
      result.r = run.r;
      result.density.resize(run.r.size(), 0.0);
    }
    for (std::size_t k = 0; k < run.r.size(); ++k) result.density[k] += weight * run.density[k];
  }
  result.gaussian = gaussian_of(result.msd, result.r);
  return result;
}

}  // namespace vitrion::analysis
