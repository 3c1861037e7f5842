// Calculation: what an electronic-structure code says of one structure, as read; nothing of it is
// believed yet.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::formats {

/// One structure of an output. Readers fill in what they find and never throw on content; whether
/// it is a label is `defect`'s to say.
struct Calculation {
  std::string engine;   ///< "vasp", "cp2k"
  std::string version;  ///< "6.3.0"

  bool ended = false;     ///< the program wrote that it reached its end
  std::string complaint;  ///< its own words for an error; empty if it had none
  bool converged = false;
  std::string convergence;  ///< the proof, or what is missing: "last step 3e-4 eV, EDIFF 1e-5 eV"
  int scf_steps = 0;

  std::optional<double> energy;   ///< eV, of the cell; the force-consistent free energy
  std::vector<Vec3> forces;       ///< eV/A
  std::optional<Vec3> net_force;  ///< eV/A, of the raw forces, where the program took it off itself
  std::optional<Mat3> virial;     ///< eV, W = -dE/dstrain, positive when compressed

  std::vector<std::string> species;  ///< of each atom
  std::vector<Vec3> positions;       ///< A, as echoed
  std::optional<Mat3> cell;          ///< A, as echoed
  double cell_digit = 1e-4;          ///< A; how well the echo of the cell is known
};

/// Why this is no label: "unconverged", "incomplete" or "engine error", and the cause. Nothing if
/// it has an end, a proof of convergence, an energy, a finite force on each atom and a virial.
struct Defect {
  std::string kind, cause;
};
[[nodiscard]] std::optional<Defect> defect(const Calculation& calculation);

/// vasprun.xml, one calculation per ionic step. A file that is cut gives what is whole in it, not
/// `ended`.
[[nodiscard]] std::vector<Calculation> read_vasprun(const std::string& text);
/// OUTCAR of VASP 5 and 6, one calculation per ionic step that has forces from first principles
/// (blocks of machine-learned forces are passed over).
[[nodiscard]] std::vector<Calculation> read_outcar(std::string_view text);
/// The last run in an output of CP2K 6.1 or later; units are taken from its brackets.
[[nodiscard]] std::vector<Calculation> read_cp2k(std::string_view text);

}  // namespace vitrion::formats
