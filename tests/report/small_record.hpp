// A small record with every part in it, and the files that it names.
#pragma once

#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>

#include "report/record.hpp"

namespace vitrion::report {

inline nlohmann::json estimate(double value, double half, const char* unit) {
  return {{"value", value},
          {"interval95", {value - half, value + half}},
          {"unit", unit},
          {"method", "by hand"}};
}

inline nlohmann::json refusal(const char* why, double upper, const char* unit) {
  return {{"refused", why}, {"upper95", upper}, {"unit", unit}};
}

inline nlohmann::json small_conductivity(double T, double sigma) {
  nlohmann::json c = {
      {"quantity", "conductivity"},
      {"species", "Na"},
      {"charge", 1},
      {"temperature", T},
      {"D", estimate(1e-5, 1e-6, "cm2/s")},
      {"D_paper", estimate(1.1e-5, 4e-6, "cm2/s")},
      {"sigma_NE", estimate(sigma, 0.1 * sigma, "S/cm")},
      {"sigma_collective", refusal("one collective path", 2 * sigma, "S/cm")},
      {"haven", {{"refused", "sigma_collective is refused"}, {"upper95", nullptr}, {"unit", "1"}}}};
  c["replicas"] = {{{"file", "a"},
                    {"D", estimate(1e-5, 1e-6, "cm2/s")},
                    {"sigma_NE", estimate(sigma, 0.1 * sigma, "S/cm")},
                    {"ions", 24},
                    {"duration_ps", 20.0},
                    {"window_ps", {0.5, 6.0}},
                    {"loglog_slope", estimate(1, 0.02, "1")},
                    {"cage_plateau", 0.4},
                    {"guard", "passed"}}};
  return c;
}

inline Record small_record() {
  Record r;
  r.study = {"quickstart",
             20241028,
             true,
             "One small glass & <short> runs.",
             "quickstart.toml",
             "9c1f0a77",
             "2025-01-31T10:00:00Z",
             "2025-01-31T10:31:12Z",
             1872,
             "2 cores",
             std::nullopt};
  r.stages = {{"train", 900, "2 members"}, {"quench", 300, "1 replica"}};
  r.potential.network = "se_e2_a 6 A";
  r.potential.members = 2;
  r.potential.levels = {{"teacher", 1500, "SevenNet-l3i5"}, {"dft", 60, "GPAW"}};
  for (const char* set : {"training", "test"}) {
    r.potential.parity.push_back({set, "dft", "force", 0.21, 0.15, 300, 3, "eV/A"});
    r.potential.parity_points.push_back(
        {set, "dft", "force", std::string("parity_") + set + ".csv"});
  }
  r.potential.learning_curves = {{0, "dft level", "lcurve.out"}};
  r.potential.selection = {400, 37, 2, 2, 0.15, 0.35};
  Glass& glass = r.glasses.emplace_back();
  glass.key = "x0";
  glass.name = "x = 0";
  glass.formula = "Na24 P8 S32";
  glass.atoms = 64;
  glass.replicas = {{1,
                     7,
                     "trace.csv",
                     "glass.extxyz",
                     {{"quantity", "density"},
                      {"density", estimate(2.02, 0.01, "g/cm3")},
                      {"volume_per_atom", estimate(23, 0.1, "A3")},
                      {"drift", estimate(0.1, 0.3, "%")},
                      {"settled", true}},
                     nullptr}};
  nlohmann::json rdf = {{"quantity", "rdf"},
                        {"pair", "P-S"},
                        {"first_peak", {{"r", 2.05}, {"g", 30.0}}},
                        {"first_minimum", 2.9},
                        {"coordination_number", estimate(3.98, 0.03, "1")}};
  for (int i = 0; i < 100; ++i) {
    const double x = 0.06 * i;
    rdf["r"].push_back(x);
    rdf["g"].push_back(30 * std::exp(-50 * (x - 2.05) * (x - 2.05)) + (x > 4 ? 1 : 0));
    rdf["g_error"].push_back(0.05);
  }
  glass.rdf = {rdf};
  glass.units = {
      {"quantity", "units"},
      {"frames", 40},
      {"classes",
       {{{"name", "PS4"},
         {"count", estimate(7, 0.2, "1")},
         {"fraction", estimate(0.875, 0.02, "1")}},
        {{"name", "PS3"},
         {"count", estimate(1, 0.2, "1")},
         {"fraction", estimate(0.125, 0.02, "1")}}}},
      {"anions",
       {{"terminal", {{"S", estimate(31, 0.2, "1")}}}, {"free", {{"S", estimate(1, 0.2, "1")}}}}},
      {"bonds", {{"P-P", estimate(0, 0, "1")}}},
      {"identity", {{"frames_broken", 3}}}};
  for (const auto& [T, sigma] : {std::pair(800.0, 0.1), std::pair(1000.0, 0.2)}) {
    IonDynamics& d = glass.temperatures.emplace_back();
    d.temperature = T;
    d.runs = {{1, "msd.csv", "path.nc", ""}};
    d.conductivity = small_conductivity(T, sigma);
  }
  glass.arrhenius = {
      {"quantity", "arrhenius"},
      {"activation_energy", estimate(0.25, 0.1, "eV")},
      {"ln_prefactor", estimate(8, 1, "ln(S K/cm)")},
      {"degrees_of_freedom", 0},
      {"statement", "2 points"},
      {"points",
       {{{"temperature", 800}, {"replica", 0}, {"sigma", estimate(0.1, 0.01, "S/cm")}},
        {{"temperature", 1000}, {"replica", 0}, {"sigma", estimate(0.2, 0.02, "S/cm")}},
        {{"temperature", 600}, {"replica", 0}, {"sigma", refusal("caged", 0.03, "S/cm")}}}},
      {"band",
       {{"temperature", {800, 1000}},
        {"sigma", {0.1, 0.2}},
        {"low", {0.08, 0.16}},
        {"high", {0.12, 0.25}}}}};
  r.methods = {{"Melt and quench", "cooling rate", "2.2e14 K/s", "2.2e12 K/s", true, "faster"}};
  r.claims = {
      {"density-x0", "density of x = 0 is 2.0 g/cm3", "section 3.1", "reproduced", 2.02,
       std::array{2.01, 2.03}, "g/cm3", "interval", "2.0 lies within 3 %"},
      {"peak", "sigma peaks", "figure 4d", "not resolved", {}, {}, "", "bootstrap", "wide"}};
  r.checks = {{"neutral cells", "pass", "1 of 1"}, {"melt forgot its start", "warn", "short"}};
  r.versions = {{"vitrion", "0.1.0"}, {"lammps", "2022"}};
  r.notes = {"A note."};
  return r;
}

/// Writes the files that small_record() names, and record.json.
inline void write_small_run(const std::filesystem::path& run) {
  std::filesystem::create_directories(run);
  std::ofstream(run / "record.json") << to_json(small_record()).dump(1);
  for (const char* set : {"training", "test"}) {
    std::ofstream out(run / (std::string("parity_") + set + ".csv"));
    out << "label,predicted\n";
    for (int i = 0; i < 300; ++i)
      out << 0.01 * i - 1.5 << ',' << 0.01 * i - 1.5 + 0.2 * std::sin(7.0 * i) << '\n';
  }
  std::ofstream curve(run / "lcurve.out");
  curve << "#  step      rmse_trn    rmse_e_trn    rmse_f_trn         lr\n";
  for (int i = 0; i < 50; ++i)
    curve << "  " << 100 * i << " 1.0 " << 0.1 / (1 + i) << " " << 1.0 / (1 + i) << " 1e-3\n";
  std::ofstream trace(run / "trace.csv");
  trace << "time_ps,temperature_K,density_g_cm3\n";
  for (int i = 0; i < 100; ++i)
    trace << 0.5 * i << ',' << 300 + 20 * (i < 50 ? i : 100 - i) << ',' << 2.0 - 0.001 * i << '\n';
  std::ofstream msd(run / "msd.csv");
  msd << "lag_ps,Na,P\n";
  for (int i = 1; i < 60; ++i) msd << 0.1 * i << ',' << 0.5 + 0.6 * i << ",0.2\n";
  std::ofstream glass(run / "glass.extxyz");
  glass << "9\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n"
           "P 0.2 4 4\nS 1.4 5.2 5.2\nS 1.4 2.8 2.8\nO -0.7 4.9 3.1\nS 8.0 2.8 5.2\n"  // across a
                                                                                       // face of
                                                                                       // the cell
           "Na 6 6 6\nNa 3 1 8\nNa 4 7 1\nS 6 1 3\n";
}

}  // namespace vitrion::report
