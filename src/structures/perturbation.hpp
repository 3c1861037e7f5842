// Perturbation: strained and rattled copies of a structure, and atoms exchanged with their bonds
// set, all from named random streams.
#pragma once

#include <string>
#include <vector>

#include "base/random.hpp"
#include "structures/frame.hpp"

namespace vitrion::structures {

struct PerturbOptions {
  double strain = 0.03;        ///< largest element of the diagonal; those beside it half of that
  double atoms = 0.01;         ///< A, radius of the ball that atoms move in
  double min_distance = 0.85;  ///< of the shortest pair before; a copy under it is drawn again

  /// @throws InputError naming the option.
  void validate() const;
};

/// h' = h (1 + E) with E symmetric, E_aa ~ U(-strain, strain), E_ab ~ U(-strain/2, strain/2); atoms
/// follow the cell, then move by a vector uniform in a ball. info["strain"] tells E.
/// @throws InputError if a hundred draws leave atoms too near.
[[nodiscard]] Frame perturbed(const Frame& frame, const PerturbOptions& options,
                              RandomStream& random);

/// The shortest distance between two atoms, A; infinite for one atom in no cell.
[[nodiscard]] double shortest_distance(const Frame& frame);

/// `from` becomes `to` at `per_centre` of the `from` atoms that are bound to each atom of
/// `centre`, drawn from `random`; each new atom is set at `bond` A from its centre, along the old
/// bond. Na3PS4 with one S of each P made O (1.53 A) is Na3PS3O.
/// @param reach A; atoms of `from` nearer than this are bound
/// @throws InputError if a centre has fewer bound atoms than asked for.
[[nodiscard]] Frame substituted(const Frame& frame, const std::string& centre,
                                const std::string& from, const std::string& to,
                                std::size_t per_centre, double bond, double reach,
                                RandomStream& random);

}  // namespace vitrion::structures
