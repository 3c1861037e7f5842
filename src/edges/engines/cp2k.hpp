// CP2K (Quickstep): open first-principles labels with Gaussian and plane waves.
#pragma once

#include <memory>
#include <string>

#include "edges/engines/kpoints.hpp"
#include "edges/engines/label_engine.hpp"

namespace vitrion::engines {

struct Cp2kSettings {
  std::string command = "cp2k.psmp";  ///< as a shell runs it; not part of what is computed
  double cutoff_Ry = 900;             ///< of the density's grid: the semicore Na needs that much
  double rel_cutoff_Ry = 60;
  std::string basis = "DZVP-MOLOPT-SR-GTH";
  std::string potential = "GTH-PBE";
  double smearing_eV = 0.1;          ///< Fermi
  std::string dispersion = "D3(0)";  ///< or "none"
  KPointRule kpoints;
  int maxiter = 80;  ///< self-consistency iterations

  /// @throws InputError that names the setting, its value and the rule.
  void validate() const;
};

/// One run a frame: PBE by diagonalisation with Broyden mixing and Fermi smearing (orbital
/// transformation does not converge on hot melts). Spin is polarised for pure oxygen and for an odd
/// number of electrons, for which CP2K asks. The second recipe mixes less and takes its time.
[[nodiscard]] std::unique_ptr<LabelEngine> cp2k_engine(const Cp2kSettings& settings);

}  // namespace vitrion::engines
