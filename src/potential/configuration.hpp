// What a potential is evaluated on, and what it returns: the contract of reference, engine and
// LAMMPS.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::potential {

/// Atoms and their neighbours; the arrays are borrowed. A atoms of which the first N are centres;
/// the rest (ghosts of another rank or image) only receive forces. For a periodic frame A = N and
/// the neighbour is named by its owner. Types are the model's; -1 is a virtual atom: no centre, no
/// neighbour. Entries beyond the cutoff are allowed and skipped.
struct Configuration {
  std::span<const int> types;          ///< (A)
  std::span<const std::size_t> first;  ///< (N+1) rows of the neighbour list
  std::span<const int> index;          ///< (M) in [0, A)
  std::span<const Vec3> displacement;  ///< (M) r_j - r_i in A

  [[nodiscard]] std::size_t centres() const { return first.empty() ? 0 : first.size() - 1; }
  [[nodiscard]] std::size_t atoms() const { return types.size(); }
};

struct Result {
  double energy = 0;                ///< eV, sum over the centres
  std::vector<double> atom_energy;  ///< (N) eV
  std::vector<Vec3> force;          ///< (A) eV/A
  Mat3 virial{};                    ///< eV, W = -dE/dstrain
  /// (A) eV; terms of the pairs in which the atom is the neighbour. Empty unless asked for.
  std::vector<Mat3> atom_virial;
  /// Largest number of neighbours of each type that any centre had: above sel, the farthest were
  /// dropped.
  std::vector<int> most_neighbours;
};

}  // namespace vitrion::potential
