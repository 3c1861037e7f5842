// vitrion analyze rdf, sq, angles, units, density, modulus: how the atoms are arranged, and how
// stiffly.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/modulus.hpp"
#include "analysis/records.hpp"
#include "app/analyze.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace {

using analysis::Estimate;
using nlohmann::json;

/// The frames of each file into an accumulator of its own.
template <class Accumulator, class Make>
std::vector<Accumulator> accumulate(const AnalyzeArguments& a, Make&& make) {
  std::vector<Accumulator> runs;
  for (const std::string& file : a.files) {
    runs.push_back(make());
    for_each_frame(file, a.input, false,
                   [&](const structures::Frame& f, double) { runs.back().add(f); });
  }
  return runs;
}

/// The record of the first result, with all of them in "pairs" where there are several.
template <class Result>
void print_pairs(const std::vector<Result>& results, const AnalyzeArguments& a) {
  json record = to_json(results[0]);
  for (std::size_t k = 0; results.size() > 1 && k < results.size(); ++k)
    record["pairs"].push_back(to_json(results[k]));
  print_record(std::move(record), a);
}

void one_pair_for_csv(std::size_t results, const AnalyzeArguments& a) {
  if (results > 1 && !a.pairs.empty()) throw InputError("--csv writes one pair: give one --pair");
}

void run_rdf(const AnalyzeArguments& a) {
  const auto runs =
      accumulate<analysis::RdfAccumulator>(a, [&] { return analysis::RdfAccumulator(a.rdf); });
  std::vector<std::string> pairs = a.pairs;
  if (pairs.empty()) {
    pairs = analysis::all_pairs(runs[0]);
    pairs.insert(pairs.begin(), "total");
  }
  std::vector<analysis::Rdf> results;
  for (const std::string& pair : pairs) results.push_back(analysis::rdf(runs, pair));
  report::Panel p = panel("r (A)", "g(r)");
  for (std::size_t k = 0; k < results.size(); ++k)
    add_curve(p, results[k].pair, results[k].r, results[k].g, results[k].g_error, k);
  plot(a, {p});
  if (a.json) {
    print_pairs(results, a);
  } else if (a.csv) {
    one_pair_for_csv(results.size(), a);
    fmt::print("{}", to_csv(results[0]));
  } else {
    fmt::print("{:<8} {:>9} {:>7} {:>11}  coordination [95 %]\n", "pair", "peak (A)", "g",
               "minimum (A)");
    for (const analysis::Rdf& r : results)
      fmt::print("{:<8} {:>9} {:>7} {:>11}  {}\n", r.pair,
                 r.first_peak ? fmt::format("{:.3f}", r.first_peak->r) : "-",
                 r.first_peak ? fmt::format("{:.2f}", r.first_peak->g) : "-",
                 r.first_minimum ? fmt::format("{:.2f}", *r.first_minimum) : "-",
                 text_of(r.coordination_number));
  }
}

void run_sq(const AnalyzeArguments& a) {
  const auto runs = accumulate<analysis::StructureFactorAccumulator>(
      a, [&] { return analysis::StructureFactorAccumulator(a.sq); });
  std::vector<std::string> pairs = a.pairs;
  if (pairs.empty()) {
    pairs = analysis::all_pairs(runs[0]);
    pairs.insert(pairs.begin(), {"neutron", "X-ray"});
  }
  std::vector<analysis::StructureFactor> results;
  for (const std::string& pair : pairs) results.push_back(analysis::structure_factor(runs, pair));
  report::Panel p = panel("Q (1/A)", "S(Q), Faber-Ziman");
  for (std::size_t k = 0; k < results.size(); ++k)
    add_curve(p, results[k].pair, results[k].q, results[k].s, results[k].s_error, k);
  plot(a, {p});
  if (a.json) {
    print_pairs(results, a);
  } else if (a.csv) {
    one_pair_for_csv(results.size(), a);
    print_csv("q_1_A,s,s_error", {&results[0].q, &results[0].s, &results[0].s_error});
  } else {
    fmt::print("{:<8} {:>16} {:>7}\n", "", "first peak (1/A)", "S");
    for (const analysis::StructureFactor& s : results)
      fmt::print("{:<8} {:>16} {:>7}\n", s.pair,
                 s.first_peak ? fmt::format("{:.2f}", s.first_peak->q) : "-",
                 s.first_peak ? fmt::format("{:.2f}", s.first_peak->s) : "-");
  }
}

void run_angles(const AnalyzeArguments& a) {
  analysis::BondAngleOptions options = a.angles;
  for (const std::string& bond : a.bonds) {
    const std::size_t equals = bond.find('=');
    double length = 0;
    if (equals != std::string::npos) try {
        length = CLI::detail::lexical_cast(bond.substr(equals + 1), length) ? length : 0;
      } catch (const std::exception&) {
        length = 0;
      }
    if (!(length > 0))
      throw InputError(fmt::format("--bond '{}' must be A-B=R with R in A: Na-S=3.5", bond));
    options.longest[bond.substr(0, equals)] = length;
  }
  const auto runs = accumulate<analysis::BondAngleAccumulator>(
      a, [&] { return analysis::BondAngleAccumulator(a.triplet, options); });
  const analysis::BondAngles r = analysis::bond_angles(a.triplet, runs);
  report::Panel p = panel("angle (degrees)", r.triplet + ", density per degree");
  add_curve(p, "", r.angle, r.density, r.density_error, 0);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(r), a);
  } else if (a.csv) {
    print_csv("angle_degrees,density,density_error", {&r.angle, &r.density, &r.density_error});
  } else {
    print_line("mean angle " + r.triplet, r.mean);
    fmt::print("{:<24} {:.3g} degrees\n{:<24} {:.4g}\n", "spread", r.spread, "angles a frame",
               r.per_frame);
  }
}

void run_units(const AnalyzeArguments& a) {
  const auto runs =
      accumulate<analysis::UnitSeries>(a, [&] { return analysis::UnitSeries(a.angles.cutoffs); });
  const analysis::UnitCensus c = analysis::unit_census(runs);
  const analysis::OxygenDistribution& o = c.oxygen;
  report::Panel p = panel("k of PS(4-k)O(k)", "units a run");
  std::vector<double> k{0, 1, 2, 3, 4};
  add_curve(p, "found", k, o.observed, {}, 0);
  add_curve(p, "binomial", k, o.expected, {}, 1);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(c), a);
  } else if (a.csv) {
    fmt::print("unit,count,count_low,count_high,fraction,fraction_low,fraction_high\n");
    for (const auto& u : c.classes)
      fmt::print("{},{},{},{},{},{},{}\n", u.name, *u.count.value, u.count.low, u.count.high,
                 *u.fraction.value, u.fraction.low, u.fraction.high);
  } else {
    for (const auto& u : c.classes) print_line(u.name, u.count);
    for (std::size_t n = 0; n < c.qn.size(); ++n) print_line(fmt::format("Q{} of P", n), c.qn[n]);
    for (const auto& [name, e] : c.anions) print_line(name, e);
    for (const auto& [name, e] : c.bonds) print_line(name + " bonds", e);
    fmt::print("{:<24} {}", "oxygen on its sites", o.verdict);
    if (o.degrees_of_freedom >= 1)
      fmt::print(" (chi-squared {:.3g}, {:g} degrees of freedom, p = {:.2g})", o.chi_squared,
                 o.degrees_of_freedom, o.p_value);
    fmt::print("\n");
    if (c.frames_broken > 0)
      fmt::print(
          "{} of {} frames break the identity N_free = N_bridging + 2 N_PP: some P has not four "
          "bonds\n",
          c.frames_broken, c.frames);
  }
}

std::vector<double> places(std::size_t n) {
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<double>(i);
  return x;
}

void run_density(const AnalyzeArguments& a) {
  const auto runs =
      accumulate<analysis::DensitySeries>(a, [] { return analysis::DensitySeries(); });
  const analysis::Density d = analysis::density(runs);
  report::Panel p = panel("frame", "density (g/cm3)");
  for (std::size_t k = 0; k < runs.size(); ++k)
    add_curve(p, a.files[k], places(runs[k].density.size()), runs[k].density, {}, k);
  plot(a, {p});
  if (a.json) {
    print_record(to_json(d), a);
  } else if (a.csv) {
    fmt::print("replica,frame,density_g_cm3,volume_A3\n");
    for (std::size_t r = 0; r < runs.size(); ++r)
      for (std::size_t f = 0; f < runs[r].density.size(); ++f)
        fmt::print("{},{},{},{}\n", r, f, runs[r].density[f], runs[r].volume[f]);
  } else {
    print_line("density", d.density);
    print_line("volume", d.volume);
    print_line("volume per atom", d.volume_per_atom);
    print_line("volume per formula unit", d.volume_per_formula_unit);
    print_line("drift over the run", d.drift);
    fmt::print("{:<24} {}\n", "settled", d.settled ? "yes" : "no: the density still drifts");
  }
}

void run_modulus(const AnalyzeArguments& a) {
  if (a.temperature.size() != 1) throw InputError("modulus needs one --temperature in K");
  const auto runs =
      accumulate<analysis::DensitySeries>(a, [] { return analysis::DensitySeries(); });
  std::vector<std::vector<double>> volumes;
  report::Panel p = panel("frame", "volume (A3)");
  for (std::size_t k = 0; k < runs.size(); ++k) {
    volumes.push_back(runs[k].volume);
    add_curve(p, a.files[k], places(volumes[k].size()), volumes[k], {}, k);
  }
  plot(a, {p});
  const Estimate K = analysis::fluctuation_modulus(volumes, a.temperature[0]);
  json record = {{"quantity", "modulus"}, {"temperature", a.temperature[0]}, {"K", to_json(K)}};
  std::optional<analysis::Agreement> agreement;
  if (!a.strain.empty()) {
    const json strain = json::parse(formats::read_whole_file(a.strain), nullptr, false);
    if (strain.is_discarded() || strain.value("quantity", "") != "strain")
      throw InputError(fmt::format("{} is no record of vitrion modulus", a.strain));
    // At a temperature, if it was strained at one: a solid is softer there than at rest.
    const char* const way = strain.contains("thermal") ? "thermal" : "relaxed";
    agreement = compare(analysis::estimate_from_json(strain.at(way).at("K")), K);
    record["strain"] = strain.at(way).at("K");
    record["agreement"] = {{"agree", agreement->agree}, {"statement", agreement->statement}};
  }
  if (a.json) {
    print_record(std::move(record), a);
  } else if (a.csv) {
    fmt::print("quantity,value,low,high,unit\n");
    if (!K.is_refused()) fmt::print("K,{},{},{},GPa\n", *K.value, K.low, K.high);
  } else {
    print_line("K by fluctuation", K);
    if (agreement)
      fmt::print("{:<24} {}: {}\n", "K by strain", agreement->agree ? "agrees" : "does not agree",
                 agreement->statement);
  }
  if (K.is_refused()) throw Refused(K.refused);
}

}  // namespace

void add_structure(CLI::App* analyze, const Shared& a) {
  CLI::App* c = quantity(analyze, a, "rdf", "Pair distributions g(r) and coordination numbers");
  c->add_option("--pair", a->pairs, "A-B or total, may be given again; default all")
      ->allow_extra_args(false);
  c->add_option("--rmax", a->rdf.r_max,
                "A, at most half the smallest height of the cell (default 10 A or 0.47 of it)");
  c->add_option("--bin", a->rdf.bin, "A")->capture_default_str();
  c->footer(
      "g_ab(r) = <V n_ab(r)> / (N_a (N_b - d_ab) shell), with V of each frame; the coordination "
      "number counts up\nto the first minimum of the average. Source: docs/analysis.md, Pair "
      "distributions.\n\nExample:\n  vitrion analyze rdf glass.extxyz --pair P-S --json");
  c->callback([a] { run_rdf(*a); });

  c = quantity(analyze, a, "sq", "Structure factors S(Q): partial, neutron and X-ray");
  c->add_option("--pair", a->pairs, "A-B, neutron or X-ray, may be given again; default all")
      ->allow_extra_args(false);
  c->add_option("--qmax", a->sq.q_max, "1/A")->capture_default_str();
  c->add_option("--bin", a->sq.bin, "1/A")->capture_default_str();
  c->footer(
      "S_ab(Q) = 1 + <Re rho_a rho_b* - d_ab N_a> / (N c_a c_b) (Faber-Ziman: 1 at large Q), over "
      "the wave vectors\nthat the cell allows; totals sum c_a c_b f_a f_b S_ab / <f>^2 with "
      "scattering lengths and form factors of\nInternational Tables C (1992).\n\nExample:\n"
      "  vitrion analyze sq glass.extxyz --pair neutron --csv");
  c->callback([a] { run_sq(*a); });

  c = quantity(analyze, a, "angles", "Distribution of a bond angle");
  c->add_option("--triplet", a->triplet, "A-B-C, the centre in the middle")->capture_default_str();
  c->add_option("--bond", a->bonds, "longest bond of a pair, A-B=R in A; may be given again")
      ->allow_extra_args(false);
  c->add_option("--bin", a->angles.bin, "degrees")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 90.0));
  c->footer(
      "cos = u.v / |u||v| of the two bonds; the density per degree integrates to one. P-S, P-O, "
      "P-P and S-S bonds are\nthose of the census.\n\nExample:\n"
      "  vitrion analyze angles glass.extxyz --triplet S-P-S");
  c->callback([a] { run_angles(*a); });

  c = quantity(analyze, a, "units",
               "Structural units PS(4-k)O(k), Q^n, bridging and free anions, P-P and S-S bonds");
  c->add_option("--ps", a->angles.cutoffs.P_S, "longest P-S bond, A")->capture_default_str();
  c->add_option("--po", a->angles.cutoffs.P_O, "longest P-O bond, A")->capture_default_str();
  c->add_option("--pp", a->angles.cutoffs.P_P, "longest P-P bond, A")->capture_default_str();
  c->add_option("--ss", a->angles.cutoffs.S_S, "longest S-S bond, A")->capture_default_str();
  c->footer(
      "Counts per frame with errors that know the correlation in time, the identity N_free = "
      "N_bridging + 2 N_PP,\nand oxygen on its sites against the binomial law. Source: "
      "docs/analysis.md, Structural units.\n\n"
      "Example:\n  vitrion analyze units glass.extxyz --frames -100:");
  c->callback([a] { run_units(*a); });

  c = quantity(analyze, a, "density", "Density and volume, and whether they have settled");
  c->footer(
      "rho = sum m / V of each frame; errors from the integrated autocorrelation time, settled if "
      "a straight line's\ndrift is within two standard errors of zero.\n\n"
      "Example:\n  vitrion analyze density npt.lammpstrj --elements Na,P,S,O");
  c->callback([a] { run_density(*a); });
}

void add_modulus_by_fluctuation(CLI::App* analyze, const Shared& a) {
  CLI::App* c = quantity(analyze, a, "modulus", "Bulk modulus from the fluctuations of the volume");
  c->add_option("--temperature", a->temperature, "K")->required()->allow_extra_args(false);
  c->add_option("--strain", a->strain, "record of vitrion modulus --json, to compare with");
  c->footer(
      "K = kT <V> / <dV^2> of a run at constant pressure (Landau and Lifshitz 5, section 112); "
      "exit code 3 if the volume\ndrifts or has under ten independent values.\n\nExample:\n"
      "  vitrion analyze modulus npt.lammpstrj --elements Na,P,S,O --temperature 300");
  c->callback([a] { run_modulus(*a); });
}

}  // namespace vitrion::app
