#include "analysis/uncertainty.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/diffusion.hpp"
#include "analysis/estimate_json.hpp"
#include "analysis/label_tests.hpp"
#include "analysis/statistics.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

constexpr double wanted = 0.10;        // relative error that run lengths are told for
constexpr double A2_per_ps = 1e-4;     // in cm2/s
constexpr double site_distance = 3.3;  // A
constexpr double rattle = 0.3;         // A, s.d. per axis in a cage
constexpr std::size_t coverage_frames = 400;

double square(double x) {
  return x * x;
}

/// Readings of D of all runs, averaged: "which" of the paper's sentence was meant.
void split_protocol(const std::vector<const RunFindings*>& runs, VarianceSplit& split) {
  std::map<std::string, double> sums;
  double total = 0;
  for (const RunFindings* run : runs) {
    const std::optional<ReadingsOfD> r = readings_of_D(run->mobile_msd, run->duration);
    if (!r) return;
    ++total;
    sums["slope with intercept"] += r->slope_with_intercept;
    sums["slope through the origin"] += r->slope_through_origin;
    sums["mean of MSD / 6t"] += r->mean_of_msd_over_6t;
  }
  if (total == 0) return;
  if (split.D) sums["all origins, generalised least squares"] = *split.D * total;
  double low = INFINITY;
  double high = -INFINITY;
  double mean = 0;
  for (const auto& [name, sum] : sums) {
    const double D = sum / total;
    low = std::min(low, D);
    high = std::max(high, D);
    mean += D / static_cast<double>(sums.size());
    split.readings.push_back(fmt::format("{}: {:.3g}", name, D));
  }
  if (mean > 0) split.protocol = (high - low) / 2 / mean;
}

/// Glass against run: the variance of ln D over the runs is the sum of both.
void split_statistics(const std::vector<const RunFindings*>& runs, VarianceSplit& split) {
  std::vector<double> ln_D;
  double within = 0;
  for (const RunFindings* run : runs) {
    if (!run->D) {
      split.refused = run->refused;
      return;
    }
    ln_D.push_back(std::log(*run->D));
    within += square(run->relative_error) / static_cast<double>(runs.size());
  }
  split.D = std::exp(mean(ln_D));
  split.within = std::sqrt(within);
  split.needed_run = split.duration * within / square(wanted);
  if (ln_D.size() < 2) return;
  const double between = std::max(0.0, square(standard_deviation(ln_D)) - within);
  split.between = std::sqrt(between);
  const auto n = static_cast<double>(ln_D.size());
  const double left = n * square(wanted) - between;
  if (left > 0) split.needed_for_mean = split.duration * within / left;
  split.needed_glasses = std::max<std::size_t>(
      1, static_cast<std::size_t>(std::ceil(between / square(wanted) - 1e-9)));
}

/// Paths of ions that rattle about sites and hop between them; times in ps, D in A^2/ps.
Trajectory hopping_ions(double D, std::size_t ions, double duration, std::size_t frames,
                        RandomStream& random) {
  Trajectory t;
  t.species.names = {"Na"};
  t.species.of_atom.assign(ions, 0);
  t.reference_cell = 30 * identity3();
  t.positions.resize(ions * 3 * frames);
  const double dt = duration / static_cast<double>(frames - 1);
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f) * dt);
    t.volumes.push_back(30. * 30 * 30);
  }
  const double rate = 6 * D / square(site_distance);
  for (std::size_t i = 0; i < ions; ++i) {
    Vec3 site{};
    double next = -std::log(1 - random.uniform()) / rate;
    for (std::size_t f = 0; f < frames; ++f) {
      for (; next <= t.times[f]; next -= std::log(1 - random.uniform()) / rate) {
        const Vec3 u{random.normal(), random.normal(), random.normal()};
        site += (site_distance / norm(u)) * u;
      }
      for (std::size_t a = 0; a < 3; ++a)
        t.positions[(3 * i + a) * frames + f] = site[a] + rattle * random.normal();
    }
  }
  return t;
}

json number(const std::optional<double>& x) {
  return x ? json(*x) : json(nullptr);
}

}  // namespace

std::optional<ReadingsOfD> readings_of_D(const TimeSeries& msd, double duration) {
  std::vector<double> t;
  std::vector<double> y;
  for (std::size_t k = 0; k < msd.time.size(); ++k)
    if (msd.time[k] >= 0.5 * duration && msd.time[k] <= 0.95 * duration) {
      t.push_back(msd.time[k]);
      y.push_back(msd.value[k]);
    }
  if (t.size() < 3) return std::nullopt;
  ReadingsOfD r;
  r.slope_with_intercept = fit_line(t, y).slope / 6 * A2_per_ps;
  double ty = 0;
  double tt = 0;
  double ratio = 0;
  for (std::size_t k = 0; k < t.size(); ++k) {
    ty += t[k] * y[k];
    tt += t[k] * t[k];
    ratio += y[k] / (6 * t[k]) / static_cast<double>(t.size());
  }
  r.slope_through_origin = ty / tt / 6 * A2_per_ps;
  r.mean_of_msd_over_6t = ratio * A2_per_ps;
  return r;
}

std::vector<VarianceSplit> variance_splits(const Findings& findings) {
  std::vector<VarianceSplit> splits;
  for (const CompositionFindings& c : findings.compositions) {
    std::map<double, std::vector<const RunFindings*>> by_temperature;
    for (const GlassFindings& glass : c.glasses)
      for (const RunFindings& run : glass.runs) by_temperature[run.temperature].push_back(&run);
    for (const auto& [temperature, runs] : by_temperature) {
      VarianceSplit split;
      split.key = c.key;
      split.x = c.x;
      split.porous = c.porous;
      split.temperature = temperature;
      split.glasses = runs.size();
      for (const RunFindings* run : runs)
        split.duration += run->duration / static_cast<double>(runs.size());
      split_statistics(runs, split);
      split_protocol(runs, split);
      splits.push_back(std::move(split));
    }
  }
  return splits;
}

Coverage simulated_coverage(double D, double ions, double duration, std::size_t frames,
                            double budget, std::uint64_t seed) {
  Coverage c;
  c.ions = ions;
  c.duration = duration;
  const double D_A = D / A2_per_ps;
  c.hops_per_ion = 6 * D_A * duration / square(site_distance);
  c.runs = static_cast<std::size_t>(
      std::clamp(budget / (ions * static_cast<double>(frames)), 20.0, 200.0));
  std::size_t held = 0;
  for (std::size_t k = 0; k < c.runs; ++k) {
    RandomStream random(seed, "coverage", k);
    const Trajectory t =
        hopping_ions(D_A, static_cast<std::size_t>(ions), duration, frames, random);
    const Estimate found = diffusion(t, "Na").D;
    if (found.is_refused())
      ++c.refused;
    else
      held += found.low <= D && D <= found.high ? 1 : 0;
  }
  const std::size_t judged = c.runs - c.refused;
  c.held = judged > 0 ? wilson_share(static_cast<double>(held), static_cast<double>(judged))
                      : Estimate::refusal("every simulated run is refused a D", std::nullopt, "1");
  return c;
}

std::vector<Coverage> coverages(const Findings& findings, double budget, std::uint64_t seed) {
  std::map<double, std::vector<const RunFindings*>> by_temperature;
  for (const CompositionFindings& c : findings.compositions)
    for (const GlassFindings& glass : c.glasses)
      for (const RunFindings& run : glass.runs)
        if (run.D && run.ions >= 2) by_temperature[run.temperature].push_back(&run);
  std::vector<Coverage> result;
  for (auto& [temperature, runs] : by_temperature) {
    std::ranges::sort(runs, {}, [](const RunFindings* r) { return *r->D * r->duration; });
    const RunFindings& median = *runs[runs.size() / 2];
    Coverage c = simulated_coverage(*median.D, median.ions, median.duration, coverage_frames,
                                    budget / static_cast<double>(by_temperature.size()), seed);
    c.temperature = temperature;
    result.push_back(std::move(c));
  }
  return result;
}

json uncertainty_record(const Findings& findings, double budget, std::uint64_t seed) {
  json split = json::array();
  for (const VarianceSplit& s : variance_splits(findings)) {
    json j = {{"glass", s.key},
              {"x", s.x},
              {"porous", s.porous},
              {"temperature", s.temperature},
              {"glasses", s.glasses},
              {"duration_ps", s.duration},
              {"D", number(s.D)},
              {"between_glasses", number(s.between)},
              {"within_run", number(s.within)},
              {"protocol", number(s.protocol)},
              {"readings", s.readings},
              {"needed_run_ps", number(s.needed_run)},
              {"needed_run_of_mean_ps", number(s.needed_for_mean)}};
    j["needed_glasses"] = s.needed_glasses ? json(*s.needed_glasses) : json(nullptr);
    j["refused"] = s.refused.empty() ? json(nullptr) : json(s.refused);
    split.push_back(std::move(j));
  }
  json coverage = json::array();
  for (const Coverage& c : coverages(findings, budget, seed))
    coverage.push_back({{"temperature", c.temperature},
                        {"ions", c.ions},
                        {"duration_ps", c.duration},
                        {"hops_per_ion", c.hops_per_ion},
                        {"runs", c.runs},
                        {"refused", c.refused},
                        {"held", to_json(c.held)}});
  return {{"quantity", "uncertainty"},
          {"wanted_relative_error", wanted},
          {"split", split},
          {"coverage", coverage},
          {"statement",
           "relative standard deviations of D: from glass to glass, within one run, and half the "
           "range over the readings of the paper's recipe; the error within a run falls with the "
           "root of its length, the others do not"}};
}

}  // namespace vitrion::analysis
