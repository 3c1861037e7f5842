// Relaxation: atoms and cell to a minimum of the enthalpy, by FIRE.
#pragma once

#include <cstddef>
#include <functional>

#include "structures/frame.hpp"

namespace vitrion::md {

struct CellRelaxOptions {
  double force = 0.01;       ///< eV/A, largest force on an atom at the end
  double stress = 0.05;      ///< GPa, largest element of the stress that is left
  double pressure = 0;       ///< GPa, from outside
  bool cell = true;          ///< false: the cell stays
  std::size_t steps = 1000;  ///< evaluations at most

  /// @throws InputError naming the option.
  void validate() const;
};

struct CellRelaxed {
  structures::Frame frame;  ///< with its labels
  bool converged = false;
  std::size_t steps = 0;
  double force = 0;   ///< eV/A, the largest left
  double stress = 0;  ///< GPa, the largest left; 0 if the cell stays
};

/// Fast inertial relaxation (Bitzek et al. 2006, DOI 10.1103/PhysRevLett.97.170201) of the atoms
/// and of a deformation gradient D with h = h0 D and r = u D, the two moving together: the force on
/// u is f D^T, that on D is D^-T (W - P V), weighted by the number of atoms.
/// @param evaluate sets energy, forces and virial of the frame it is given
/// @param seen is told step, largest force (eV/A) and stress (GPa); may be empty
/// @throws Error if a number is not finite.
[[nodiscard]] CellRelaxed relax_cell(
    structures::Frame frame, const std::function<void(structures::Frame&)>& evaluate,
    const CellRelaxOptions& options,
    const std::function<void(std::size_t, double, double)>& seen = {});

}  // namespace vitrion::md
