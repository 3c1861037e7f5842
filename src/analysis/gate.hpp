// A gate: three anions, and the largest sphere that fits between them.
#pragma once

#include <array>
#include <optional>

#include "base/vec3.hpp"

namespace vitrion::analysis {

struct GateShape {
  /// A, of the sphere that touches the three anions with its centre in their plane: what passes
  /// between them. Negative if the anions overlap there.
  double radius = 0;
  double circumradius = 0;  ///< A, of the triangle of the anions' centres
  double area = 0;          ///< A^2, of that triangle
  Vec3 centre{};            ///< A, of the touching sphere
  Vec3 normal{};            ///< unit vector
  Vec3 weights{};           ///< barycentric coordinates of the centre
  /// The centre lies in the triangle (or on its edge): only then is it the narrowest place of a
  /// passage; else a neighbouring triangle is narrower.
  [[nodiscard]] bool closed() const {
    constexpr double on_edge = -1e-6;
    return weights[0] > on_edge && weights[1] > on_edge && weights[2] > on_edge;
  }
};

/// The circle that touches three circles from between them (Apollonius): |c - c_i| = radius + R_i.
/// With equal radii it is the circumradius less R. Nothing if the centres stand in a line or no
/// such circle exists.
[[nodiscard]] std::optional<GateShape> gate_shape(const std::array<Vec3, 3>& centres,
                                                  const std::array<double, 3>& radii);

}  // namespace vitrion::analysis
