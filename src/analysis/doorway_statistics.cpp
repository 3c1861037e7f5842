#include "analysis/doorway_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>

#include "analysis/cluster_bootstrap.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t fewest_gates = 10;
// The largest of a hundred lags exceeds three errors by chance once in eight curves, four once in
// 300.
constexpr double errors_of_peak = 4;

using Draws = std::vector<std::vector<double>>;

LagCurve curve_of(std::size_t count, const std::vector<double>& mean, const Draws& draws) {
  LagCurve curve;
  curve.count = count;
  curve.value = mean;
  for (std::size_t k = 0; k < mean.size(); ++k) {
    std::vector<double> x;
    for (const auto& draw : draws) x.push_back(draw[k]);
    const Interval band = middle_95(std::move(x));
    curve.low.push_back(band.low);
    curve.high.push_back(band.high);
  }
  return curve;
}

Estimate estimate_of(double value, std::vector<double> draws, const std::string& unit,
                     const std::string& method) {
  const Interval band = middle_95(std::move(draws));
  return Estimate::of(value, std::min(band.low, value), std::max(band.high, value), unit, method);
}

/// The openings of one set of gates in all runs.
struct Set {
  explicit Set(std::size_t lags) : sums(lags) {}
  ClusterSums sums;
  Draws draws;
};

Set collect(const std::vector<DoorwayRun>& runs, const GateCurves& (*part)(const DoorwayRun&),
            const DoorwayOptions& options) {
  const std::size_t lags = runs.front().lags.size();
  Set set(lags);
  for (const DoorwayRun& run : runs) {
    const GateCurves& curves = part(run);
    set.sums.next_replica();
    for (std::size_t i = 0; i < curves.size(); ++i)
      set.sums.add(curves.ion[i], std::span(curves.opening).subspan(i * lags, lags));
  }
  set.draws = set.sums.draws(options.bootstrap, options.seed);
  return set;
}

OpeningOf opening_of(const std::string& name, const Set& set, const Set& hops, std::size_t zero) {
  OpeningOf o;
  o.name = name;
  const std::vector<double> mean = set.sums.mean();
  o.curve = curve_of(set.sums.items(), mean, set.draws);
  o.excess = Estimate::refusal("of the hops themselves", std::nullopt, "A");
  if (set.sums.items() < fewest_gates) {
    o.opening = Estimate::refusal(
        fmt::format("{} gates are too few: {} are needed", set.sums.items(), fewest_gates),
        std::nullopt, "A");
    o.excess = o.opening;
    return o;
  }
  std::vector<double> at_zero;
  std::vector<double> difference;
  for (std::size_t d = 0; d < set.draws.size(); ++d) {
    at_zero.push_back(set.draws[d][zero]);
    difference.push_back(hops.draws[d][zero] - set.draws[d][zero]);
  }
  o.opening =
      estimate_of(mean[zero], at_zero, "A",
                  fmt::format("{} gates, bootstrap over replicas and ions", set.sums.items()));
  if (name != "hop" && hops.sums.items() >= fewest_gates)
    o.excess = estimate_of(hops.sums.mean()[zero] - mean[zero], difference, "A",
                           "opening at hops less that of the control");
  return o;
}

/// sum over t of a(t) b(t + lag) for lags of up to half of the bins, for series of one length.
std::vector<double> product_at_lags(std::span<const double> a, std::span<const double> b) {
  const auto n = static_cast<std::ptrdiff_t>(a.size());
  const std::ptrdiff_t most = n / 4;
  std::vector<double> result;
  for (std::ptrdiff_t lag = -most; lag <= most; ++lag) {
    double sum = 0;
    for (std::ptrdiff_t t = std::max<std::ptrdiff_t>(0, -lag); t < std::min(n, n - lag); ++t)
      sum += a[static_cast<std::size_t>(t)] * b[static_cast<std::size_t>(t + lag)];
    result.push_back(sum);
  }
  return result;
}

/// Centre, in bins, of the part about the maximum where the curve exceeds half of it.
double centre_of_peak(const std::vector<double>& c) {
  const auto top = static_cast<std::size_t>(std::max_element(c.begin(), c.end()) - c.begin());
  std::size_t low = top;
  std::size_t high = top;
  while (low > 0 && c[low - 1] > c[top] / 2) --low;
  while (high + 1 < c.size() && c[high + 1] > c[top] / 2) ++high;
  double weight = 0;
  double sum = 0;
  for (std::size_t k = low; k <= high; ++k) {
    const double w = c[k] - c[top] / 2;
    weight += w;
    sum += w * static_cast<double>(k);
  }
  return weight > 0 ? sum / weight : static_cast<double>(top);
}

void lead_and_lag(Doorways& d, const Set& hops, const DoorwayOptions& options) {
  const LagGrid& lags = d.runs.front().lags;
  const std::size_t n = lags.size();
  const std::size_t size = 2 * (n / 4) + 1;
  ClusterSums before(size);
  ClusterSums products(size + 2);  // with the squares of either series behind
  for (const DoorwayRun& run : d.runs) {
    before.next_replica();
    products.next_replica();
    for (std::size_t i = 0; i < run.at_hops.size(); ++i) {
      const auto opening = std::span(run.at_hops.opening).subspan(i * n, n);
      const auto units = std::span(run.units).subspan(i * n, n);
      before.add(run.at_hops.ion[i],
                 product_at_lags(opening, std::span(run.progress).subspan(i * n, n)));
      std::vector<double> p = product_at_lags(opening, units);
      const auto overlap = static_cast<double>(n);
      for (std::size_t k = 0; k < size; ++k)  // fewer terms at long lags
        p[k] *=
            overlap / (overlap - std::abs(static_cast<double>(k) - static_cast<double>(size / 2)));
      p.push_back(product_at_lags(opening, opening)[size / 2]);
      p.push_back(product_at_lags(units, units)[size / 2]);
      products.add(run.at_hops.ion[i], p);
    }
  }
  const auto refuse = [&](const std::string& why) {
    d.lead = Estimate::refusal(why, std::nullopt, "ps");
    d.largest_opening = Estimate::refusal(why, std::nullopt, "A");
  };
  if (before.items() < fewest_gates) {
    refuse(fmt::format("{} gates are too few: {} are needed", before.items(), fewest_gates));
    return;
  }
  const std::vector<double> mean = before.mean();
  const Draws draws = before.draws(options.bootstrap, options.seed);
  d.before_ion = curve_of(before.items(), mean, draws);

  const auto correlation = [size](const std::vector<double>& p) {
    std::vector<double> c(p.begin(), p.begin() + static_cast<std::ptrdiff_t>(size));
    const double scale = std::sqrt(p[size] * p[size + 1]);
    for (double& x : c) x = scale > 0 ? x / scale : 0;
    return c;
  };
  Draws with_units;
  for (const auto& draw : products.draws(options.bootstrap, options.seed))
    with_units.push_back(correlation(draw));
  d.with_units = curve_of(products.items(), correlation(products.mean()), with_units);

  const auto top =
      static_cast<std::size_t>(std::max_element(mean.begin(), mean.end()) - mean.begin());
  std::vector<double> at_top;
  for (const auto& draw : draws) at_top.push_back(draw[top]);
  if (!(mean[top] > errors_of_peak * standard_deviation(at_top))) {
    refuse("no opening stands four errors out");
    return;
  }
  const auto lead = [&](const std::vector<double>& c) {
    return (centre_of_peak(c) - static_cast<double>(size / 2)) * lags.bin_ps();
  };
  std::vector<double> leads;
  for (const auto& draw : draws) leads.push_back(lead(draw));
  const double value = lead(mean);
  Interval band = middle_95(leads);
  // A hop is placed between two frames, a lag within a bin.
  band.low -= lags.bin_ps() / 2;
  band.high += lags.bin_ps() / 2;
  d.lead = Estimate::of(value, band.low, band.high, "ps",
                        "centre of the opening before the ion's way, bootstrap over replicas and "
                        "ions, half a bin added");
  const double bin = static_cast<double>(lags.bins) - value / lags.bin_ps();
  const auto k = static_cast<std::size_t>(std::clamp(bin + 0.5, 0.0, static_cast<double>(n - 1)));
  std::vector<double> at_lead;
  for (const auto& draw : hops.draws) at_lead.push_back(draw[k]);
  d.largest_opening = estimate_of(hops.sums.mean()[k], at_lead, "A",
                                  fmt::format("mean opening {:.3g} ps before the ion", value));
}

Estimate mean_of(const std::vector<DoorwayRun>& runs,
                 const std::function<CorrelatedMean(const DoorwayRun&)>& part,
                 const std::string& unit, const std::string& method) {
  std::vector<CorrelatedMean> means;
  for (const DoorwayRun& run : runs)
    if (const CorrelatedMean m = part(run); m.independent >= 2) means.push_back(m);
  if (means.empty()) return Estimate::refusal("under two values in every run", std::nullopt, unit);
  return combine_means(means, unit, method);
}

CorrelatedMean independent_mean(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  return {mean(x), x.size() > 1 ? standard_deviation(x) / std::sqrt(n) : 0, n};
}

void widths(Doorways& d) {
  d.radius = mean_of(
      d.runs, [](const DoorwayRun& r) { return correlated_mean(r.frame_radius); }, "A",
      "windows between two units or more, weighted with area");
  d.count = mean_of(
      d.runs, [](const DoorwayRun& r) { return correlated_mean(r.frame_count); }, "per frame",
      "windows between two units or more");
  std::vector<ReplicaValue> fluctuations;
  for (const DoorwayRun& r : d.runs) {
    const CorrelatedMean m = independent_mean(r.at_rest.fluctuation);
    if (m.independent >= 2 && m.mean > 0)
      fluctuations.push_back({m.mean, m.error / m.mean, m.independent - 1});
  }
  d.fluctuation = combine_replicas(
      fluctuations, "A",
      fmt::format("standard deviation in time of a doorway's radius within {:.3g} ps, mean over "
                  "doorways",
                  2 * d.followed_ps));
  const auto of_gates = [](const DoorwayRun& r, double (*value)(const HopGate&)) {
    std::vector<double> x;
    for (const HopGate& gate : r.gates)
      if (gate.followed) x.push_back(value(gate));
    return independent_mean(x);
  };
  d.passing_radius = mean_of(
      d.runs,
      [&](const DoorwayRun& r) {
        return of_gates(r, [](const HopGate& g) { return g.shape.radius; });
      },
      "A", "gates in the frames in which ions pass");
  d.clearance = mean_of(
      d.runs,
      [&](const DoorwayRun& r) {
        return of_gates(r, [](const HopGate& g) { return g.clearance; });
      },
      "A", "least distance of a passing ion to an anion's surface");
}

void kinds_of(Doorways& d) {
  const auto runs = static_cast<double>(d.runs.size());
  std::map<std::pair<std::string, std::size_t>, DoorwayRun::Kind> kinds;
  std::map<std::pair<std::string, std::size_t>, DoorwayRun::Kind> passed;
  for (const DoorwayRun& run : d.runs) {
    for (const DoorwayRun::Kind& k : run.kinds) {
      DoorwayRun::Kind& sum = kinds[{k.name, k.units}];
      sum.name = k.name;
      sum.units = k.units;
      sum.count += k.count / runs;
      sum.area += k.area / runs;
      sum.radius += k.area * k.radius / runs;
    }
    for (const HopGate& g : run.gates) {
      if (!g.followed) continue;
      DoorwayRun::Kind& sum = passed[{g.gate.kind, g.gate.units}];
      sum.name = g.gate.kind;
      sum.units = g.gate.units;
      sum.count += 1;
      sum.area += g.shape.area;
      sum.radius += g.shape.radius;
    }
  }
  for (auto& [key, kind] : kinds) {
    kind.radius /= kind.area;
    d.kinds.push_back(kind);
  }
  for (auto& [key, kind] : passed) {
    kind.radius /= kind.count;
    kind.area /= kind.count;
    d.hop_kinds.push_back(kind);
  }
}

std::vector<double> density_of(const std::vector<DoorwayRun>& runs,
                               std::vector<double> DoorwayRun::*part) {
  std::vector<double> sum(radius_bins, 0.0);
  double all = 0;
  for (const DoorwayRun& run : runs)
    for (std::size_t k = 0; k < radius_bins; ++k) {
      sum[k] += (run.*part)[k];
      all += (run.*part)[k];
    }
  if (all > 0)
    for (double& x : sum) x /= all * radius_bin;
  return sum;
}

/// "Flexible" is said only of gates that open for hops more than every control does.
std::string verdict_of(const Doorways& d) {
  const OpeningOf& hop = d.openings.front();
  if (const std::string& why = d.runs.front().no_hops; !why.empty()) return "not resolved: " + why;
  if (hop.opening.is_refused()) return "not resolved: " + hop.opening.refused;
  std::size_t judged = 0;
  for (std::size_t k = 1; k < d.openings.size(); ++k) {
    const OpeningOf& control = d.openings[k];
    if (control.excess.is_refused()) continue;
    ++judged;
    if (control.excess.high < 0)
      return fmt::format("no: gates are narrower at hops than in the control '{}'", control.name);
    if (!(control.excess.low > 0))
      return fmt::format("not resolved: the opening at hops does not exceed the control '{}'",
                         control.name);
  }
  if (judged == 0) return "not resolved: no control has gates enough";
  return fmt::format("gates open for hops, more than in {} control{}", judged,
                     judged > 1 ? "s" : "");
}

}  // namespace

Doorways combine_doorways(std::vector<DoorwayRun> runs, const DoorwayOptions& options) {
  if (runs.empty()) throw InputError("doorways of no runs");
  Doorways d;
  d.species = options.species;
  d.runs = std::move(runs);
  const LagGrid& lags = d.runs.front().lags;
  for (const DoorwayRun& run : d.runs) {
    if (run.lags.bins != lags.bins || run.lags.width != lags.width ||
        std::abs(run.lags.time_step - lags.time_step) > 1e-3 * lags.time_step)
      throw InputError("the runs differ in the lags over which their gates were followed");
    d.frames += run.frame_radius.size();
  }
  d.asked_ps = options.follow;
  d.followed_ps = static_cast<double>(lags.bins) * lags.bin_ps();
  for (std::size_t k = 0; k < lags.size(); ++k) d.lag_ps.push_back(lags.lag_ps(k));
  widths(d);
  kinds_of(d);
  for (std::size_t k = 0; k < radius_bins; ++k)
    d.r.push_back(first_radius + (static_cast<double>(k) + 0.5) * radius_bin);
  d.static_density = density_of(d.runs, &DoorwayRun::radius_histogram);
  d.passing_density = density_of(d.runs, &DoorwayRun::passing_histogram);
  d.resting_density = density_of(d.runs, &DoorwayRun::resting_histogram);

  using Part = const GateCurves& (*)(const DoorwayRun&);
  const Part hop_part = [](const DoorwayRun& r) -> const GateCurves& { return r.at_hops; };
  const Set hops = collect(d.runs, hop_part, options);
  d.openings.push_back(opening_of("hop", hops, hops, lags.bins));
  const std::pair<const char*, Part> controls[] = {
      {"same kind", [](const DoorwayRun& r) -> const GateCurves& { return r.same_kind; }},
      {"shifted", [](const DoorwayRun& r) -> const GateCurves& { return r.shifted; }},
      {"attempt", [](const DoorwayRun& r) -> const GateCurves& { return r.at_attempts; }}};
  for (const auto& [name, part] : controls)
    d.openings.push_back(opening_of(name, collect(d.runs, part, options), hops, lags.bins));
  lead_and_lag(d, hops, options);
  d.verdict = verdict_of(d);
  return d;
}

}  // namespace vitrion::analysis
