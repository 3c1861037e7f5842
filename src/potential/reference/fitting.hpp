// The energy of one atom from its descriptor, and its derivative, as plain loops.
#pragma once

#include <span>
#include <vector>

#include "potential/model.hpp"

namespace vitrion::potential::reference {

/// E_i = net(D) - net(0) where the vacuum is removed + bias_atom_e (all this 0 for types of
/// fitting.exclude_types) + out_bias, in eV; 0 for types of atom_exclude_types.
[[nodiscard]] double atom_energy(const Model& model, int type, std::span<const double> D);

/// dE_i/dD, eV.
[[nodiscard]] std::vector<double> atom_energy_derivative(const Model& model, int type,
                                                         std::span<const double> D);

}  // namespace vitrion::potential::reference
