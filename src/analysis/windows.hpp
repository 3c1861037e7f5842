// The windows of a structure: where an ion could pass between three anions.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "analysis/gate.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

struct Window {
  std::array<std::size_t, 3> anions;  ///< rising
  std::array<Vec3, 3> corners;        ///< A, images that are near each other
  GateShape shape;
};

/// All windows whose anions are at most `longest` (A) apart: triangles whose touching sphere has
/// its centre inside the triangle and no fourth anion in it. These are the saddles of the distance
/// to the anions, so each passage between two voids has one where it is narrowest. With equal radii
/// they are the faces of Delaunay's tetrahedra that contain the centres of their own circumscribed
/// spheres; with unequal radii the touching sphere takes the place of the circumscribed one.
/// Four anions on one circle make four windows of one size.
/// @throws InputError if the cell is narrower than twice `longest`.
[[nodiscard]] std::vector<Window> find_windows(const structures::Cell& cell,
                                               std::span<const Vec3> positions,
                                               std::span<const double> radii, double longest);

}  // namespace vitrion::analysis
