// A made-up record of a whole study - four compositions and a porous glass, five temperatures,
// hops, gates, claims - and the files that it names. Its numbers are shapes, not physics.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "report/small_record.hpp"

namespace vitrion::report {

inline constexpr double whole_compositions[] = {0, 0.15, 0.3, 0.6};
inline constexpr double whole_temperatures[] = {333, 363, 393, 423, 473};
inline constexpr int whole_replicas = 2;

/// sigma in S/cm: rises, then falls with x.
inline double whole_sigma(double x, double T, bool porous) {
  const double peak = std::exp(-std::pow((x - 0.2) / 0.35, 2));
  return (porous ? 0.4 : 1.0) * 300 / T * (0.5 + peak) * std::exp(-0.33 / (8.617e-5 * T) + 5.5);
}

inline nlohmann::json whole_rdf(const std::string& pair, double r0, double height) {
  nlohmann::json rdf = {{"quantity", "rdf"},
                        {"pair", pair},
                        {"frames", 40},
                        {"first_peak", {{"r", r0}, {"g", height}}},
                        {"first_minimum", r0 + 0.9},
                        {"coordination_number", estimate(4, 0.05, "1")}};
  for (int i = 0; i < 200; ++i) {
    const double r = 0.05 * i;
    const double peak = height * std::exp(-6 * (r - r0) * (r - r0));
    const double far = r > r0 ? 1 + 0.3 * std::sin(2.2 * (r - r0)) * std::exp(-0.25 * (r - r0)) : 0;
    rdf["r"].push_back(r);
    rdf["g"].push_back(peak + far);
    rdf["g_error"].push_back(0.03);
  }
  return rdf;
}

inline nlohmann::json whole_conductivity(double x, double T, bool porous) {
  nlohmann::json c = small_conductivity(T, whole_sigma(x, T, porous));
  const double sigma = whole_sigma(x, T, porous);
  c["sigma_paper"] = estimate(1.1 * sigma, 0.4 * sigma, "S/cm");
  for (int k = 1; k < whole_replicas; ++k) c["replicas"].push_back(c["replicas"][0]);
  for (auto& r : c["replicas"]) {
    r["volume"] = 1500.0;
    r["framework_msd"] = 0.4;
  }
  if (T == 333) {
    c["D"] = refusal("0.2 hops per ion: caged", 1e-8, "cm2/s");
    c["sigma_NE"] = refusal("0.2 hops per ion: caged", 2 * sigma, "S/cm");
  }
  return c;
}

inline nlohmann::json whole_curve(double height, double lag) {
  nlohmann::json c;
  for (int k = -20; k <= 20; ++k) {
    const double v = height * std::exp(-std::pow((2.5 * k - lag) / 12, 2));
    c["count"].push_back(100);
    c["value"].push_back(v);
    c["low"].push_back(v - 0.02);
    c["high"].push_back(v + 0.02);
  }
  return c;
}

inline nlohmann::json whole_doorways(double x) {
  nlohmann::json d = {{"quantity", "doorways"},
                      {"radius", estimate(1.05 - 0.2 * x, 0.01, "A")},
                      {"fluctuation", estimate(0.20 + 0.3 * x * (0.6 - x), 0.01, "A")},
                      {"list", nlohmann::json::array()}};
  for (int k = -20; k <= 20; ++k) d["lag_ps"].push_back(2.5 * k);
  d["openings"] = {{{"set", "hop"}, {"curve", whole_curve(0.25, -5)}},
                   {{"set", "attempt"}, {"curve", whole_curve(0.1, 0)}},
                   {{"set", "same kind"}, {"curve", whole_curve(0, 0)}}};
  for (int i = 0; i < 60; ++i) {
    const double r = 0.4 + 0.02 * i;
    d["radii"]["r"].push_back(r);
    d["radii"]["passing"].push_back(3 * std::exp(-20 * std::pow(r - 1.15, 2)));
    d["radii"]["windows"].push_back(2.5 * std::exp(-15 * std::pow(r - 1.0, 2)));
    d["radii"]["resting"].push_back(2.5 * std::exp(-15 * std::pow(r - 0.98, 2)));
  }
  for (int k = 0; k < 12; ++k)
    d["list"].push_back({{"replica", 1},
                         {"frame", 4 * k},
                         {"time_ps", 4.0 * k + 3},
                         {"ion", k},
                         {"anions", {32 + 4 * (k % 8), 33 + 4 * (k % 8), 34 + 4 * (k % 8)}},
                         {"kind", "S-S-S"},
                         {"lasting", k % 3 != 0},
                         {"radius", 1.0 + 0.02 * k},
                         {"area", 5.1},
                         {"opening", k == 5 ? nlohmann::json() : nlohmann::json(0.05 * k - 0.1)}});
  return d;
}

inline Glass whole_glass(double x, bool porous) {
  Glass g;
  g.x = x;
  g.porous = porous;
  const std::string number = x == 0 ? "0" : nlohmann::json(x).dump();
  g.key = "x" + number + (porous ? "-porous" : "");
  g.name = "x = " + number + (porous ? ", porous" : "");
  g.formula = "Na24 P8 S32";
  g.atoms = x == 0.6 ? 1600 : 64;  // the large one is what a page must carry at most
  const double V = 23.5 - 2.5 * x + (porous ? 1 : 0);
  g.density = {{"quantity", "density"},
               {"density", estimate(2.0 + 0.1 * x, 0.01, "g/cm3")},
               {"volume_per_atom", estimate(V, 0.08, "A3")},
               {"volume_per_formula_unit", estimate(8 * V, 0.6, "A3")},
               {"drift", estimate(0.1, 0.3, "%")},
               {"settled", true}};
  const double s = std::cbrt(V / 23.5);
  g.rdf = {whole_rdf("Na-Na", 3.6 * s, 1.6), whole_rdf("P-P", 6.0 * s, 2.4),
           whole_rdf("S-S", 3.4, 3.0), whole_rdf("P-S", 2.05, 25)};
  g.units = {{"quantity", "units"}, {"frames", 40}, {"cutoffs", {{"P-S", 2.6}, {"P-O", 2.0}}}};
  const double o = x / 4;
  for (int k = 0; k < 3; ++k) {
    const double share = std::tgamma(5) / std::tgamma(k + 1) / std::tgamma(5 - k) * std::pow(o, k) *
                         std::pow(1 - o, 4 - k);
    g.units["classes"].push_back({{"name", k == 0   ? "PS4"
                                           : k == 1 ? "PS3O"
                                                    : "PS2O2"},
                                  {"fraction", estimate(share, 0.02, "1")}});
  }
  g.modulus = {{"quantity", "modulus"},
               {"K", estimate(17, 4, "GPa")},
               {"strain", {{"relaxed", estimate((porous ? 15 : 19) + 8 * x, 1, "GPa")}}}};
  g.free_volume = {{"quantity", "free_volume"},
                   {"frames", 40},
                   {"excess_per_atom", estimate(9 - 2 * x, 0.1, "A3")},
                   {"full", {{"Df", estimate(1.4 - 0.3 * x, 0.05, "A")}}},
                   {"framework", {{"Df", estimate(3.0 - 0.5 * x, 0.05, "A")}}}};
  for (const char* room : {"full", "framework"})
    for (int k = 0; k <= 15; ++k) {
      const double f = (room[1] == 'u' ? 0.2 : 0.6) * std::exp(-0.25 * k) * (1 - 0.3 * x);
      auto& probe = g.free_volume[room]["probe"];
      probe["radius"].push_back(0.1 * k);
      probe["fraction"].push_back(f);
      probe["low"].push_back(0.95 * f);
      probe["high"].push_back(1.05 * f);
    }
  for (int r = 1; r <= whole_replicas; ++r)
    g.replicas.push_back(
        {r, static_cast<std::uint64_t>(10 * r), "trace.csv", "glass.extxyz", g.density, nullptr});
  for (const double T : whole_temperatures) {
    IonDynamics& d = g.temperatures.emplace_back();
    d.temperature = T;
    for (int r = 1; r <= whole_replicas; ++r)
      d.runs.push_back({r,
                        "msd/" + g.key + "_" + std::to_string(static_cast<int>(T)) + "_" +
                            std::to_string(r) + ".csv",
                        r > 1 || T != 423 ? ""
                        : x == 0.6        ? "path_large.extxyz"
                                          : "path.extxyz",
                        ""});
    d.conductivity = whole_conductivity(x, T, porous);
    d.hops = {{"quantity", "hops"},
              {"lasting_rate", estimate(1e3 * whole_sigma(x, T, porous), 0.1, "1/ns")}};
    if (T == 423) d.doorways = whole_doorways(x);
    d.nongaussian = {{"quantity", "nongaussian"}, {"species", "Na"}};
    for (int k = 0; k < 30; ++k) {
      d.nongaussian["lag_ps"].push_back(0.1 * std::pow(1.3, k));
      d.nongaussian["value"].push_back(1.5 * std::exp(-std::pow((k - 15) / 6.0, 2)));
      d.nongaussian["error"].push_back(0.04);
    }
  }
  g.arrhenius = {{"quantity", "arrhenius"}, {"activation_energy", estimate(0.33, 0.03, "eV")}};
  for (double T = 333; T <= 480; T += 7) {
    auto& band = g.arrhenius["band"];
    band["temperature"].push_back(T);
    band["sigma"].push_back(whole_sigma(x, T, porous));
    band["low"].push_back(0.8 * whole_sigma(x, T, porous));
    band["high"].push_back(1.25 * whole_sigma(x, T, porous));
  }
  return g;
}

inline Record whole_record() {
  Record r = small_record();
  r.study.name = "napso";
  r.study.demonstration = false;
  r.study.scale = Scale{0.25, 0.001, 1};
  r.study.statement = "Made-up numbers in the shape of the paper's.";
  r.glasses.clear();
  for (const double x : whole_compositions) r.glasses.push_back(whole_glass(x, false));
  r.glasses.push_back(whole_glass(0, true));
  r.claims = {
      {"density-x0", "Glassy Na3PS4 has a density of 2.0 g/cm3", "section 3.1", "reproduced", 2.02,
       std::array{2.01, 2.03}, "g/cm3", "two one-sided tests against 2.0 within 3 %",
       "2.02 lies within"},
      {"volume", "The volume falls with x", "figure S2", "reproduced", -2.5, std::array{-2.9, -2.1},
       "A3", "Jonckheere's test over 8 glasses", "p = 0.002"},
      {"peak-423", "At 423 K sigma is largest at x = 0.15", "figure 4d", "not resolved", 1.04,
       std::array{0.8, 1.3}, "1", "ratio to the next largest, Student's t", "the interval holds 1"},
      {"porous", "The porous glass is softer", "figure 3c", "reproduced", 0.79,
       std::array{0.72, 0.86}, "1", "Student's t over 4 glasses", "p = 0.01"},
      {"doorways", "Doorways narrow with x", "section 3.4", "contradicted", 0.02,
       std::array{0.01, 0.03}, "A", "Jonckheere's test", "they widen"},
      {"experiment",
       "Sigma rises six-fold from x = 0 to 0.15 in experiment",
       "figure 4d",
       "not testable",
       {},
       {},
       "",
       "needs measured points",
       "none are there for the glass at 363 K"}};
  r.methods = {
      {"Labels", "engine", "GPAW, plane waves 600 eV", "VASP, 400 eV", true,
       "no VASP licence is needed"},
      {"Labels", "functional", "PBE-D3(0)", "PBE-D3(0)", false, ""},
      {"Potential", "cutoff", "6 A", "6 A", false, ""},
      {"Melt and quench", "cooling rate", "2.2e15 K/s", "2.2e12 K/s", true, "scaled by 0.001"},
      {"Melt and quench", "chain length", "3", "", false, ""}};
  r.checks = {{"cells are neutral", "pass", "10 of 10"},
              {"composition is exact", "pass", "x reached as asked"},
              {"the melt forgot its start", "warn", "2 of 10 glasses: hold is short"},
              {"atoms keep their distance", "pass", "1.87 A at least"},
              {"P keeps its bonds in the melt", "fail", "12 % of P have three"},
              {"GLS agrees with WLS", "pass", "40 of 40 runs"},
              {"two moduli agree", "not run", "one was measured"}};
  r.uncertainty = {{"quantity", "uncertainty"}, {"split", nlohmann::json::array()}};
  for (const Glass& g : r.glasses)
    for (const double T : {393.0, 423.0, 473.0})
      r.uncertainty["split"].push_back({{"glass", g.key},
                                        {"x", g.x},
                                        {"temperature", T},
                                        {"glasses", 2},
                                        {"duration_ps", 20.0},
                                        {"between_glasses", 0.12},
                                        {"within_run", 0.3 * 400 / T},
                                        {"protocol", 0.08},
                                        {"needed_run_ps", 180.0},
                                        {"needed_run_of_mean_ps", nullptr}});
  r.uncertainty["coverage"] = {{{"temperature", 423.0},
                                {"ions", 24},
                                {"duration_ps", 20.0},
                                {"hops_per_ion", 2.1},
                                {"runs", 100},
                                {"refused", 4},
                                {"held", estimate(0.94, 0.04, "1")}}};
  r.doorway_model = {{"quantity", "doorway_model"},
                     {"statement", "made up"},
                     {"glasses", 8},
                     {"r2", 0.8},
                     {"points", nlohmann::json::array()},
                     {"terms",
                      {{{"name", "radius"},
                        {"slope", estimate(2, 1, "1/A")},
                        {"partial_r2", 0.3},
                        {"inflation", 1.2}}}}};
  r.reference = {{{"quantity", "density"},
                  {"x", 0},
                  {"value", 2.0},
                  {"error", 0.05},
                  {"unit", "g/cm3"},
                  {"confidence", "quoted"},
                  {"source", "powder"}}};
  return r;
}

/// A run of PS4 units on a simple cubic lattice with three Na each, which walk at random.
inline void write_path(const std::filesystem::path& file, int units, int frames) {
  std::mt19937 random(7);
  std::normal_distribution<double> normal;
  const double a = 6.5;
  const int side = static_cast<int>(std::ceil(std::cbrt(units)));
  const double L = side * a;
  std::vector<std::array<double, 3>> r;
  std::string names;  // one letter each: N is Na
  for (int k = 0; k < 3 * units; ++k) {
    names += 'N';
    r.push_back({L * k / (3.0 * units), L * std::fmod(0.618 * k, 1), L * std::fmod(0.755 * k, 1)});
  }
  std::vector<std::array<double, 3>> P;
  for (int k = 0; k < units; ++k)
    P.push_back({a * (k % side) + 1, a * (k / side % side) + 1, a * (k / side / side) + 1});
  for (const auto& p : P) {
    names += 'P';
    r.push_back(p);
  }
  constexpr double d = 1.18;
  for (const auto& p : P)
    for (const auto& s : {std::array{d, d, d}, {d, -d, -d}, {-d, d, -d}, {-d, -d, d}}) {
      names += 'S';
      r.push_back({p[0] + s[0], p[1] + s[1], p[2] + s[2]});
    }
  std::string text;
  for (int f = 0; f < frames; ++f) {
    text += fmt::format(
        "{0}\nLattice=\"{1} 0 0 0 {1} 0 0 0 {1}\" Properties=species:S:1:pos:R:3 time={2} "
        "pbc=\"T T T\"\n",
        r.size(), L, f);
    for (std::size_t i = 0; i < r.size(); ++i) {
      const bool ion = names[i] == 'N';
      std::array<double, 3> at{};
      for (std::size_t c = 0; c < 3; ++c) {
        if (ion) r[i][c] += 0.3 * normal(random);
        at[c] = r[i][c] + (ion ? 0 : 0.05 * normal(random));
      }
      text += fmt::format("{} {:.3f} {:.3f} {:.3f}\n",
                          ion               ? "Na"
                          : names[i] == 'P' ? "P"
                                            : "S",
                          at[0], at[1], at[2]);
    }
  }
  std::ofstream(file) << text;
}

inline void write_whole_run(const std::filesystem::path& run) {
  write_small_run(run);
  const Record record = whole_record();
  std::ofstream(run / "record.json") << to_json(record).dump(1);
  std::filesystem::create_directories(run / "msd");
  for (const Glass& g : record.glasses)
    for (const IonDynamics& d : g.temperatures)
      for (const IonRun& ions : d.runs) {
        std::ofstream out(run / ions.msd);
        out << "lag_ps,Na,P,Na_first,P_first\n";
        const double slope =
            20 * whole_sigma(g.x, d.temperature, g.porous) * (1 + 0.1 * ions.replica);
        for (int i = 1; i <= 200; ++i) {
          const double wobble = 1 + 0.05 * std::sin(0.3 * i + ions.replica);
          out << 0.1 * i << ',' << 0.4 + slope * i << ',' << 0.2 + 0.001 * i << ','
              << (0.4 + slope * i) * wobble << ',' << (0.2 + 0.001 * i) * wobble << '\n';
        }
      }
  write_path(run / "path.extxyz", 8, 60);
  write_path(run / "path_large.extxyz", 200, 400);
}

}  // namespace vitrion::report
