// Statistics of the training data: normalisation of the environment and energy per species.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "potential/model.hpp"
#include "train/batches.hpp"
#include "train/dataset.hpp"

namespace vitrion::train {

/// davg = [m_r, 0, 0, 0] and dstd = [s_r, s_a, s_a, s_a] of each centre type over all slots, empty
/// ones included: m_r = <R0>, s_r = sqrt(<R0^2> - m_r^2), s_a likewise over the three vector
/// components together. A deviation under `protect` becomes `protect`; a type without data has mean
/// 0 and deviation 0.1. Overwrites descriptor.davg and descriptor.dstd; with set_davg_zero the mean
/// is 0.
void set_environment_statistics(potential::Model& model, const Dataset& data,
                                std::span<const Batch> sample, double protect, ThreadPool& threads);

/// One equation of the energy regression: sum_t counts[t] * e[t] = energy.
struct EnergyEquation {
  std::vector<double> counts;  ///< (types)
  double energy = 0;           ///< eV
};

/// Least squares of minimum norm, as numpy.linalg.lstsq: singular values under rcond times the
/// largest are taken as zero; a negative rcond stands for machine precision times the larger
/// dimension. Types with a value in `fixed` keep it.
[[nodiscard]] std::vector<double> energy_per_type(std::vector<EnergyEquation> equations,
                                                  std::span<const std::optional<double>> fixed,
                                                  double rcond);

/// The equations of the sample's labelled energies; excluded types count as absent.
[[nodiscard]] std::vector<EnergyEquation> energy_equations(const Dataset& data,
                                                           std::span<const Batch> sample,
                                                           std::span<const int> excluded);

}  // namespace vitrion::train
