// vitrion modulus: the bulk modulus of a glass by straining its cell, relaxed and with clamped
// ions.
#include "app/modulus.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "app/analyze.hpp"
#include "app/strain.hpp"
#include "base/error.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace {

struct Arguments {
  std::string structure;
  std::string model;
  std::vector<std::string> elements;
  StrainOptions options;
  bool json = false;
};

void print_modulus(const std::string& name, const analysis::StrainModulus& m) {
  print_line("K, " + name, m.K);
  fmt::print("{:<24} {:.4g} GPa a unit of linear strain (3 K)\n", "  slope", m.linear_slope);
  fmt::print("{:<24} {:.3g}\n", "  dK/dP", m.derivative);
  if (m.hysteresis > 0)
    fmt::print("{:<24} {:.2g} GPa{}\n", "  hysteresis", m.hysteresis,
               m.elastic ? "" : ": the glass yields, K is not elastic");
}

void run(const Arguments& a) {
  a.options.validate();
  const structures::Frame start =
      formats::read_frames(a.structure, {.format = {}, .elements = a.elements}).back();
  if (!start.cell) throw InputError(fmt::format("{} has no cell", a.structure));
  const Strained result =
      strain_structure(start, a.model, a.options, std::make_shared<ThreadPool>(default_threads()));
  if (a.json) {
    nlohmann::json record = strain_record(result, a.options);
    record["structure"] = a.structure;
    record["model"] = a.model;
    fmt::print("{}\n", record.dump());
    return;
  }
  print_modulus("relaxed ions", result.relaxed);
  print_modulus("clamped ions", result.clamped);
}

}  // namespace

void add_modulus(CLI::App& program) {
  CLI::App* c = program.add_subcommand("modulus", "Bulk modulus of a structure by strain, at 0 K");
  auto a = std::make_shared<Arguments>();
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
  c->add_flag("--json", a->json, "print the record");
  c->footer(
      "All axes are scaled from compression to tension and back, the ions relaxed at each state "
      "(FIRE) or clamped;\nK = -dP / d ln V at no strain by a quadratic fit of P(ln V). Volumetric "
      "strain is three times the linear one:\nboth slopes are printed. Hysteresis is what the "
      "glass "
      "does not undo.\n\n"
      "Example:\n  vitrion modulus relaxed.extxyz -m model.dp --json > strain.json");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
