// The training loss of DeePMD-kit for energies, forces and virials, and its derivative by the
// predictions.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "potential/configuration.hpp"
#include "potential/gradient.hpp"
#include "structures/frame.hpp"

namespace vitrion::train {

/// Weight of a term: limit + (start - limit) * lr(t) / start_lr.
struct Prefactor {
  double start = 0;
  double limit = 0;

  [[nodiscard]] bool used() const { return start != 0 || limit != 0; }
  [[nodiscard]] double at(double rate_ratio) const { return limit + (start - limit) * rate_ratio; }
};

struct LossOptions {
  Prefactor energy{0.02, 1};
  Prefactor force{1000, 1};
  Prefactor virial{};
  Prefactor atom_energy{};
  Prefactor weighted_force{};        ///< pf: squared force error times the frame's atom_weights
  std::optional<double> relative_f;  ///< eV/A: the force error is divided by |F| + relative_f
  bool intensive = false;            ///< energy and virial terms divided by N^2 instead of N
  bool huber = false;
  double huber_delta = 0.01;  ///< eV per atom, eV/A
  bool absolute = false;      ///< mean absolute instead of mean squared errors

  /// @throws InputError naming the key of input.json and the rule.
  void validate() const;
};

/// Errors of one batch; NaN where the term is not used or the labels are absent.
struct Errors {
  static constexpr double none = std::numeric_limits<double>::quiet_NaN();
  double loss = none;            ///< square root of the whole loss (the `rmse` column)
  double energy = none;          ///< eV per atom
  double force = none;           ///< eV/A
  double virial = none;          ///< eV per atom
  double atom_energy = none;     ///< eV
  double weighted_force = none;  ///< eV/A
};

/// Fills `seeds` (one per frame) with dL/d(prediction) and returns the errors. Absent labels give
/// no term. `rate_ratio` = lr(t) / start_lr.
[[nodiscard]] Errors evaluate_loss(const LossOptions& options, double rate_ratio,
                                   std::span<const structures::Frame* const> frames,
                                   std::span<const potential::Result> predictions,
                                   std::span<potential::LossSeeds> seeds);

}  // namespace vitrion::train
