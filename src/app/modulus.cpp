// vitrion modulus: the bulk modulus of a glass by straining its cell, relaxed and with clamped
// ions.
#include "app/modulus.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/records.hpp"
#include "app/analyze.hpp"
#include "app/run_claim.hpp"
#include "app/strain.hpp"
#include "app/strain_hot.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace {

struct ModulusArguments {
  std::string structure;
  std::string model;
  std::vector<std::string> elements;
  StrainOptions options;
  double temperature = 0;  // K; 0: none
  HotStrainOptions hot;
  double timestep = 0.001;  // ps
  std::string output = "modulus";
  bool json = false;
};

/// The same range of strains, by runs of LAMMPS at a temperature.
analysis::StrainModulus at_temperature(const ModulusArguments& a, const structures::Frame& start) {
  HotStrainOptions hot = a.hot;
  hot.temperature = a.temperature;
  hot.strain = a.options.strain;
  hot.points = a.options.points;
  hot.validate();
  formats::Study study;
  study.elements = start.species.names;
  study.dynamics.timestep = a.timestep;
  study.dynamics.precision = a.options.precision.empty() ? "single" : a.options.precision;
  const std::string folder = std::filesystem::absolute(a.output).string();
  learn::Identity identity("modulus", 1);
  identity.add("structure", hash_of_file(a.structure)).add("model", hash_of_file(a.model));
  identity.add(
      "plan", {hot.temperature, hot.strain, static_cast<double>(hot.points), hot.settle, hot.time});
  describe_dynamics(identity, study);
  claim_folder(folder, identity);
  const InterruptGuard guard;
  RunFolder none(folder + "/none.run");  // no study: nothing is made in it
  const Pipeline pipeline(study, none, default_threads(),
                          std::filesystem::read_symlink("/proc/self/exe").string());
  return strain_at_temperature(pipeline, start, std::filesystem::absolute(a.model).string(), folder,
                               hot);
}

/// K at 0 K; refused where the structure finds no rest, which says nothing of it at a temperature.
Strained at_rest(const ModulusArguments& a, const structures::Frame& start) {
  try {
    return strain_structure(start, a.model, a.options,
                            std::make_shared<ThreadPool>(default_threads()));
  } catch (const Refused& e) {
    if (a.temperature <= 0) throw;
    Strained none;
    none.relaxed.K = none.clamped.K = analysis::Estimate::refusal(e.what(), std::nullopt, "GPa");
    return none;
  }
}

void print_modulus(const std::string& name, const analysis::StrainModulus& m) {
  print_line("K, " + name, m.K);
  if (m.K.is_refused()) return;
  fmt::print("{:<24} {:.4g} GPa a unit of linear strain (3 K)\n", "  slope", m.linear_slope);
  fmt::print("{:<24} {:.3g}\n", "  dK/dP", m.derivative);
  if (m.hysteresis > 0)
    fmt::print("{:<24} {:.2g} GPa{}\n", "  hysteresis", m.hysteresis,
               m.elastic ? "" : ": the glass yields, K is not elastic");
}

void run(const ModulusArguments& a) {
  a.options.validate();
  const structures::Frame start =
      formats::read_frames(a.structure, {.format = {}, .elements = a.elements}).back();
  if (!start.cell) throw InputError(fmt::format("{} has no cell", a.structure));
  const Strained result = at_rest(a, start);
  std::optional<analysis::StrainModulus> hot;
  if (a.temperature > 0) hot = at_temperature(a, start);
  std::optional<analysis::Agreement> agreement;
  if (hot) agreement = analysis::compare(result.relaxed.K, hot->K);
  if (a.json) {
    nlohmann::json record = strain_record(result, a.options);
    record["structure"] = a.structure;
    record["model"] = a.model;
    if (hot) {
      record["thermal"] = analysis::to_json(*hot);
      record["thermal"]["temperature"] = a.temperature;
      record["agreement"] = {{"agree", agreement->agree}, {"statement", agreement->statement}};
    }
    fmt::print("{}\n", record.dump());
  } else {
    print_modulus("relaxed ions", result.relaxed);
    print_modulus("clamped ions", result.clamped);
    if (hot) {
      print_modulus(fmt::format("{:g} K", a.temperature), *hot);
      fmt::print("{:<24} {}: {}\n", "0 K and that", agreement->agree ? "agree" : "do not agree",
                 agreement->statement);
    }
  }
  if (result.relaxed.K.is_refused()) throw Refused(result.relaxed.K.refused);
}

}  // namespace

void add_modulus(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "modulus", "Bulk modulus of a structure by strain, at 0 K and at a temperature");
  auto a = std::make_shared<ModulusArguments>();
  c->add_option("STRUCTURE", a->structure, "the last frame of a file")->required();
  c->add_option("-m,--model", a->model, "potential (.dp)")->required();
  c->add_option("--strain", a->options.strain, "largest strain of each axis, per cent")
      ->capture_default_str();
  c->add_option("--points", a->options.points, "states from compression to tension")
      ->capture_default_str();
  c->add_option("--force", a->options.relax.force, "largest force left by a relaxation, eV/A")
      ->capture_default_str();
  c->add_option("--steps", a->options.relax.most_steps, "most steps of a relaxation")
      ->capture_default_str();
  c->add_option("--elements", a->elements, "names of the types, for files with types only")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--precision", a->options.precision, "single or double (default: the model's)");
  c->add_option("--temperature", a->temperature,
                "K: also the mean pressure of a run at each strain")
      ->check(CLI::PositiveNumber);
  c->add_option("--settle", a->hot.settle, "ps of each run before its pressure counts")
      ->capture_default_str();
  c->add_option("--time", a->hot.time, "ps of each run over which its pressure is averaged")
      ->capture_default_str();
  c->add_option("--timestep", a->timestep, "ps, of these runs")->capture_default_str();
  c->add_option("-o,--output", a->output, "folder of these runs; run again they go on")
      ->capture_default_str();
  c->add_flag("--json", a->json, "print the record");
  c->footer(
      "All axes are scaled from compression to tension and back, the ions relaxed at each state "
      "(FIRE) or clamped;\nK = -dP / d ln V at no strain by a quadratic fit of P(ln V). Volumetric "
      "strain is three times the linear one:\nboth slopes are printed. Hysteresis is what the "
      "glass "
      "does not undo. With --temperature the structure is also held at each strain by LAMMPS "
      "(NVT), from\n--strain compression to tension, and the two ways are compared.\n\n"
      "Example:\n  vitrion modulus relaxed.extxyz -m model.dp --json > strain.json");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
