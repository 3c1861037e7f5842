// Formulas as in deepmd.pt.loss.EnergyStdLoss of DeePMD-kit 3.1.3; averages run over the frames and
// components that have the label, so a batch may mix frames with and without one.
#include "train/loss.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"

namespace vitrion::train {

namespace {

using potential::LossSeeds;
using potential::Result;
using structures::Frame;

/// One number's part in a loss term: its share of the mean, and the slope of that share.
struct Penalty {
  double value;
  double slope;
};

/// Which function of a difference is averaged.
class PenaltyRule {
 public:
  explicit PenaltyRule(const LossOptions& options) : options_(options) {}

  [[nodiscard]] Penalty operator()(double x) const {
    if (options_.absolute) return {std::abs(x), x > 0 ? 1.0 : (x < 0 ? -1.0 : 0.0)};
    if (!options_.huber) return {x * x, 2 * x};
    const double d = options_.huber_delta;
    if (std::abs(x) <= d) return {0.5 * x * x, x};
    return {d * (std::abs(x) - 0.5 * d), x > 0 ? d : -d};
  }

 private:
  const LossOptions& options_;
};

/// Sum of squares and of penalties over numbers, for the error shown and for the loss.
struct Term {
  double squares = 0;
  double penalty = 0;
  double count = 0;

  [[nodiscard]] double rms() const { return count > 0 ? std::sqrt(squares / count) : Errors::none; }
  [[nodiscard]] double mean() const { return count > 0 ? penalty / count : 0.0; }
};

struct Batch {
  std::span<const Frame* const> frames;
  std::span<const Result> predictions;
  std::span<LossSeeds> seeds;
};

/// Energy and virial share a rule: squared errors are divided by N once (by N^2 where intensive),
/// all other penalties act on the error per atom. `scale` is what the difference is multiplied with
/// before the penalty, `weight` what the penalty is multiplied with.
struct Extensive {
  double scale;
  double weight;
};

[[nodiscard]] Extensive extensive_rule(const LossOptions& options, std::size_t atoms) {
  const double per_atom = 1 / static_cast<double>(atoms);
  if (options.huber || options.absolute || options.intensive) return {per_atom, 1};
  return {1, per_atom};
}

double add_energy(const LossOptions& options, double prefactor, const Batch& batch,
                  Errors& errors) {
  const PenaltyRule rule(options);
  Term term;
  for (const Frame* frame : batch.frames) term.count += frame->labels.energy ? 1 : 0;
  for (std::size_t k = 0; k < batch.frames.size(); ++k) {
    const Frame& frame = *batch.frames[k];
    if (!frame.labels.energy) continue;
    const double difference = batch.predictions[k].energy - *frame.labels.energy;
    const auto [scale, weight] = extensive_rule(options, frame.size());
    const Penalty p = rule(scale * difference);
    const double per_atom = difference / static_cast<double>(frame.size());
    term.squares += per_atom * per_atom;
    term.penalty += weight * p.value;
    batch.seeds[k].energy += prefactor / term.count * weight * scale * p.slope;
  }
  errors.energy = term.rms();
  return prefactor * term.mean();
}

double add_virial(const LossOptions& options, double prefactor, const Batch& batch,
                  Errors& errors) {
  const PenaltyRule rule(options);
  Term term;
  for (const Frame* frame : batch.frames) term.count += frame->labels.virial ? 9 : 0;
  for (std::size_t k = 0; k < batch.frames.size(); ++k) {
    const Frame& frame = *batch.frames[k];
    if (!frame.labels.virial) continue;
    const auto [scale, weight] = extensive_rule(options, frame.size());
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) {
        const double difference = batch.predictions[k].virial[a][b] - (*frame.labels.virial)[a][b];
        const Penalty p = rule(scale * difference);
        const double per_atom = difference / static_cast<double>(frame.size());
        term.squares += per_atom * per_atom;
        term.penalty += weight * p.value;
        batch.seeds[k].virial[a][b] += prefactor / term.count * weight * scale * p.slope;
      }
  }
  errors.virial = term.rms();
  return prefactor * term.mean();
}

/// Force errors, plain or weighted by atom (`weighted`: the pf term, whose weights are atom_pref).
double add_force(const LossOptions& options, double prefactor, bool weighted, const Batch& batch,
                 double& error) {
  const PenaltyRule rule(options);
  const auto has_labels = [weighted](const Frame& frame) {
    return !frame.labels.forces.empty() && (!weighted || !frame.labels.atom_weights.empty());
  };
  Term term;
  for (const Frame* frame : batch.frames)
    term.count += has_labels(*frame) ? 3 * static_cast<double>(frame->size()) : 0;
  for (std::size_t k = 0; k < batch.frames.size(); ++k) {
    const Frame& frame = *batch.frames[k];
    if (!has_labels(frame)) continue;
    batch.seeds[k].force.resize(frame.size());
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const Vec3& label = frame.labels.forces[i];
      const double scale = options.relative_f ? 1 / (norm(label) + *options.relative_f) : 1.0;
      const double weight = weighted ? frame.labels.atom_weights[i] : 1.0;
      for (std::size_t a = 0; a < 3; ++a) {
        const double x = scale * (batch.predictions[k].force[i][a] - label[a]);
        const Penalty p = rule(x);
        term.squares += weight * x * x;
        term.penalty += weight * p.value;
        batch.seeds[k].force[i][a] += prefactor / term.count * weight * scale * p.slope;
      }
    }
  }
  error = term.rms();
  return prefactor * term.mean();
}

double add_atom_energy(const LossOptions& options, double prefactor, const Batch& batch,
                       Errors& errors) {
  const PenaltyRule rule(options);
  Term term;
  for (const Frame* frame : batch.frames)
    term.count += static_cast<double>(frame->labels.atom_energies.size());
  for (std::size_t k = 0; k < batch.frames.size(); ++k) {
    const std::vector<double>& label = batch.frames[k]->labels.atom_energies;
    if (label.empty()) continue;
    batch.seeds[k].atom_energy.resize(label.size());
    for (std::size_t i = 0; i < label.size(); ++i) {
      const double difference = batch.predictions[k].atom_energy[i] - label[i];
      const Penalty p = rule(difference);
      term.squares += difference * difference;
      term.penalty += p.value;
      batch.seeds[k].atom_energy[i] += prefactor / term.count * p.slope;
    }
  }
  errors.atom_energy = term.rms();
  return prefactor * term.mean();
}

}  // namespace

void LossOptions::validate() const {
  const auto check = [](const Prefactor& p, const char* key) {
    if (!(p.start >= 0) || !(p.limit >= 0) || !std::isfinite(p.start) || !std::isfinite(p.limit))
      throw InputError(fmt::format(
          "loss.start_pref_{0} = {1:g} and loss.limit_pref_{0} = {2:g} must not be negative", key,
          p.start, p.limit));
  };
  check(energy, "e");
  check(force, "f");
  check(virial, "v");
  check(atom_energy, "ae");
  check(weighted_force, "pf");
  if (!energy.used() && !force.used() && !virial.used() && !atom_energy.used() &&
      !weighted_force.used())
    throw InputError("loss: all prefactors are zero, nothing would be trained");
  if (relative_f && !(*relative_f > 0))
    throw InputError(fmt::format("loss.relative_f = {:g} eV/A must be positive", *relative_f));
  if (huber && !(huber_delta > 0))
    throw InputError(fmt::format("loss.huber_delta = {:g} must be positive", huber_delta));
  if (huber && (weighted_force.used() || relative_f))
    throw InputError("loss.use_huber does not go with start_pref_pf or relative_f");
  if (huber && absolute) throw InputError("loss.use_huber does not go with loss_func = mae");
}

Errors evaluate_loss(const LossOptions& options, double rate_ratio,
                     std::span<const Frame* const> frames, std::span<const Result> predictions,
                     std::span<LossSeeds> seeds) {
  for (LossSeeds& seed : seeds) seed = LossSeeds{};
  const Batch batch{frames, predictions, seeds};
  Errors errors;
  double loss = 0;
  if (options.energy.used())
    loss += add_energy(options, options.energy.at(rate_ratio), batch, errors);
  if (options.force.used())
    loss += add_force(options, options.force.at(rate_ratio), false, batch, errors.force);
  if (options.weighted_force.used())
    loss += add_force(options, options.weighted_force.at(rate_ratio), true, batch,
                      errors.weighted_force);
  if (options.virial.used())
    loss += add_virial(options, options.virial.at(rate_ratio), batch, errors);
  if (options.atom_energy.used())
    loss += add_atom_energy(options, options.atom_energy.at(rate_ratio), batch, errors);
  errors.loss = std::sqrt(loss);
  return errors;
}

}  // namespace vitrion::train
