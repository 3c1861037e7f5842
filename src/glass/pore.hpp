// A pore: whole structural units are taken out of a sphere, so that what stays has the glass's
// exact composition.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::glass {

struct PoreOptions {
  double diameter = 14;        ///< A; the paper's sphere (Luo et al., 10.1039/D4TA05071A)
  Vec3 centre{0.5, 0.5, 0.5};  ///< fractional
  std::string former = "P";    ///< element at the centre of a unit
  std::map<std::string, double> longest_bond = {{"P", 2.6}, {"S", 2.6}, {"O", 2.0}};  ///< A
  /// Take the nearest number of each anion where no number of formula units near the sphere's has
  /// whole ones: x then changes a little.
  bool round = false;
};

struct Pore {
  structures::Frame frame;                     ///< what stays, in its order
  std::size_t formula_units = 0;               ///< taken out; one `former` each
  std::map<std::string, std::size_t> removed;  ///< atoms by element
  double volume_share = 0;                     ///< of the sphere in the cell
  double x_shift = 0;  ///< largest change of an element's number per former; 0 where it is exact
};

/// Takes out as many formula units as lie in the sphere by their atoms: clusters of formers with
/// all anions bonded to them (PS4, P2S7, ...) as wholes, those nearest to the centre that together
/// hold the right numbers, then the nearest free anions and cations. No unit is ever broken.
/// @throws InputError for a sphere that does not fit into the cell or holds no unit, an element
/// without a rule, and a composition of which no near number of units is whole (naming the numbers
/// that are).
[[nodiscard]] Pore carve_pore(const structures::Frame& frame, const PoreOptions& options);

}  // namespace vitrion::glass
