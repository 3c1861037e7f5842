// Packing: the molecules that are put into a box at random to start a melt.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "base/vec3.hpp"
#include "glass/composition.hpp"

namespace vitrion::glass {

struct Molecule {
  std::string name;  ///< "PS3O"
  std::vector<std::string> species;
  std::vector<Vec3> positions;  ///< A, around its centre
};

/// The geometry of a unit: a lone ion, a tetrahedron (PX4), a bridged pair (P2X5) or a bent salt
/// (Na2X). `k` anions of a family are the exchanged ones.
/// @throws InputError naming the unit and the shapes that are known.
[[nodiscard]] Molecule molecule_of(const Formula& unit, std::size_t k = 0);

/// Molecules and a cubic box.
struct PackingPlan {
  struct Part {
    Molecule molecule;
    std::size_t count = 0;
  };
  std::vector<Part> parts;
  double length = 0;       ///< A, of the box
  double tolerance = 2.0;  ///< A, least distance of atoms of different molecules
  std::uint64_t seed = 1;  ///< of the packing program
};

/// Mass of a composition in amu.
[[nodiscard]] double mass_of(const Composition& composition);
/// The density (g/cm3) of a composition in a cubic box of `length` A.
/// @throws InputError for a length that is not positive.
[[nodiscard]] double density_in_box(const Composition& composition, double length);

/// The box has the composition's mass at `density` (g/cm3). The exchanged anions of a family are
/// put on its sites at random, each site alike.
[[nodiscard]] PackingPlan plan_packing(const Composition& composition, double density,
                                       RandomStream& random);

}  // namespace vitrion::glass
