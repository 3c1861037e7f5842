// A gate: three anions, and the largest sphere that fits between them.
#pragma once

#include <array>
#include <optional>

#include "base/vec3.hpp"

namespace vitrion::analysis {

struct GateShape {
  /// A, of the largest sphere with its centre in the triangle that overlaps none of the anions:
  /// what passes between them. Negative if they overlap each other there.
  double radius = 0;
  double circumradius = 0;  ///< A, of the triangle of the anions' centres
  double area = 0;          ///< A^2, of that triangle
  Vec3 centre{};            ///< A, of the sphere
  Vec3 normal{};            ///< unit vector
  /// The sphere touches all three anions (the circle of Apollonius, from between them; with equal
  /// radii the circumradius less R). Only then is it the narrowest place of a passage. Else the
  /// triangle is obtuse, the sphere sits on its longest side, and a neighbouring triangle is
  /// narrower.
  bool closed = false;
};

/// Nothing if the centres stand in a line.
[[nodiscard]] std::optional<GateShape> gate_shape(const std::array<Vec3, 3>& centres,
                                                  const std::array<double, 3>& radii);

}  // namespace vitrion::analysis
