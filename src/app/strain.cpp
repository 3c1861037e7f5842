#include "app/strain.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/records.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/units.hpp"

namespace vitrion::app {

using analysis::StrainPoint;
using structures::Frame;

namespace {

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
  Calculator(const std::string& model, const std::string& precision,
             std::shared_ptr<ThreadPool> threads)
      : predictor_(model, potential::EngineOptions{parse_precision(precision), "", false},
                   std::move(threads)) {}

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
std::vector<StrainPoint> strained(const Frame& start, const StrainOptions& a, bool relaxed,
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

}  // namespace

void StrainOptions::validate() const {
  if (points < 5 || points % 2 == 0)
    throw InputError(fmt::format("points = {} must be odd and at least 5", points));
  if (!(strain > 0 && strain <= 10))
    throw InputError(fmt::format("strain = {:g} % must be over 0 and at most 10", strain));
}

Strained strain_structure(const Frame& structure, const std::string& model,
                          const StrainOptions& options, std::shared_ptr<ThreadPool> threads) {
  options.validate();
  if (!structure.cell) throw InputError("a structure without a cell cannot be strained");
  Calculator calculator(model, options.precision, std::move(threads));
  md::Relaxed at_rest = md::relax(
      structure, [&](const Frame& f) { return calculator.forces(f); }, options.relax);
  if (!at_rest.converged)
    throw Refused(fmt::format("a force of {:.3g} eV/A is left after {} steps",
                              at_rest.largest_force, at_rest.steps));
  Strained result;
  {
    Progress progress("strain, relaxed", 2 * options.points);
    result.relaxed = analysis::strain_modulus(
        strained(at_rest.frame, options, true, calculator, progress), structure.cell->volume());
  }
  {
    Progress progress("strain, clamped", options.points);
    result.clamped = analysis::strain_modulus(
        strained(at_rest.frame, options, false, calculator, progress), structure.cell->volume());
  }
  return result;
}

nlohmann::json strain_record(const Strained& strained, const StrainOptions& options) {
  return {{"quantity", "strain"},
          {"temperature", 0},
          {"linear_strain_percent", options.strain},
          {"relaxed", to_json(strained.relaxed)},
          {"clamped", to_json(strained.clamped)},
          {"vitrion", VITRION_VERSION}};
}

}  // namespace vitrion::app
