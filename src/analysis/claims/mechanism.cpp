// Claims about doorways and phosphorus, and what they have to do with the conductivity.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/claims/comparisons.hpp"
#include "analysis/claims/runs.hpp"
#include "analysis/claims/subjects.hpp"

namespace vitrion::analysis {

namespace {

constexpr const char* mechanisms = "Results, atomic mechanisms";

Evidence shuttling(const Findings& f) {
  Evidence e = Evidence::of("na-shuttles", "Na moves by shuttling between PS(4-k)O(k) units",
                            "Results, atomic mechanisms; figure S4");
  e.claim.test =
      "95 % interval of the share of hops after which the Na is bonded to other units, at the "
      "composition and temperature where it is least (over one half); false alarm 2.5 %";
  const Estimate* least = nullptr;
  for (const CompositionFindings* c : f.dense())
    for (const AtTemperature& t : c->shuttling)
      if (!t.value.is_refused() && (least == nullptr || t.value.low < least->low)) least = &t.value;
  if (least == nullptr)
    e.not_testable("there is no record of hops with the units they lead to");
  else
    against_band(e, *least, 0.5, 1);
  return e;
}

std::optional<double> ln_phosphorus(const RunFindings& run) {
  return logarithm(run.phosphorus_msd);
}

Evidence phosphorus_range(const Findings& f) {
  Evidence e = Evidence::of("p-range-423", "At 423 K the range of P is largest at x = 0.15",
                            "Results, atomic mechanisms; figure 5a", Family::compositions);
  const Compared data =
      compare_dense(f, mean_of_runs({423}, ln_phosphorus), "displacement of P at 423 K");
  const std::optional<std::size_t> at = data.near(0.15);
  if (!data.missing.empty())
    e.not_testable(data.missing);
  else if (data.values.size() < 3 || !at)
    e.not_testable("x = 0.15 and two more compositions are needed");
  else
    test_peak(e, data, *at);
  e.claim.test += "; MSD of P over 45 % of the run, all origins";
  return e;
}

constexpr double rise_from = 10 * ps_per_ns;
constexpr double rise_to = 19 * ps_per_ns;
constexpr double rise_width = 0.5 * ps_per_ns;

/// Middle of the half nanosecond between 10 and 19 ns in which a series rises most.
std::optional<double> sharpest_rise(const TimeSeries& series) {
  std::optional<double> best;
  double highest = 0;
  constexpr double step = 0.1 * ps_per_ns;
  for (double t = rise_from; t + rise_width <= rise_to * (1 + 1e-9); t += step) {
    const std::optional<double> before = series.at(t);
    const std::optional<double> after = series.at(t + rise_width);
    if (!before || !after) return std::nullopt;
    if (*after - *before > highest) {
      highest = *after - *before;
      best = t + rise_width / 2;
    }
  }
  return best;
}

/// The MSD of P of this composition rises most between these times, in more runs than chance puts
/// there.
Evidence phosphorus_jump(const Findings& f, const char* id, const char* statement,
                         double temperature, double x, double from, double to) {
  Evidence e = Evidence::of(id, statement, "Results, atomic mechanisms; figure 5b");
  // Middles of half nanoseconds lie between 10.25 and 18.75 ns.
  const double share =
      (to - std::max(from, rise_from + rise_width / 2)) / (rise_to - rise_from - rise_width);
  e.claim.test = fmt::format(
      "glasses whose steepest half nanosecond of the MSD of P (from the first frame, 10 to 19 ns) "
      "lies "
      "in these times: binomial with the times' share {:.2f}, false alarm at most 2.5 % either way",
      share);
  const CompositionFindings* c = f.near(x);
  if (c == nullptr) {
    e.not_testable(fmt::format("there is no glass at x = {:g}", x));
    return e;
  }
  if (const std::string why = too_short(f, {temperature}, rise_to); !why.empty()) {
    e.not_testable(why);
    return e;
  }
  std::size_t inside = 0;
  std::size_t runs = 0;
  for (const GlassFindings& glass : c->glasses) {
    const RunFindings* run = glass.at(temperature);
    const std::optional<double> rise =
        run == nullptr ? std::nullopt : sharpest_rise(run->phosphorus_first);
    if (!rise) continue;
    ++runs;
    inside += *rise >= from && *rise <= to ? 1 : 0;
  }
  if (runs == 0) {
    e.not_testable("there is no MSD of P against absolute time");
    return e;
  }
  e.tested = true;
  e.claim.value = static_cast<double>(inside);
  e.claim.unit = fmt::format("of {} glasses", runs);
  const double p_for = binomial_tail(inside, runs, share);
  const double p_against = binomial_tail(runs - inside, runs, 1 - share);
  e.claim.reason =
      fmt::format("chance gives so many with {:.2g}, so few with {:.2g}", p_for, p_against);
  e.claim.verdict = p_for <= family_level       ? Verdict::reproduced
                    : p_against <= family_level ? Verdict::contradicted
                                                : Verdict::not_resolved;
  return e;
}

/// Conductivities and another quantity at each of these temperatures at which there is any run.
void together(Evidence& e, const Findings& f, std::vector<double> temperatures,
              const std::function<std::optional<double>(const RunFindings&)>& other,
              const std::string& what) {
  const std::vector<double> ran = temperatures_of(f.dense());
  std::erase_if(temperatures, [&](double t) { return std::ranges::find(ran, t) == ran.end(); });
  if (temperatures.empty()) return e.not_testable("there is no run at 393 or 423 K");
  std::vector<Compared> sigma;
  std::vector<Compared> second;
  for (const double t : temperatures) {
    sigma.push_back(compare_dense(f, ln_sigma(t), fmt::format("conductivity at {:g} K", t)));
    second.push_back(
        compare_dense(f, mean_of_runs({t}, other), fmt::format("{} at {:g} K", what, t)));
  }
  test_together(e, sigma, second);
  e.claim.test += "; " + names_of(temperatures);
}

Evidence phosphorus_ranking(const Findings& f) {
  Evidence e = Evidence::of(
      "p-msd-follows-sigma",
      "At 393 and 423 K the compositions with the larger MSD of P have the larger conductivity",
      "Results, atomic mechanisms; figures 4d and 5b", Family::compositions);
  together(e, f, {393, 423}, ln_phosphorus, "displacement of P");
  return e;
}

Evidence doorways_narrow(const Findings& f) {
  Evidence e = Evidence::of("doorways-narrow", "The doorways become narrower as x grows",
                            mechanisms, Family::compositions);
  const std::vector<double> temperatures = temperatures_of(f.dense());
  if (temperatures.empty()) {
    e.not_testable("there is no run at 393, 423 or 473 K");
    return e;
  }
  test_trend(
      e,
      compare_dense(
          f, mean_of_runs(temperatures, [](const RunFindings& run) { return run.gate_radius; }),
          "radius of the doorways"),
      -1, "A");
  e.claim.test += "; mean radius of all windows between three anions, at " + names_of(temperatures);
  return e;
}

Evidence doorways_flexible(const Findings& f) {
  Evidence e = Evidence::of("doorways-flexible",
                            "The doorways are more flexible where the conductivity is higher",
                            mechanisms, Family::compositions);
  together(
      e, f, {393, 423}, [](const RunFindings& run) { return logarithm(run.gate_flexibility); },
      "fluctuation of the doorways");
  return e;
}

}  // namespace

std::vector<Evidence> mechanism_claims(const Findings& f) {
  return {shuttling(f),
          phosphorus_range(f),
          phosphorus_jump(f, "p-jump-393",
                          "At 393 K and x = 0.30 the MSD of P rises sharply between 13 and 14 ns",
                          393, 0.30, 13 * ps_per_ns, 14 * ps_per_ns),
          phosphorus_jump(f, "p-jump-423",
                          "At 423 K and x = 0.15 the MSD of P rises sharply between 10 and 12 ns",
                          423, 0.15, 10 * ps_per_ns, 12 * ps_per_ns),
          phosphorus_ranking(f),
          doorways_narrow(f),
          doorways_flexible(f)};
}

}  // namespace vitrion::analysis
