// Motifs: what of its bonding makes a structure worth a label beside others, for glasses of network
// formers and their anions.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::learn {

/// Counts over one frame. Formers are B, Al, Si, P, Ge, As, Sb, Sn; anions N, O, F, S, Cl, Se, Br,
/// Te, I. Two atoms are bound when nearer than 1.25 times the sum of their covalent radii (Cordero
/// 2008, DOI 10.1039/b801115j).
struct Motifs {
  std::size_t formers = 0, anions = 0;
  std::size_t former_bonds = 0;  ///< former-former, P-P in P2S6
  std::size_t anion_bonds = 0;   ///< anion-anion, S-S
  std::size_t bridges = 0;       ///< anions bound to two formers or more, as in P2X7
  std::size_t shared_edges = 0;  ///< pairs of formers that share two anions or more
  std::size_t free_anions = 0;   ///< bound to no former and no anion
  std::size_t under = 0;         ///< formers with fewer than four neighbours, formers and anions
  std::size_t over = 0;          ///< with more

  static constexpr std::array<std::string_view, 7> names = {
      "former bond", "anion bond", "bridge", "shared edge", "free anion", "under", "over"};
  /// How many of each, in the order of `names`.
  [[nodiscard]] std::array<std::size_t, 7> counts() const;
  /// Of each: per former, anions' own (anion bond, bridge, free anion) per anion; 0 where there are
  /// none.
  [[nodiscard]] std::array<double, 7> shares() const;
  Motifs& operator+=(const Motifs& other);
};

[[nodiscard]] Motifs motifs_of(const structures::Frame& frame);

}  // namespace vitrion::learn
