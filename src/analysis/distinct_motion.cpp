#include "analysis/distinct_motion.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/frame_statistics.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t most_distinct_origins = 200;

/// Ordered pairs of one origin by distance.
struct PairCounter {
  const Trajectory& t;
  std::vector<std::size_t> from;
  std::vector<std::size_t> to;
  structures::Cell cell;
  double bin;
  std::size_t bins;

  [[nodiscard]] std::vector<double> count(std::size_t origin, std::size_t lag) const {
    std::vector<double> pairs(bins, 0.0);
    const double reach2 = std::pow(static_cast<double>(bins) * bin, 2);
    const std::vector<Vec3> starts = fractional(from, origin);
    const std::vector<Vec3> ends = fractional(to, origin + lag);
    for (std::size_t i = 0; i < from.size(); ++i)
      for (std::size_t j = 0; j < to.size(); ++j) {
        if (from[i] == to[j]) continue;
        Vec3 s = ends[j] - starts[i];
        // A vector shorter than half of every height has fractional coordinates under a half, so
        // that rounding finds it in any cell.
        for (double& x : s) x -= std::nearbyint(x);
        const double r2 = norm2(cell.cartesian({s}));
        if (r2 < reach2)
          pairs[std::min(bins - 1, static_cast<std::size_t>(std::sqrt(r2) / bin))] += 1;
      }
    return pairs;
  }

 private:
  [[nodiscard]] std::vector<Vec3> fractional(const std::vector<std::size_t>& atoms,
                                             std::size_t frame) const {
    std::vector<Vec3> s;
    for (const std::size_t i : atoms)
      s.push_back(
          cell.fractional({t.path(i, 0)[frame], t.path(i, 1)[frame], t.path(i, 2)[frame]}).s);
    return s;
  }
};

std::vector<double> standard_errors(const std::vector<std::vector<double>>& samples,
                                    std::size_t bins) {
  std::vector<double> error(bins, 0.0);
  for (std::size_t k = 0; k < bins; ++k) {
    std::vector<double> x;
    for (const std::vector<double>& sample : samples) x.push_back(sample[k]);
    if (x.size() > 1) error[k] = standard_deviation(x) / std::sqrt(static_cast<double>(x.size()));
  }
  return error;
}

}  // namespace

DistinctVanHove distinct_van_hove(const Trajectory& trajectory, const std::string& pair,
                                  const DistinctOptions& options, std::size_t threads) {
  const std::size_t dash = pair.find('-');
  if (dash == std::string::npos) throw InputError(fmt::format("pair '{}' must be A-B", pair));
  const std::string a = pair.substr(0, dash);
  const std::string b = pair.substr(dash + 1);
  if (!(options.bin > 0))
    throw InputError(fmt::format("bin = {:g} A must be positive", options.bin));
  const double dt = trajectory.time_step();
  const double lag = std::round(options.lag_ps / dt);
  const auto last = static_cast<double>(trajectory.frames() - 1);
  if (!(lag >= 0 && lag <= last))
    throw InputError(
        fmt::format("lag = {:g} ps must be between 0 and {:g} ps", options.lag_ps, dt * last));
  const structures::Cell cell(trajectory.reference_cell);
  const Vec3 h = cell.heights();
  const double limit = std::min({h[0], h[1], h[2]}) / 2;
  const double r_max = options.r_max > 0 ? options.r_max : std::min(10.0, 0.94 * limit);
  if (r_max > limit)
    throw InputError(fmt::format(
        "r_max = {:g} A is over half the smallest height of the mean cell, {:g} A", r_max, limit));
  const auto bins = static_cast<std::size_t>(r_max / options.bin + 1e-9);
  if (bins < 1)
    throw InputError(fmt::format("r_max = {:g} A is under one bin of {:g} A", r_max, options.bin));
  const PairCounter counter{
      trajectory, trajectory.atoms_of(a), trajectory.atoms_of(b), cell, options.bin, bins};

  const std::size_t shift = static_cast<std::size_t>(lag);
  const std::size_t possible = trajectory.frames() - shift;
  const std::size_t origins = std::min(possible, most_distinct_origins);
  std::vector<std::vector<double>> of_origin(origins);
  ThreadPool pool(std::min(std::max<std::size_t>(1, threads), origins));
  pool.for_each(origins, [&](std::size_t k, std::size_t) {
    of_origin[k] = counter.count(k * possible / origins, shift);
  });

  DistinctVanHove result;
  result.pair = pair;
  result.lag_ps = lag * dt;
  result.origins = origins;
  const auto others = static_cast<double>(counter.to.size() - (a == b ? 1 : 0));
  if (!(others > 0)) throw InputError(fmt::format("there is no other {} about a {}", b, a));
  std::vector<double> ideal(bins);
  for (std::size_t k = 0; k < bins; ++k) {
    const double inner = static_cast<double>(k) * options.bin;
    const double outer = inner + options.bin;
    const double shell = 4 * std::numbers::pi / 3 * (std::pow(outer, 3) - std::pow(inner, 3));
    ideal[k] = static_cast<double>(counter.from.size()) * others * shell / cell.volume();
    result.r.push_back(inner + options.bin / 2);
  }
  ChunkedSum sum(bins);
  for (std::vector<double>& g : of_origin) {
    for (std::size_t k = 0; k < bins; ++k) g[k] /= ideal[k];
    sum.add(g);
  }
  result.g = sum.mean();
  result.error = standard_errors(sum.blocks(), bins);
  return result;
}

DistinctVanHove mean_of(std::span<const DistinctVanHove> runs) {
  if (runs.empty()) throw InputError("a van Hove function of no runs");
  DistinctVanHove result = runs[0];
  if (runs.size() == 1) return result;
  std::size_t bins = result.r.size();
  std::vector<std::vector<double>> samples;
  result.origins = 0;
  for (const DistinctVanHove& run : runs) {
    bins = std::min(bins, run.r.size());
    result.origins += run.origins;
    samples.push_back(run.g);
  }
  result.replicas = runs.size();
  result.r.resize(bins);
  result.g.assign(bins, 0.0);
  for (const std::vector<double>& g : samples)
    for (std::size_t k = 0; k < bins; ++k) result.g[k] += g[k] / static_cast<double>(runs.size());
  result.error = standard_errors(samples, bins);
  return result;
}

}  // namespace vitrion::analysis
