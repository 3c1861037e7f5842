// Gaussian cube: a scalar field on a grid with its atoms, as VMD and OVITO open it.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "structures/frame.hpp"

namespace vitrion::formats {

/// `value` (n0, n1, n2), the last index fastest, at the points (i/n0, j/n1, k/n2) of the frame's
/// cell. Lengths are written in bohr, values as they are; `title` says what they are.
/// @throws InputError if the frame has no cell, a species that is no element, or the values are not
/// n0 n1 n2.
void write_cube(const std::string& path, const std::string& title, const structures::Frame& frame,
                const std::array<std::size_t, 3>& size, std::span<const double> value);

}  // namespace vitrion::formats
