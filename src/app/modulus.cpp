// vitrion modulus: the bulk modulus of a glass by straining its cell, relaxed and with clamped
// ions.
#include "app/modulus.hpp"

#include <fmt/format.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "app/analyze.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/units.hpp"
#include "edges/formats/frames.hpp"
#include "md/relax.hpp"

namespace vitrion::app {

namespace {

using analysis::StrainPoint;
using structures::Frame;

struct Arguments {
  std::string structure;
  std::string model;
  std::vector<std::string> elements;
  double strain = 1;  // per cent, of each axis
  std::size_t points = 11;
  md::RelaxOptions relax;
  std::string precision;
  bool json = false;
};

/// The frame with its cell and its atoms scaled.
Frame scaled(const Frame& frame, double factor) {
  Frame result = frame;
  result.cell = structures::Cell(factor * frame.cell->rows());
  for (Vec3& r : result.positions) r = factor * r;
  return result;
}

/// Forces and pressures of one model.
class Calculator {
 public:
  explicit Calculator(const Arguments& a)
      : predictor_(a.model, potential::EngineOptions{parse_precision(a.precision), "", false},
                   std::make_shared<ThreadPool>(default_threads())) {}

  std::vector<Vec3> forces(const Frame& frame) {
    predictor_.predict(frame, result_);
    return result_.force;
  }
  /// GPa, of ions at rest.
  double pressure(const Frame& frame) {
    predictor_.predict(frame, result_);
    return trace(result_.virial) / (3 * frame.cell->volume()) * units::eV_per_A3_in_GPa;
  }

 private:
  Predictor predictor_;
  potential::Result result_;
};

/// Volume and pressure from compression to tension and, where the ions relax, back again.
std::vector<StrainPoint> strained(const Frame& start, const Arguments& a, bool relaxed,
                                  Calculator& calculator, Progress& progress) {
  std::vector<double> path;
  for (std::size_t k = 0; k < a.points; ++k)
    path.push_back(a.strain / 100 *
                   (2.0 * static_cast<double>(k) / static_cast<double>(a.points - 1) - 1));
  const std::size_t up = path.size();
  if (relaxed) path.insert(path.end(), path.rbegin(), path.rend());
  std::vector<StrainPoint> points;
  Frame frame = start;
  double before = 0;
  for (std::size_t k = 0; k < path.size(); ++k) {
    // Each state starts from the one before: what the glass does not undo is its plasticity.
    frame = relaxed ? scaled(frame, (1 + path[k]) / (1 + before)) : scaled(start, 1 + path[k]);
    before = path[k];
    if (relaxed) {
      md::Relaxed r = md::relax(
          frame, [&](const Frame& f) { return calculator.forces(f); }, a.relax);
      if (!r.converged)
        throw Refused(fmt::format(
            "at a strain of {:g} % a force of {:.3g} eV/A is left after {} steps, but at most {:g} "
            "may be",
            100 * path[k], r.largest_force, r.steps, a.relax.force));
      frame = std::move(r.frame);
    }
    points.push_back({path[k], frame.cell->volume(), calculator.pressure(frame), k < up});
    progress.update(points.size(), "states");
  }
  return points;
}

void print_modulus(const std::string& name, const analysis::StrainModulus& m) {
  print_line("K, " + name, m.K);
  fmt::print("{:<24} {:.4g} GPa a unit of linear strain (3 K)\n", "  slope", m.linear_slope);
  fmt::print("{:<24} {:.3g}\n", "  dK/dP", m.derivative);
  if (m.hysteresis > 0)
    fmt::print("{:<24} {:.2g} GPa{}\n", "  hysteresis", m.hysteresis,
               m.elastic ? "" : ": the glass yields, K is not elastic");
}

void run(const Arguments& a) {
  if (a.points < 5 || a.points % 2 == 0)
    throw InputError(fmt::format("points = {} must be odd and at least 5", a.points));
  if (!(a.strain > 0 && a.strain <= 10))
    throw InputError(fmt::format("strain = {:g} % must be over 0 and at most 10", a.strain));
  Frame start = formats::read_frames(a.structure, {.format = {}, .elements = a.elements}).back();
  if (!start.cell) throw InputError(fmt::format("{} has no cell", a.structure));
  Calculator calculator(a);
  md::Relaxed at_rest = md::relax(
      start, [&](const Frame& f) { return calculator.forces(f); }, a.relax);
  if (!at_rest.converged)
    throw Refused(fmt::format("{}: a force of {:.3g} eV/A is left after {} steps", a.structure,
                              at_rest.largest_force, at_rest.steps));
  analysis::StrainModulus relaxed;
  analysis::StrainModulus clamped;
  {
    Progress progress("strain, relaxed", 2 * a.points);
    relaxed = analysis::strain_modulus(strained(at_rest.frame, a, true, calculator, progress),
                                       start.cell->volume());
  }
  {
    Progress progress("strain, clamped", a.points);
    clamped = analysis::strain_modulus(strained(at_rest.frame, a, false, calculator, progress),
                                       start.cell->volume());
  }
  if (a.json) {
    const nlohmann::json record = {{"quantity", "strain"},
                                   {"structure", a.structure},
                                   {"model", a.model},
                                   {"temperature", 0},
                                   {"linear_strain_percent", a.strain},
                                   {"relaxed", to_json(relaxed)},
                                   {"clamped", to_json(clamped)},
                                   {"vitrion", VITRION_VERSION}};
    fmt::print("{}\n", record.dump());
    return;
  }
  print_modulus("relaxed ions", relaxed);
  print_modulus("clamped ions", clamped);
}

}  // namespace

void add_modulus(CLI::App& program) {
  CLI::App* c = program.add_subcommand("modulus", "Bulk modulus of a structure by strain, at 0 K");
  auto a = std::make_shared<Arguments>();
  c->add_option("STRUCTURE", a->structure, "the last frame of a file")->required();
  c->add_option("-m,--model", a->model, "potential (.dp)")->required();
  c->add_option("--strain", a->strain, "largest strain of each axis, per cent")
      ->capture_default_str();
  c->add_option("--points", a->points, "states from compression to tension")->capture_default_str();
  c->add_option("--force", a->relax.force, "largest force left by a relaxation, eV/A")
      ->capture_default_str();
  c->add_option("--steps", a->relax.most_steps, "most steps of a relaxation")
      ->capture_default_str();
  c->add_option("--elements", a->elements, "names of the types, for files with types only")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--precision", a->precision, "single or double (default: the model's)");
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
