// Composition: how many of which building units make a glass of a given size, exactly; and what is
// near.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "glass/formula.hpp"

namespace vitrion::glass {

/// What a glass is made of. Units are salts ("Na2S", "P2S5", "P2O5") or ions, of which one may be a
/// family
/// ("Na", "PS{4-k}O{k}": k of its anions are exchanged, each site alike).
struct Recipe {
  Formula formula;             ///< per formula unit, in x: Na3PS{4-x}O{x}
  std::vector<Formula> units;  ///< in k

  /// @throws InputError naming the text and the rule.
  static Recipe parse(const std::string& formula, const std::vector<std::string>& units);
};

struct UnitCount {
  Formula unit;
  std::size_t count = 0;
  std::size_t exchanged = 0;  ///< families: sum of k over all units
};

/// A glass that can be built.
struct Composition {
  double x = 0;
  std::size_t formula_units = 0;
  std::size_t atoms = 0;
  std::vector<UnitCount> units;
  std::map<std::string, std::size_t> elements;

  /// "48 Na2S + 12 P2S5 + 4 P2O5".
  [[nodiscard]] std::string description() const;
};

/// All compositions of n formula units, by rising x. With n P2X5 of which k are P2O5 that is x =
/// 5k/(2n).
[[nodiscard]] std::vector<Composition> reachable(const Recipe& recipe, std::size_t formula_units);

/// The composition with exactly `x` and `atoms`. `round` takes the nearest instead: of the sizes
/// nearest to `atoms`, the one whose x is nearest.
/// @throws InputError where it cannot be built, naming the nearest x and the nearest size.
[[nodiscard]] Composition compose(const Recipe& recipe, double x, std::size_t atoms, bool round);

}  // namespace vitrion::glass
