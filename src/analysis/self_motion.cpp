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
constexpr std::size_t most_origins = 1000;

/// Calls see(|displacement|^2) for the origins of one atom at one lag.
template <class See>
void for_each_displacement(const Trajectory& t, std::size_t atom, std::size_t lag, See&& see) {
  const std::size_t origins = t.frames() - lag;
  const std::size_t stride = (origins + most_origins - 1) / most_origins;
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

/// Means over the origins of each atom of two functions of |displacement|^2.
struct PerAtom {
  std::vector<double> first;
  std::vector<double> second;
};

MotionCurve curve_of(
    const Trajectory& t, const std::string& species, std::size_t threads,
    const std::function<std::pair<double, double>(double)>& terms,
    const std::function<std::pair<double, double>(const PerAtom&)>& value_and_error) {
  const std::vector<std::size_t> atoms = t.atoms_of(species);
  const double dt = t.time_step();
  const std::vector<std::size_t> lags = logarithmic_lags((t.frames() - 1) / 2, 15);
  if (lags.empty())
    throw InputError(fmt::format("{} frames are too few: at least 3 are needed", t.frames()));
  MotionCurve curve;
  curve.species = species;
  curve.value.resize(lags.size());
  curve.error.resize(lags.size());
  for (const std::size_t lag : lags) curve.lag_ps.push_back(static_cast<double>(lag) * dt);
  ThreadPool pool(std::min(std::max<std::size_t>(1, threads), lags.size()));
  pool.for_each(lags.size(), [&](std::size_t l, std::size_t) {
    PerAtom means;
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
      means.first.push_back(a / n);
      means.second.push_back(b / n);
    }
    std::tie(curve.value[l], curve.error[l]) = value_and_error(means);
  });
  return curve;
}

}  // namespace

MotionCurve non_gaussian(const Trajectory& trajectory, const std::string& species,
                         std::size_t threads) {
  return curve_of(
      trajectory, species, threads,
      [](double r2) {
        return std::pair{r2, r2 * r2};
      },
      [](const PerAtom& m) {
        const double m2 = mean(m.first);
        const double m4 = mean(m.second);
        if (!(m2 > 0)) return std::pair{0.0, 0.0};
        const double ratio = 3 * m4 / (5 * m2 * m2);
        // Each atom's influence on the ratio, to first order.
        double sum = 0;
        for (std::size_t i = 0; i < m.first.size(); ++i) {
          const double u = ratio * ((m.second[i] - m4) / m4 - 2 * (m.first[i] - m2) / m2);
          sum += u * u;
        }
        const auto n = static_cast<double>(m.first.size());
        return std::pair{ratio - 1, n > 1 ? std::sqrt(sum / (n * (n - 1))) : 0};
      });
}

MotionCurve self_scattering(const Trajectory& trajectory, const std::string& species, double q,
                            std::size_t threads) {
  if (!(std::isfinite(q) && q > 0))
    throw InputError(fmt::format("q = {:g} 1/A must be positive", q));
  return curve_of(
      trajectory, species, threads,
      [q](double r2) {
        const double x = q * std::sqrt(r2);
        return std::pair{x < 1e-6 ? 1.0 : std::sin(x) / x, 0.0};
      },
      [](const PerAtom& m) {
        return std::pair{mean(m.first), standard_deviation(m.first) /
                                            std::sqrt(static_cast<double>(m.first.size()))};
      });
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
  const double variance = result.msd / 3;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    const double r = (static_cast<double>(k) + 0.5) * bin;
    result.r.push_back(r);
    result.density.push_back(counts[k] / (n * bin));
    result.gaussian.push_back(variance > 0 ? 4 * std::numbers::pi * r * r *
                                                 std::pow(2 * std::numbers::pi * variance, -1.5) *
                                                 std::exp(-r * r / (2 * variance))
                                           : 0);
  }
  return result;
}

}  // namespace vitrion::analysis
