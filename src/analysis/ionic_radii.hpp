// Ionic radii: how much room an ion takes, for gates, voids and bonds between ions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::analysis {

/// Effective ionic radius in A (Shannon 1976, 10.1107/S0567739476001551): of the usual ion, with
/// six neighbours; of B, Si, P and Ge with the four that they have in a network. Nothing for an
/// element that is not in the table.
[[nodiscard]] std::optional<double> ionic_radius(std::string_view symbol);

/// O, S, Se, Te, F, Cl, Br, I.
[[nodiscard]] bool is_anion(std::string_view symbol);

/// The anions among the species that have atoms, in the order of the species.
[[nodiscard]] std::vector<std::string> anions_of(const structures::Species& species);

/// The longest distance at which a cation holds an anion, A: 1.3 times the sum of the radii, which
/// is where g(r) of Na-S and Na-O has its first minimum. @throws InputError without a radius.
[[nodiscard]] double longest_ionic_bond(const std::string& cation, const std::string& anion);

}  // namespace vitrion::analysis
