// VASP: first-principles labels with the user's own program and potentials.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "edges/engines/kpoints.hpp"
#include "edges/engines/label_engine.hpp"

namespace vitrion::engines {

struct VaspSettings {
  std::string command = "vasp_std";           ///< as a shell runs it; not part of what is computed
  std::map<std::string, std::string> potcar;  ///< element -> its POTCAR
  double cutoff_eV = 600;  ///< ENCUT; 1.3 times ENMAX or more, or the stress is not to be trusted
  double smearing_eV = 0.05;         ///< SIGMA, Gaussian
  std::string dispersion = "D3(0)";  ///< or "none"
  KPointRule kpoints;
  int nelm = 120;                            ///< electronic steps
  std::map<std::string, std::string> incar;  ///< tags that are added, or replace ours

  /// @throws InputError that names the setting, its value and the rule.
  void validate() const;
};

/// A static calculation a frame: INCAR, KPOINTS, POSCAR and a POTCAR put together by element. Spin
/// is polarised only for pure oxygen. The potentials belong to the level: their text is hashed into
/// it. The second recipe (ALGO = All, three times the steps) is for frames on which the first did
/// not converge.
/// @throws InputError for a POTCAR that is missing or of another element.
[[nodiscard]] std::unique_ptr<LabelEngine> vasp_engine(const VaspSettings& settings);

}  // namespace vitrion::engines
