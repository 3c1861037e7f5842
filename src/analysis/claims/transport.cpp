// Claims about the mean squared displacement and the conductivity of Na.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/claims/comparisons.hpp"
#include "analysis/claims/runs.hpp"
#include "analysis/claims/subjects.hpp"
#include "analysis/statistics.hpp"

namespace vitrion::analysis {

namespace {

std::optional<double> ln_sigma_of_run(const RunFindings& run) {
  return logarithm(run.sigma);
}

/// Log-log slope between two times, fitted on twenty points evenly spaced on the logarithm.
std::optional<double> loglog_slope(const TimeSeries& msd, double from, double to) {
  constexpr int points = 20;
  std::vector<double> x;
  std::vector<double> y;
  for (int k = 0; k < points; ++k) {
    const double t = from * std::pow(to / from, k / (points - 1.0));
    const std::optional<double> value = msd.at(t);
    if (!value || !(*value > 0)) return std::nullopt;
    x.push_back(std::log(t));
    y.push_back(std::log(*value));
  }
  return fit_line(x, y).slope;
}

Evidence steady_after_10ns(const Findings& f) {
  Evidence e =
      Evidence::of("msd-steady-10ns", "The MSD of Na becomes steady only after about 10 ns",
                   "Results, Na ionic conductivities; figure 4a-c");
  e.claim.test =
      "log-log slope of each run's MSD from the first frame: 95 % interval of its mean over the "
      "runs "
      "at 393, 423 and 473 K lies under 1 between 1 and 10 ns, and reaches 1 between 10 and 19 ns "
      "with "
      "a half-width under 0.25; false alarm 2.5 %";
  const std::vector<double> all(main_temperatures.begin(), main_temperatures.end());
  if (const std::string why = too_short(f, all, 19 * ps_per_ns); !why.empty()) {
    e.not_testable(why);
    return e;
  }
  std::vector<double> early;
  std::vector<double> late;
  for (const CompositionFindings* c : f.dense())
    for (const GlassFindings& glass : c->glasses)
      for (const double t : all)
        if (const RunFindings* run = glass.at(t)) {
          const auto first = loglog_slope(run->mobile_msd, 1 * ps_per_ns, 10 * ps_per_ns);
          const auto second = loglog_slope(run->mobile_msd, 10 * ps_per_ns, 19 * ps_per_ns);
          if (!first || !second) continue;
          early.push_back(*first);
          late.push_back(*second);
        }
  const Estimate before = mean_over_glasses(early, "log-log slope from 1 to 10 ns");
  const Estimate after = mean_over_glasses(late, "log-log slope from 10 to 19 ns");
  e.take(before);
  if (before.is_refused()) {
    e.not_testable(early.empty() ? "no run has an MSD from 1 to 19 ns" : before.refused);
    return e;
  }
  e.tested = true;
  e.claim.reason = fmt::format("from 10 to 19 ns {:.2f}, 95 % {:.2f} to {:.2f}", *after.value,
                               after.low, after.high);
  const bool steady_later = after.low <= 1 && after.high >= 1 && after.half_width() < 0.25;
  if (before.high < 1 && steady_later)
    e.claim.verdict = Verdict::reproduced;
  else if (before.low > 0.9 && before.high < 1.1)
    e.claim.verdict = Verdict::contradicted;
  else
    e.claim.verdict = Verdict::not_resolved;
  return e;
}

Evidence not_converged(const Findings& f) {
  Evidence e =
      Evidence::of("not-converged-333-363", "At 333 and 363 K the MSD does not converge in 50 ns",
                   "Results, Na ionic conductivities; figure S3");
  e.claim.test =
      "share of the runs of dense glasses whose D is refused: Wilson's 95 % interval against one "
      "half; false alarm 2.5 % either way";
  if (const std::string why = too_short(f, {333, 363}, 50 * ps_per_ns); !why.empty()) {
    e.not_testable(why);
    return e;
  }
  double refused = 0;
  double runs = 0;
  for (const CompositionFindings* c : f.dense())
    for (const GlassFindings& glass : c->glasses)
      for (const double t : {333.0, 363.0})
        if (const RunFindings* run = glass.at(t)) {
          ++runs;
          refused += run->D ? 0 : 1;
        }
  if (runs == 0)
    e.not_testable("no dense glass was run at 333 or 363 K");
  else
    against_band(e, wilson_share(refused, runs), 0.5, 1);
  return e;
}

Evidence rises_then_falls(const Findings& f) {
  Evidence e = Evidence::of("sigma-rises-then-falls",
                            "The conductivity first rises and then falls as x grows",
                            "Results, Na ionic conductivities; figure 4d", Family::compositions);
  const std::vector<double> temperatures = temperatures_of(f.dense());
  if (temperatures.empty()) {
    e.not_testable("there is no run at 393, 423 or 473 K");
    return e;
  }
  test_rise_and_fall(e,
                     compare_dense(f, mean_of_runs(temperatures, ln_sigma_of_run), "conductivity"));
  e.claim.test += "; ln sigma averaged over " + names_of(temperatures);
  return e;
}

Evidence peak_at(const Findings& f, const char* id, const char* statement, double temperature,
                 double x) {
  Evidence e = Evidence::of(id, statement, "Results, Na ionic conductivities; figure 4d",
                            Family::compositions);
  const Compared data =
      compare_dense(f, ln_sigma(temperature), fmt::format("conductivity at {:g} K", temperature));
  const std::optional<std::size_t> at = data.near(x);
  if (!data.missing.empty())
    e.not_testable(data.missing);
  else if (data.values.size() < 3)
    e.not_testable("fewer than three compositions have no peak");
  else if (!at)
    e.not_testable(fmt::format("there is no glass at x = {:g}", x));
  else
    test_peak(e, data, *at);
  return e;
}

/// ln of the largest over the smallest mean, over compositions.
double spread(const std::vector<double>& means) {
  const auto [low, high] = std::ranges::minmax_element(means);
  return *high - *low;
}

Evidence flat_at_473(const Findings& f) {
  Evidence e = Evidence::of("sigma-flat-473", "At 473 K the conductivity is nearly flat in x",
                            "Results, Na ionic conductivities; figure 4d", Family::compositions);
  e.claim.test =
      "largest over smallest sigma at 473 K is under 2 (Student's t on ln of each pair, both "
      "ways), and "
      "the spread is less than at 393 K (labels of x put on the glasses at random)";
  const Compared warm = compare_dense(f, ln_sigma(473), "conductivity at 473 K");
  const Compared cold = compare_dense(f, ln_sigma(393), "conductivity at 393 K");
  for (const Compared* data : {&warm, &cold})
    if (!data->missing.empty()) {
      e.not_testable(data->missing);
      return e;
    }
  e.tested = true;
  const double factor = std::log(2.0);
  double p_flat = 0;
  std::size_t pairs = 0;
  std::size_t low = 0;
  std::size_t high = 0;
  const std::vector<double> means = warm.means();
  for (std::size_t a = 0; a < means.size(); ++a) {
    low = means[a] < means[low] ? a : low;
    high = means[a] > means[high] ? a : high;
    for (std::size_t b = 0; b < means.size(); ++b) {
      if (a == b) continue;
      const PairTest pair = pair_test(warm.values, a, b);
      p_flat = std::max(p_flat, pair.p_under(factor));
      e.p_against = std::min(e.p_against, pair.p_over(factor));
      ++pairs;
    }
  }
  e.p_against = std::min(1.0, e.p_against * static_cast<double>(pairs));
  std::vector<std::size_t> sizes;
  std::vector<double> all_warm;
  std::vector<double> all_cold;
  for (std::size_t g = 0; g < warm.values.size(); ++g) {
    sizes.push_back(warm.values[g].size());
    all_warm.insert(all_warm.end(), warm.values[g].begin(), warm.values[g].end());
    all_cold.insert(all_cold.end(), cold.values[g].begin(), cold.values[g].end());
  }
  const auto gain = [&](std::span<const std::size_t> glasses) {
    return spread(group_means(all_cold, sizes, glasses)) -
           spread(group_means(all_warm, sizes, glasses));
  };
  e.p_for = std::max(p_flat, permutation_p(sizes, gain, 2));
  e.shape = spread(means) < spread(cold.means());
  const Estimate ratio = ratio_of(pair_test(warm.values, high, low).interval("1", pairs / 2));
  e.take(ratio);
  e.claim.reason = fmt::format("largest over smallest sigma: {:.3g} at 473 K, {:.3g} at 393 K",
                               std::exp(spread(means)), std::exp(spread(cold.means())));
  return e;
}

Evidence porous_lower(const Findings& f) {
  Evidence e = Evidence::of("sigma-porous-lower",
                            "The conductivity of porous Na3PS4 is under that of dense Na3PS4",
                            "Results, Na ionic conductivities; figure 4d", Family::porosity);
  e.claim.test = "Student's t of ln sigma, porous less dense glasses at x = 0";
  const CompositionFindings* porous = f.near(0, true);
  const CompositionFindings* dense = f.near(0);
  if (porous == nullptr || dense == nullptr) {
    e.not_testable("there is no porous and dense glass at x = 0");
    return e;
  }
  const std::vector<double> temperatures = temperatures_of({porous, dense});
  if (temperatures.empty()) {
    e.not_testable("there is no run at 393, 423 or 473 K");
    return e;
  }
  test_pair(e, compare_porous(f, 0, mean_of_runs(temperatures, ln_sigma_of_run), "conductivity"),
            -1, "");
  e.claim.test += ", averaged over " + names_of(temperatures);
  return e;
}

Evidence void_not_crossed(const Findings& f) {
  Evidence e =
      Evidence::of("void-not-crossed", "No path of an Na goes through the void of porous Na3PS4",
                   "Results, Na ionic conductivities; figure S1b");
  e.claim.test =
      "paths through the pore counted in all runs of the porous glass; none must be found, and at "
      "least "
      "one hop an ion must have been made";
  const CompositionFindings* c = f.near(0, true);
  if (c == nullptr || c->void_crossing.empty()) {
    e.not_testable(c == nullptr ? "there is no porous glass"
                                : "there is no record of paths through the pore");
    return e;
  }
  double crossings = 0;
  for (const AtTemperature& t : c->void_crossing)
    if (!t.value.is_refused()) crossings += *t.value.value;
  double hops = 0;
  double ions = 0;
  for (const GlassFindings& glass : c->glasses)
    for (const RunFindings& run : glass.runs)
      if (run.hops) {
        hops += *run.hops;
        ions += run.ions;
      }
  e.tested = true;
  e.claim.value = crossings;
  e.claim.unit = "paths";
  e.claim.reason =
      fmt::format("{:g} paths through the pore, {:g} hops of {:g} ions", crossings, hops, ions);
  if (crossings > 0)
    e.claim.verdict = Verdict::contradicted;
  else
    e.claim.verdict = hops >= ions && ions > 0 ? Verdict::reproduced : Verdict::not_resolved;
  return e;
}

Evidence porosity_explains_step(const Findings& f) {
  Evidence e =
      Evidence::of("porosity-explains-step",
                   "The steep measured rise from x = 0 to 0.15 is largely the loss of porosity",
                   "Results, Na ionic conductivities; text to figure 4d");
  e.claim.test =
      "ln of dense over porous sigma at x = 0, at the lowest temperature at which both are known, "
      "as a "
      "share of ln of the measured rise: 95 % interval (Student's t over glasses) against one "
      "half; "
      "false alarm 2.5 % either way";
  const ReferenceValue* rise = f.trusted_reference("conductivity_ratio_to_x0", 0.15);
  if (rise == nullptr) {
    e.not_testable("no measured rise is at hand");
    return e;
  }
  Compared data;
  for (const double t : main_temperatures) {
    data = compare_porous(f, 0, ln_sigma(t), fmt::format("conductivity at {:g} K", t));
    if (data.missing.empty()) break;
  }
  if (!data.missing.empty()) {
    e.not_testable(data.missing);
    return e;
  }
  const Estimate step = pair_test(data.values, 0, 1).interval("1");
  against_band(e,
               step.is_refused() ? step
                                 : step.scaled(1 / std::log(rise->value),
                                               "share of the measured rise", step.method),
               0.5, 1e9);
  e.claim.reason = fmt::format("{}; measured: a factor of {:g} ({})",
                               e.claim.verdict == Verdict::reproduced ? "over one half"
                               : e.claim.verdict == Verdict::contradicted
                                   ? "under one half"
                                   : (step.is_refused() ? step.refused : "across one half"),
                               rise->value, rise->source);
  return e;
}

}  // namespace

std::vector<Evidence> transport_claims(const Findings& f) {
  return {
      steady_after_10ns(f),
      not_converged(f),
      rises_then_falls(f),
      peak_at(f, "sigma-peak-393", "At 393 K the conductivity is highest at x = 0.30", 393, 0.30),
      peak_at(f, "sigma-peak-423", "At 423 K the conductivity is highest at x = 0.15", 423, 0.15),
      peak_at(f, "sigma-peak-473", "At 473 K the conductivity is highest at x = 0.15", 473, 0.15),
      flat_at_473(f),
      porous_lower(f),
      void_not_crossed(f),
      porosity_explains_step(f)};
}

}  // namespace vitrion::analysis
