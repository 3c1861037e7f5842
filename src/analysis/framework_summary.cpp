#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>

#include "analysis/framework.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr double ps_per_ns = 1000;

/// Mean over the centres of each run, with the spread over them as its error.
CorrelatedMean over_centres(const std::vector<double>& x) {
  std::vector<double> finite;
  for (const double v : x)
    if (std::isfinite(v)) finite.push_back(v);
  CorrelatedMean m;
  m.mean = mean(finite);
  m.independent = static_cast<double>(finite.size());
  if (finite.size() > 1)
    m.error = standard_deviation(finite) / std::sqrt(static_cast<double>(finite.size()));
  return m;
}

Estimate combined(const std::vector<FrameworkRun>& runs, const char* unit,
                  const std::function<CorrelatedMean(const FrameworkRun&)>& value) {
  std::vector<CorrelatedMean> means;
  for (const FrameworkRun& run : runs) {
    means.push_back(value(run));
    if (means.back().independent == 0)
      return Estimate::refusal("not defined for any centre", std::nullopt, unit);
  }
  Estimate e = combine_means(means, unit, "error over the centres");
  e.low = std::max(0.0, e.low);
  return e;
}

/// Events per ns of one atom, with the exact Poisson interval (Garwood).
Estimate rate(double events, double atom_ps) {
  if (!(atom_ps > 0))
    return Estimate::refusal("the run is shorter than what an event needs to be seen", std::nullopt,
                             "1/ns");
  const double scale = ps_per_ns / atom_ps;
  const double low = events > 0 ? chi_squared_quantile(0.025, 2 * events) / 2 : 0;
  const double high = chi_squared_quantile(0.975, 2 * events + 2) / 2;
  return Estimate::of(events * scale, low * scale, high * scale, "1/ns",
                      fmt::format("{:g} events, Poisson", events));
}

Estimate cage_of(const std::vector<FrameworkRun>& runs) {
  for (const FrameworkRun& run : runs)
    if (run.cage_plateau <= 0)
      return Estimate::refusal(
          "the MSD has no plateau: the framework flows, or the run ends before", std::nullopt,
          "A2");
  return combined(runs, "A2", [](const FrameworkRun& run) {
    return CorrelatedMean{run.cage_plateau, run.cage_error, static_cast<double>(run.atoms.size())};
  });
}

Estimate root_of_half(const Estimate& square) {
  if (square.is_refused()) return Estimate::refusal(square.refused, std::nullopt, "A");
  const auto root = [](double x) { return std::sqrt(std::max(0.0, x) / 2); };
  return Estimate::of(root(*square.value), root(square.low), root(square.high), "A", square.method);
}

Estimate top_share_of(const std::vector<FrameworkRun>& runs) {
  std::vector<double> shares;
  for (const FrameworkRun& run : runs) {
    if (run.atoms.size() < 20)
      return Estimate::refusal("fewer than 20 centres have no top 5 %", std::nullopt, "1");
    shares.push_back(run.top_share);
  }
  const double m = mean(shares);
  if (shares.size() < 2)
    return Estimate::of(m, 0, 1, "1", "one run: nothing is known of its error");
  const auto n = static_cast<double>(shares.size());
  const double half = student_t95(n - 1) * standard_deviation(shares) / std::sqrt(n);
  return Estimate::of(m, std::max(0.0, m - half), std::min(1.0, m + half), "1",
                      fmt::format("Student's t over {} runs", shares.size()));
}

RotationCurve mean_rotation(const std::vector<FrameworkRun>& runs) {
  RotationCurve result = runs[0].rotation;
  if (runs.size() == 1) return result;
  for (const FrameworkRun& run : runs) {
    const std::size_t lags = std::min(result.lag_ps.size(), run.rotation.lag_ps.size());
    result.lag_ps.resize(lags);
  }
  const std::size_t lags = result.lag_ps.size();
  for (auto* v : {&result.c1, &result.c1_error, &result.c2, &result.c2_error}) v->assign(lags, 0);
  result.units = result.bonds = result.broken = 0;
  const auto n = static_cast<double>(runs.size());
  for (const FrameworkRun& run : runs) {
    const RotationCurve& r = run.rotation;
    result.units += r.units;
    result.bonds += r.bonds;
    result.broken += r.broken;
  }
  // The wider of the spread of the runs and the spread of the units within them.
  const auto pool = [&](std::size_t l, const std::vector<double> RotationCurve::*value,
                        const std::vector<double> RotationCurve::*error) {
    std::vector<double> values;
    double within = 0;
    for (const FrameworkRun& run : runs) {
      values.push_back((run.rotation.*value)[l]);
      within += (run.rotation.*error)[l] * (run.rotation.*error)[l];
    }
    return std::pair{mean(values),
                     std::max(standard_deviation(values) / std::sqrt(n), std::sqrt(within) / n)};
  };
  for (std::size_t l = 0; l < lags; ++l) {
    std::tie(result.c1[l], result.c1_error[l]) =
        pool(l, &RotationCurve::c1, &RotationCurve::c1_error);
    std::tie(result.c2[l], result.c2_error[l]) =
        pool(l, &RotationCurve::c2, &RotationCurve::c2_error);
  }
  return result;
}

/// Centres of one class: numbers of all runs put together.
FrameworkClass class_of(const std::vector<FrameworkRun>& runs, int oxygens) {
  FrameworkClass c;
  c.oxygens = oxygens;
  std::vector<double> b;
  std::vector<double> d2;
  double jumps = 0;
  double jump_time = 0;
  double turns = 0;
  double turn_time = 0;
  for (const FrameworkRun& run : runs) {
    const auto is_of = [&](std::size_t i) { return run.oxygens[i] == oxygens; };
    for (std::size_t i = 0; i < run.atoms.size(); ++i) {
      if (!is_of(i)) continue;
      ++c.centres;
      b.push_back(run.b_factor[i]);
      d2.push_back(run.non_affine[i]);
      jump_time += run.jump_time;
      turn_time += run.turns.observed[i];
    }
    for (const CentreJump& jump : run.jumps) jumps += is_of(jump.centre);
    for (const Turn& turn : run.turns.turns) turns += is_of(turn.unit);
  }
  const auto estimate = [](const std::vector<double>& x) {
    const CorrelatedMean m = over_centres(x);
    return m.independent == 0  ? Estimate::refusal("not defined for any centre", std::nullopt, "A2")
           : m.independent < 2 ? Estimate::refusal("one centre has no spread", std::nullopt, "A2")
                               : to_estimate(m, "A2", "error over the centres of all runs");
  };
  c.b_factor = estimate(b);
  c.non_affine = estimate(d2);
  c.jump_rate = rate(jumps, jump_time);
  c.turn_rate = rate(turns, turn_time);
  return c;
}

}  // namespace

Framework framework(std::vector<FrameworkRun> runs, const FrameworkOptions& options,
                    double mobile_ions) {
  if (runs.empty()) throw InputError("the framework of no runs");
  Framework f;
  f.options = options;
  f.cage_plateau = cage_of(runs);
  f.cage_amplitude = root_of_half(f.cage_plateau);
  f.b_factor = combined(runs, "A2", [](const FrameworkRun& r) { return over_centres(r.b_factor); });
  f.non_affine =
      combined(runs, "A2", [](const FrameworkRun& r) { return over_centres(r.non_affine); });
  f.non_affine_lag = runs[0].non_affine_lag;
  f.top_share = top_share_of(runs);
  f.rotation = mean_rotation(runs);

  std::vector<double> all_b;
  std::set<int> classes;
  double jumps = 0;
  double jump_time = 0;
  double turns = 0;
  double turn_time = 0;
  double hops = 0;
  double hop_time = 0;
  bool has_hops = true;
  std::vector<EventPair> events;
  for (const FrameworkRun& run : runs) {
    all_b.insert(all_b.end(), run.b_factor.begin(), run.b_factor.end());
    classes.insert(run.oxygens.begin(), run.oxygens.end());
    jumps += static_cast<double>(run.jumps.size());
    jump_time += run.jump_time * static_cast<double>(run.atoms.size());
    turns += static_cast<double>(run.turns.turns.size());
    for (const double t : run.turns.observed) turn_time += t;
    has_hops = has_hops && run.has_hops;
    hops += static_cast<double>(run.events.b.size());
    hop_time += run.duration * mobile_ions;
    events.push_back(run.events);
  }
  f.b_spread = standard_deviation(all_b);
  f.jump_rate = rate(jumps, jump_time);
  f.turn_rate = rate(turns, turn_time);
  if (has_hops) {
    f.coincidence =
        coincidence(events, options.within_ps, options.within_A, options.shuffles, options.seed);
    if (mobile_ions > 0) f.hop_rate = rate(hops, hop_time);
  }
  for (const int oxygens : classes) f.classes.push_back(class_of(runs, oxygens));
  f.runs = std::move(runs);
  return f;
}

}  // namespace vitrion::analysis
