#include "analysis/hop_statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/statistics.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {

namespace {

constexpr double length_bin = 0.25;  // A
constexpr double ps_per_ns = 1000;
// A rate of which no event was seen is under this many per observed time, with 95 %.
const double none_of_three = -std::log(0.05);

HopCounts count(const HopRun& run) {
  HopCounts c;
  c.ions = run.ions.size();
  c.hops = run.hops.size();
  c.excursions = run.excursions.size();
  c.ion_time = run.ion_time();
  for (std::size_t k = 0; k < run.hops.size(); ++k) {
    const Hop& hop = run.hops[k];
    c.undone += hop.undone;
    c.lasting += hop.lasting();
    c.backward += hop.backward;
    c.pairs += k > 0 && run.hops[k - 1].ion == hop.ion;
  }
  return c;
}

/// Events in several runs as a rate. `of_ion` (runs)(ions): how many each ion had.
Estimate event_rate(const std::vector<std::vector<double>>& of_ion, const std::vector<HopRun>& runs,
                    const std::string& method) {
  const std::string unit = "1/(ns ion)";
  double events = 0;
  double time = 0;
  std::vector<CorrelatedMean> rates;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const double run_time = runs[r].ion_time() / ps_per_ns;
    double n = 0;
    for (const double x : of_ion[r]) n += x;
    events += n;
    time += run_time;
    const auto ions = static_cast<double>(of_ion[r].size());
    const double spread = standard_deviation(of_ion[r]) * std::sqrt(ions);
    rates.push_back({n / run_time, std::max(std::sqrt(std::max(1.0, n)), spread) / run_time, ions});
  }
  if (events == 0)
    return Estimate::refusal(fmt::format("none was seen in {:.3g} ns of one ion", time),
                             none_of_three / time, unit);
  if (runs.size() > 1) return combine_means(rates, unit, method + ", error of the counts");
  const double half = student_t95(std::max(1.0, rates[0].independent - 1)) * rates[0].error;
  const double low = chi_squared_quantile(0.025, 2 * events) / 2 / time;
  const double high = chi_squared_quantile(0.975, 2 * events + 2) / 2 / time;
  return Estimate::of(events / time, std::max(0.0, std::min(low, events / time - half)),
                      std::max(high, events / time + half), unit,
                      method +
                          ", the wider of Poisson's interval and the spread over the ions, "
                          "one replica");
}

/// Mean over runs of the mean of some numbers of each.
Estimate mean_of_runs(const std::vector<std::vector<double>>& values, const std::string& unit,
                      const std::string& method) {
  std::vector<CorrelatedMean> means;
  for (const std::vector<double>& x : values) {
    if (x.size() < 2) continue;
    const auto n = static_cast<double>(x.size());
    means.push_back({mean(x), standard_deviation(x) / std::sqrt(n), n});
  }
  if (means.empty()) return Estimate::refusal("under two hops in every run", std::nullopt, unit);
  return combine_means(means, unit, method);
}

Estimate inverse_of(const Estimate& e, double factor, const std::string& unit,
                    const std::string& method) {
  if (e.is_refused()) return Estimate::refusal(e.refused, std::nullopt, unit);
  if (!(e.low > 0))
    return Estimate::refusal("the interval of the rate reaches 0", std::nullopt, unit);
  return Estimate::of(factor / *e.value, factor / e.high, factor / e.low, unit, method);
}

Estimate forward_backward(const std::vector<HopCounts>& counts) {
  const std::string unit = "1";
  std::vector<CorrelatedMean> shares;
  std::size_t pairs = 0;
  std::size_t backward = 0;
  for (const HopCounts& c : counts) {
    if (c.pairs == 0) continue;
    const auto n = static_cast<double>(c.pairs);
    // Agresti and Coull's two more of each: no share of few pairs is known to be 0 or 1.
    const double p = (static_cast<double>(c.backward) + 2) / (n + 4);
    shares.push_back({static_cast<double>(c.backward) / n, std::sqrt(p * (1 - p) / (n + 4)), n});
    pairs += c.pairs;
    backward += c.backward;
  }
  if (pairs < 10)
    return Estimate::refusal(
        fmt::format("{} pairs of successive hops are too few: 10 are needed", pairs), std::nullopt,
        unit);
  const Estimate share = combine_means(shares, unit, "");
  if (backward == 0)
    return Estimate::refusal(fmt::format("none of {} successive hops went back", pairs),
                             std::nullopt, unit);
  const auto ratio = [](double b) { return (1 - b) / b; };
  const double smallest = 1e-6;
  return Estimate::of(ratio(*share.value), ratio(std::clamp(share.high, smallest, 1.0)),
                      ratio(std::clamp(share.low, smallest, 1.0)), unit,
                      fmt::format("{} pairs of successive hops{}", pairs,
                                  shares.size() > 1 ? ", over replicas" : ", one replica"));
}

void survival(Hops& h) {
  std::vector<Residence> stays;
  for (const HopRun& run : h.runs)
    stays.insert(stays.end(), run.residences.begin(), run.residences.end());
  std::sort(stays.begin(), stays.end(), [](const Residence& a, const Residence& b) {
    // Those that end are counted before those that are cut off at the same time.
    return a.time != b.time ? a.time < b.time : a.completed > b.completed;
  });
  double share = 1;
  auto left = static_cast<double>(stays.size());
  for (const Residence& s : stays) {
    if (s.completed) {
      share *= 1 - 1 / left;
      if (share <= 0.5 && !h.median_stay) h.median_stay = s.time;
    }
    left -= 1;
    if (!h.stay_times.empty() && s.time == h.stay_times.back())
      h.stay_survival.back() = share;
    else {
      h.stay_times.push_back(s.time);
      h.stay_survival.push_back(share);
    }
  }
  // A curve needs no more than about two hundred points.
  const std::size_t stride = h.stay_times.size() / 200 + 1;
  std::size_t kept = 0;
  for (std::size_t k = 0; k < h.stay_times.size(); k += stride, ++kept) {
    h.stay_times[kept] = h.stay_times[k];
    h.stay_survival[kept] = h.stay_survival[k];
  }
  h.stay_times.resize(kept);
  h.stay_survival.resize(kept);
}

void length_histogram(Hops& h, const std::vector<std::vector<double>>& lengths) {
  double n = 0;
  for (const auto& of_run : lengths)
    for (const double x : of_run) {
      const auto k = static_cast<std::size_t>(x / length_bin);
      if (k >= h.length_density.size()) h.length_density.resize(k + 1, 0.0);
      h.length_density[k] += 1;
      n += 1;
    }
  for (std::size_t k = 0; k < h.length_density.size(); ++k) {
    h.lengths.push_back((static_cast<double>(k) + 0.5) * length_bin);
    h.length_density[k] /= n * length_bin;
  }
}

}  // namespace

Hops combine_hops(std::vector<HopRun> runs, const HopOptions& options,
                  std::span<const BondChanges> bonds) {
  Hops h;
  h.species = options.species;
  h.runs = std::move(runs);
  h.scale = h.runs.front().scale;
  const std::size_t n = h.runs.size();
  std::vector<std::vector<double>> all(n);
  std::vector<std::vector<double>> lasting(n);
  std::vector<std::vector<double>> attempts(n);
  std::vector<std::vector<double>> lengths(n);
  std::vector<std::vector<double>> squares(n);
  for (std::size_t r = 0; r < n; ++r) {
    const HopRun& run = h.runs[r];
    h.counts.push_back(count(run));
    const auto place = [&](std::size_t ion) {
      return static_cast<std::size_t>(std::lower_bound(run.ions.begin(), run.ions.end(), ion) -
                                      run.ions.begin());
    };
    for (auto* counts : {&all, &lasting, &attempts}) (*counts)[r].assign(run.ions.size(), 0.0);
    for (const Hop& hop : run.hops) {
      all[r][place(hop.ion)] += 1;
      if (hop.lasting()) lasting[r][place(hop.ion)] += 1;
      lengths[r].push_back(hop.length);
      squares[r].push_back(hop.length * hop.length);
    }
    for (const Excursion& e : run.excursions) attempts[r][place(e.ion)] += 1;
  }
  if (h.scale.threshold.is_refused()) {
    const std::string& why = h.scale.threshold.refused;
    std::optional<double> bound;
    if (h.scale.threshold.caged) {
      double time = 0;
      for (const HopCounts& c : h.counts) time += c.ion_time / ps_per_ns;
      bound = none_of_three / time;
    }
    h.rate = h.lasting_rate = h.excursion_rate = Estimate::refusal(why, bound, "1/(ns ion)");
    h.excursion_rate.upper95.reset();
    h.forward_backward = Estimate::refusal(why, std::nullopt, "1");
    h.length = Estimate::refusal(why, std::nullopt, "A");
    h.stay = Estimate::refusal(why, std::nullopt, "ps");
    h.random_walk_D = Estimate::refusal(why, std::nullopt, "cm2/s");
    return h;
  }
  h.rate = event_rate(all, h.runs, "hops / time of the ions");
  h.lasting_rate = event_rate(lasting, h.runs, "hops that last / time of the ions");
  h.excursion_rate = event_rate(attempts, h.runs, "excursions / time of the ions");
  h.forward_backward = forward_backward(h.counts);
  h.length = mean_of_runs(lengths, "A", "mean over hops");
  h.stay = inverse_of(h.rate, ps_per_ns, "ps", "time of the ions / hops");
  const Estimate square = mean_of_runs(squares, "A^2", "");
  if (h.rate.is_refused() || square.is_refused()) {
    h.random_walk_D = Estimate::refusal("too few hops", std::nullopt, "cm2/s");
  } else {
    const double factor = *square.value / 6 / ps_per_ns * units::A2_per_ps_in_cm2_per_s;
    h.random_walk_D = h.rate.scaled(factor, "cm2/s", "rate <length^2> / 6");
  }
  length_histogram(h, lengths);
  survival(h);
  if (!bonds.empty()) {
    h.bonds.emplace();
    for (const BondChanges& b : bonds) {
      h.bonds->hops += b.hops;
      h.bonds->changed += b.changed;
      h.bonds->others += b.others;
      h.bonds->others_changed += b.others_changed;
      h.bonds->anions_exchanged += b.anions_exchanged;
      h.bonds->units_changed += b.units_changed;
    }
  }
  return h;
}

}  // namespace vitrion::analysis
