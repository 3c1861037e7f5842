#include "analysis/gate.hpp"

#include <algorithm>
#include <cmath>

namespace vitrion::analysis {

namespace {

constexpr double flat = 1e-6;  // of the product of two sides

/// The smallest root of a r^2 + 2 b r + c = 0 that is over `least`.
std::optional<double> root_over(double a, double b, double c, double least) {
  std::array<double, 2> roots{};
  if (std::abs(a) < 1e-12) {
    if (std::abs(b) < 1e-12) return std::nullopt;
    roots = {-c / (2 * b), -c / (2 * b)};
  } else {
    const double square = b * b - a * c;
    if (square < 0) return std::nullopt;
    const double root = std::sqrt(square);
    roots = {(-b - root) / a, (-b + root) / a};
    std::sort(roots.begin(), roots.end());
  }
  for (const double r : roots)
    if (r > least) return r;
  return std::nullopt;
}

}  // namespace

std::optional<GateShape> gate_shape(const std::array<Vec3, 3>& centres,
                                    const std::array<double, 3>& radii) {
  // Coordinates in the plane, from the first centre: e along the first side, g across it.
  const Vec3 u = centres[1] - centres[0];
  const Vec3 v = centres[2] - centres[0];
  const Vec3 n = cross(u, v);
  const double u_length = norm(u);
  const double twice_area = norm(n);
  if (!(twice_area > flat * u_length * norm(v))) return std::nullopt;
  GateShape shape;
  shape.area = twice_area / 2;
  shape.normal = (1 / twice_area) * n;
  shape.circumradius = u_length * norm(v) * norm(v - u) / (2 * twice_area);
  const Vec3 e = (1 / u_length) * u;
  const Vec3 g = cross(shape.normal, e);
  const double x1 = u_length;
  const double x2 = dot(v, e);
  const double y2 = dot(v, g);

  // Differences of the three equations are linear: x = xa + xb r, y = ya + yb r.
  const double R0 = radii[0];
  const double k1 = (x1 * x1 - radii[1] * radii[1] + R0 * R0) / 2;
  const double k2 = (x2 * x2 + y2 * y2 - radii[2] * radii[2] + R0 * R0) / 2;
  const double m1 = R0 - radii[1];
  const double m2 = R0 - radii[2];
  const double xa = k1 / x1;
  const double xb = m1 / x1;
  const double ya = (k2 - x2 * xa) / y2;
  const double yb = (m2 - x2 * xb) / y2;
  const std::optional<double> r =
      root_over(xb * xb + yb * yb - 1, xa * xb + ya * yb - R0, xa * xa + ya * ya - R0 * R0,
                -std::min({radii[0], radii[1], radii[2]}));
  if (!r) return std::nullopt;
  shape.radius = *r;
  const double x = xa + xb * *r;
  const double y = ya + yb * *r;
  shape.centre = centres[0] + x * e + y * g;
  shape.weights[2] = y / y2;
  shape.weights[1] = (x - shape.weights[2] * x2) / x1;
  shape.weights[0] = 1 - shape.weights[1] - shape.weights[2];
  return shape;
}

}  // namespace vitrion::analysis
