// Frame: one configuration of atoms, with the labels and the provenance that it may carry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/vec3.hpp"
#include "structures/cell.hpp"

namespace vitrion::structures {

/// Names of the species and the species of each atom. An index of -1 is a virtual atom (padding).
struct Species {
  std::vector<std::string> names;
  std::vector<int> of_atom;

  [[nodiscard]] std::size_t size() const { return of_atom.size(); }
  [[nodiscard]] const std::string& name(std::size_t atom) const {
    return names[static_cast<std::size_t>(of_atom[atom])];
  }
  /// Index of a name, -1 if absent.
  [[nodiscard]] int find(const std::string& name) const;
  /// The same atoms with indices into `target`.
  /// @throws InputError naming the element that `target` lacks.
  [[nodiscard]] Species mapped_to(const std::vector<std::string>& target) const;
  /// Atoms of each species, in the order of names.
  [[nodiscard]] std::vector<int> counts() const;
};

/// What a calculation says of a frame; each part may be absent.
struct Labels {
  std::optional<double> energy;       ///< eV, of the whole cell; the force-consistent free energy
  std::vector<Vec3> forces;           ///< eV/A, one per atom, or empty
  std::optional<Mat3> virial;         ///< eV, W = -dE/dstrain, positive when compressed
  std::vector<double> atom_energies;  ///< eV, one per atom, or empty
  std::vector<double> atom_weights;   ///< force prefactor per atom (DeePMD's atom_pref), or empty
};

/// Provenance: level, engine, settings_hash, parent, ... as text, in the order of the keys.
using Info = std::map<std::string, std::string>;

struct Frame {
  std::optional<Cell> cell;  ///< absent: open boundaries
  Species species;
  std::vector<Vec3> positions;   ///< A, Cartesian, wrapped or not
  std::vector<Vec3> velocities;  ///< A/ps, or empty
  Labels labels;
  Info info;

  [[nodiscard]] std::size_t size() const { return positions.size(); }
};

/// "Na24 P8 S32" in the order of names.
[[nodiscard]] std::string formula(const Species& species);
/// g/cm^3. @throws InputError for an open frame or a species that is no element.
[[nodiscard]] double density(const Frame& frame);

}  // namespace vitrion::structures
