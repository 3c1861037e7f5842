// Crystal prototypes of Na-P-S-O: a space group, a cell and the sites of the asymmetric unit,
// expanded by the group's operations.
#pragma once

#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::structures {

struct Site {
  std::string element;
  Vec3 fractional;
};

/// Settings of the International Tables (origin 2 where there are two), hexagonal axes for
/// trigonal and hexagonal groups.
struct Prototype {
  std::string name;   ///< "na3ps4_tetragonal"
  std::string group;  ///< Hermann-Mauguin: "P -4 21 c"
  Vec3 lengths;       ///< A
  Vec3 angles;        ///< degrees
  std::vector<Site> sites;
  std::string source;      ///< where the numbers come from
  bool elemental = false;  ///< an element or a gas, none of the compounds
};

[[nodiscard]] const std::vector<Prototype>& prototypes();
/// The prototype of this name. @throws InputError with the nearest known name.
[[nodiscard]] const Prototype& prototype(const std::string& name);

/// The conventional cell with all its atoms; info["parent"] is the name. Molecules of O2 get the
/// length of the free one, 1.21 A (the cell's own, from diffraction of librating molecules, is
/// longer).
/// @throws InputError for an unknown group or sites that fall onto each other.
[[nodiscard]] Frame expand(const Prototype& prototype);

/// na x nb x nc copies of the cell.
[[nodiscard]] Frame supercell(const Frame& frame, const std::array<std::size_t, 3>& copies);
/// Lengths times `factor`, fractional coordinates kept.
[[nodiscard]] Frame scaled(const Frame& frame, double factor);

}  // namespace vitrion::structures
