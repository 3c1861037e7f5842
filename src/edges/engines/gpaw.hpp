// GPAW (plane waves) with D3: first-principles labels, the open default.
#pragma once

#include <string>

#include "edges/engines/worker_engine.hpp"

namespace vitrion::engines {

struct GpawSettings {
  double cutoff_eV = 600;  ///< plane waves; GPAW's semicore Na needs more than VASP's 400 eV
  std::string xc = "PBE";
  double smearing_eV = 0.1;          ///< Fermi
  std::string dispersion = "D3(0)";  ///< or "none"
  /// "auto": the mean-value point (1/4,1/4,1/4) for disordered cells whose heights all exceed 8.5
  /// A, the spacing grid else; "spacing"; "mean-value"; or three numbers such as "2 2 1". Never
  /// Gamma alone.
  std::string kpoints = "auto";
  double spacing = 0.5;  ///< 1/A, of the reciprocal lattice with its factor 2 pi
  int maxiter = 120;     ///< self-consistency iterations before a frame is unconverged

  /// @throws InputError that names the setting, its value and the rule.
  void validate() const;
};

/// Spin is polarised only for pure oxygen (O2 is a triplet). The stress gets the Pulay constants
/// per species that were measured at 600 eV with PBE (eV on each diagonal element of W); at another
/// cutoff none are known and none are added.
[[nodiscard]] WorkerEngine gpaw_engine(const GpawSettings& settings);

}  // namespace vitrion::engines
