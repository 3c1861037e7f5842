// vitrion analyze nongaussian, vanhove, scattering: how single ions move.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/distinct_motion.hpp"
#include "analysis/records.hpp"
#include "analysis/self_motion.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

using nlohmann::json;

std::string species_of(const AnalyzeArguments& a) {
  if (a.species.size() > 1) throw InputError("one --species at a time");
  return a.species.empty() ? "Na" : a.species[0];
}

/// The paths of some species in one file; `mobile` moves against the framework.
analysis::Trajectory paths_of(const std::string& file, const AnalyzeArguments& a,
                              const std::vector<std::string>& keep, const std::string& mobile) {
  return read_trajectory(file, a.input, keep, {mobile}, false);
}

void show(const analysis::MotionCurve& c, const std::string& name, const std::string& label,
          const AnalyzeArguments& a) {
  report::Panel p = panel("lag (ps)", label);
  p.x.logarithmic = true;
  add_curve(p, c.species, c.lag_ps, c.value, c.error, 0);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(c, name), a);
  } else if (a.csv) {
    print_csv(fmt::format("lag_ps,{},error", name), {&c.lag_ps, &c.value, &c.error});
  } else {
    fmt::print("{:>10} {:>12} {:>10}\n", "lag (ps)", label, "error");
    for (std::size_t k = 0; k < c.lag_ps.size();
         k += std::max<std::size_t>(1, c.lag_ps.size() / 20))
      fmt::print("{:>10.4g} {:>12.4g} {:>10.2g}\n", c.lag_ps[k], c.value[k], c.error[k]);
  }
}

/// What a function says of each run, one file in memory at a time.
template <class Result, class Function>
std::vector<Result> of_each_run(const AnalyzeArguments& a, const std::vector<std::string>& keep,
                                const std::string& mobile, Function&& function) {
  std::vector<Result> runs;
  for (const std::string& file : a.files) runs.push_back(function(paths_of(file, a, keep, mobile)));
  return runs;
}

void run_non_gaussian(const AnalyzeArguments& a) {
  const std::string species = species_of(a);
  const auto runs =
      of_each_run<analysis::IonAverages>(a, {species}, species, [&](const analysis::Trajectory& t) {
        return analysis::displacement_moments(t, species, a.threads);
      });
  show(analysis::non_gaussian(runs), "nongaussian", "alpha_2", a);
}

void run_scattering(const AnalyzeArguments& a) {
  const std::string species = species_of(a);
  const auto runs =
      of_each_run<analysis::IonAverages>(a, {species}, species, [&](const analysis::Trajectory& t) {
        return analysis::scattering_averages(t, species, a.q, a.threads);
      });
  show(analysis::self_scattering(runs), "scattering", "F_s", a);
}

/// The record of the first lag, with all of them in "lags" where there are several.
template <class Result>
void print_lags(const std::vector<Result>& results, const AnalyzeArguments& a) {
  json record = to_json(results[0]);
  for (std::size_t k = 0; results.size() > 1 && k < results.size(); ++k)
    record["lags"].push_back(to_json(results[k]));
  print_record(std::move(record), a);
}

/// One result a lag, made of the same lag of all runs.
template <class Result, class Pool>
std::vector<Result> by_lag(const std::vector<std::vector<Result>>& runs, Pool&& pool) {
  std::vector<Result> results;
  for (std::size_t l = 0; l < runs[0].size(); ++l) {
    std::vector<Result> of_lag;
    for (const std::vector<Result>& run : runs) of_lag.push_back(run[l]);
    results.push_back(pool(of_lag));
  }
  return results;
}

void run_self(const AnalyzeArguments& a) {
  using analysis::VanHove;
  const std::string species = species_of(a);
  const auto runs =
      of_each_run<std::vector<VanHove>>(a, {species}, species, [&](const analysis::Trajectory& t) {
        std::vector<VanHove> lags;
        for (const double lag : a.lags)
          lags.push_back(analysis::van_hove(t, species, lag, a.motion_bin));
        return lags;
      });
  const std::vector<VanHove> results =
      by_lag(runs, [](const std::vector<VanHove>& lag) { return analysis::pooled(lag); });
  report::Panel p = panel("r (A)", "4 pi r^2 G_s (1/A)");
  for (std::size_t k = 0; k < results.size(); ++k)
    add_curve(p, fmt::format("{:g} ps", results[k].lag_ps), results[k].r, results[k].density, {},
              k);
  plot(a, {p});
  if (a.json) {
    print_lags(results, a);
  } else if (a.csv) {
    if (results.size() > 1) throw InputError("--csv writes one lag: give one --lag");
    print_csv("r_A,density,gaussian", {&results[0].r, &results[0].density, &results[0].gaussian});
  } else {
    for (const VanHove& v : results) {
      const auto top = std::max_element(v.density.begin(), v.density.end()) - v.density.begin();
      fmt::print("{:g} ps: MSD {:.4g} A^2, most ions have moved by {:.3g} A\n", v.lag_ps, v.msd,
                 v.r[static_cast<std::size_t>(top)]);
    }
  }
}

void run_distinct(const AnalyzeArguments& a) {
  using analysis::DistinctVanHove;
  if (a.pairs.size() > 1) throw InputError("one --pair at a time");
  const std::string& pair = a.pairs[0];
  const std::size_t dash = std::min(pair.find('-'), pair.size());
  const std::string from = pair.substr(0, dash);
  std::vector<std::string> keep = {from};
  if (dash < pair.size() && pair.substr(dash + 1) != from) keep.push_back(pair.substr(dash + 1));
  const auto runs =
      of_each_run<std::vector<DistinctVanHove>>(a, keep, from, [&](const analysis::Trajectory& t) {
        std::vector<DistinctVanHove> lags;
        for (const double lag : a.lags)
          lags.push_back(
              analysis::distinct_van_hove(t, pair, {lag, a.motion_bin, a.rdf.r_max}, a.threads));
        return lags;
      });
  const std::vector<DistinctVanHove> results =
      by_lag(runs, [](const std::vector<DistinctVanHove>& lag) { return analysis::mean_of(lag); });
  report::Panel p = panel("r (A)", "g_d(r, t) of " + pair);
  for (std::size_t k = 0; k < results.size(); ++k)
    add_curve(p, fmt::format("{:g} ps", results[k].lag_ps), results[k].r, results[k].g,
              results[k].error, k);
  plot(a, {p});
  if (a.json) {
    print_lags(results, a);
  } else if (a.csv) {
    if (results.size() > 1) throw InputError("--csv writes one lag: give one --lag");
    print_csv("r_A,g,g_error", {&results[0].r, &results[0].g, &results[0].error});
  } else {
    for (const DistinctVanHove& v : results) {
      fmt::print("{:g} ps\n{:>8} {:>8} {:>8}\n", v.lag_ps, "r (A)", "g_d", "error");
      for (std::size_t k = 0; k < v.r.size(); k += std::max<std::size_t>(1, v.r.size() / 20))
        fmt::print("{:>8.3g} {:>8.3f} {:>8.2g}\n", v.r[k], v.g[k], v.error[k]);
    }
  }
}

}  // namespace

void add_motion(CLI::App* analyze, const Shared& a) {
  CLI::App* c =
      quantity(analyze, a, "nongaussian", "Non-Gaussian parameter alpha_2(t) of one species");
  add_transport_words(c, a);
  add_species_word(c, a, "one species (default: Na)");
  c->footer(
      "alpha_2 = 3 <r^4> / (5 <r^2>^2) - 1 (Rahman, 10.1103/PhysRev.136.A405): 0 for Gaussian "
      "displacements, -0.4 for\nsteps of one length.\n\nExample:\n"
      "  vitrion analyze nongaussian run.lammpstrj --elements Na,P,S,O --frame-time 0.1");
  c->callback([a] { run_non_gaussian(*a); });

  c = quantity(analyze, a, "vanhove", "Van Hove function: the self part, or the distinct one");
  add_transport_words(c, a);
  add_species_word(c, a, "self part: one species (default: Na)");
  c->add_option("--pair", a->pairs, "distinct part: A-B, the B around where an A was")
      ->allow_extra_args(false)
      ->excludes("--species");
  c->add_option("--lag", a->lags, "ps; may be given again")->required()->allow_extra_args(false);
  c->add_option("--bin", a->motion_bin, "A")->capture_default_str();
  c->add_option("--rmax", a->rdf.r_max,
                "A, distinct part: at most half the smallest height of the cell (default 10 A or "
                "0.47 of it)");
  c->footer(
      "4 pi r^2 G_s(r, t): the density of ions that have moved by r within t, beside the Gaussian "
      "of the same MSD\n(van Hove, 10.1103/PhysRev.95.249). With --pair, g_d(r, t) = V n_ab(r, t) "
      "/ (N_a (N_b - "
      "d_ab) shell): g(r) at t = 0, and a\npeak at r = 0 where ions take each other's "
      "places.\n\nExample:\n"
      "  vitrion analyze vanhove run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --lag 1 --csv");
  c->callback([a] { a->pairs.empty() ? run_self(*a) : run_distinct(*a); });

  c = quantity(analyze, a, "scattering", "Self intermediate scattering F_s(q, t) of one species");
  add_transport_words(c, a);
  add_species_word(c, a, "one species (default: Na)");
  c->add_option("--q", a->q, "1/A, e.g. the first peak of S(Q)")->required();
  c->footer(
      "F_s(q, t) = < sin(q r) / (q r) >, averaged over directions (van Hove, "
      "10.1103/PhysRev.95.249).\n\nExample:\n"
      "  vitrion analyze scattering run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --q 2");
  c->callback([a] { run_scattering(*a); });
}

}  // namespace vitrion::app
