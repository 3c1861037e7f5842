// What every writer asks of a frame before a byte is written.
#pragma once

#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::formats {

/// At least one atom, arrays of matching length, finite numbers, no virtual atoms, names that are
/// words.
/// @throws InputError naming what is wrong; `virtual_atoms` allows species -1.
void check_writable(const structures::Frame& frame, bool virtual_atoms = false);

/// The frame's species in the order of `elements`, or as they are if that is empty.
/// @throws InputError for a species that `elements` lacks.
[[nodiscard]] structures::Species ordered_species(const structures::Frame& frame,
                                                  const std::vector<std::string>& elements);

}  // namespace vitrion::formats
