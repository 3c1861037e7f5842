// Elements: atomic numbers and standard masses by symbol.
#pragma once

#include <optional>
#include <string_view>

namespace vitrion::structures {

/// Z of a symbol such as "Na"; nothing if it is no element.
[[nodiscard]] std::optional<int> atomic_number(std::string_view symbol);
/// Symbol of Z in [1, 118].
[[nodiscard]] std::string_view symbol_of(int atomic_number);
/// Conventional standard atomic weight in amu (IUPAC 2021, abridged); nothing if the element has
/// none.
[[nodiscard]] std::optional<double> standard_mass(std::string_view symbol);

}  // namespace vitrion::structures
