// vitrion analyze nongaussian, vanhove, scattering: how single ions move.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "analysis/self_motion.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

using nlohmann::json;
using Arguments = AnalyzeArguments;

std::string species_of(const Arguments& a) {
  if (a.species.size() > 1) throw InputError("one --species at a time");
  return a.species.empty() ? "Na" : a.species[0];
}

analysis::Trajectory one_trajectory(const Arguments& a, const std::string& species) {
  if (a.files.size() != 1)
    throw InputError("one trajectory at a time: the curves of replicas are averaged by eye");
  return read_trajectory(a.files[0], a.input, {species}, {species}, false);
}

void show(const analysis::MotionCurve& c, const std::string& name, const std::string& label,
          const Arguments& a) {
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

void run_non_gaussian(const Arguments& a) {
  const std::string species = species_of(a);
  show(analysis::non_gaussian(one_trajectory(a, species), species, a.threads), "nongaussian",
       "alpha_2", a);
}

void run_scattering(const Arguments& a) {
  const std::string species = species_of(a);
  show(analysis::self_scattering(one_trajectory(a, species), species, a.q, a.threads), "scattering",
       "F_s", a);
}

void run_van_hove(const Arguments& a) {
  const std::string species = species_of(a);
  const analysis::Trajectory t = one_trajectory(a, species);
  std::vector<analysis::VanHove> results;
  for (const double lag : a.lags)
    results.push_back(analysis::van_hove(t, species, lag, a.motion_bin));
  report::Panel p = panel("r (A)", "4 pi r^2 G_s (1/A)");
  for (std::size_t k = 0; k < results.size(); ++k)
    add_curve(p, fmt::format("{:g} ps", results[k].lag_ps), results[k].r, results[k].density, {},
              k);
  plot(a, {p});
  if (a.json) {
    json record = to_json(results[0]);
    for (std::size_t k = 0; results.size() > 1 && k < results.size(); ++k)
      record["lags"].push_back(to_json(results[k]));
    print_record(std::move(record), a);
  } else if (a.csv) {
    if (results.size() > 1) throw InputError("--csv writes one lag: give one --lag");
    print_csv("r_A,density,gaussian", {&results[0].r, &results[0].density, &results[0].gaussian});
  } else {
    for (const analysis::VanHove& v : results) {
      const auto top = std::max_element(v.density.begin(), v.density.end()) - v.density.begin();
      fmt::print("{:g} ps: MSD {:.4g} A^2, most ions have moved by {:.3g} A\n", v.lag_ps, v.msd,
                 v.r[static_cast<std::size_t>(top)]);
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

  c = quantity(analyze, a, "vanhove", "Self part of the van Hove function of one species");
  add_transport_words(c, a);
  add_species_word(c, a, "one species (default: Na)");
  c->add_option("--lag", a->lags, "ps; may be given again")->required()->allow_extra_args(false);
  c->add_option("--bin", a->motion_bin, "A")->capture_default_str();
  c->footer(
      "4 pi r^2 G_s(r, t): the density of ions that have moved by r within t, beside the Gaussian "
      "of the same MSD\n(van Hove, 10.1103/PhysRev.95.249).\n\nExample:\n"
      "  vitrion analyze vanhove run.lammpstrj --elements Na,P,S,O --frame-time 0.1 --lag 1 --csv");
  c->callback([a] { run_van_hove(*a); });

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
