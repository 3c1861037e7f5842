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

/// A place in the plane and the largest sphere about it.
struct Place {
  double x = 0;
  double y = 0;
  double radius = 0;
};

/// The three circles in their plane: the first at the origin, the second on the x axis.
struct Circles {
  std::array<double, 3> x{};
  std::array<double, 3> y{};
  std::array<double, 3> R{};

  [[nodiscard]] double room(double px, double py) const {
    double least = std::hypot(px - x[0], py - y[0]) - R[0];
    for (std::size_t k = 1; k < 3; ++k)
      least = std::min(least, std::hypot(px - x[k], py - y[k]) - R[k]);
    return least;
  }
};

/// The circle that touches all three from between them, |c - c_i| = r + R_i, if its centre lies in
/// the triangle or on its edge.
std::optional<Place> touching_circle(const Circles& c) {
  constexpr double on_edge = -1e-6;
  // Differences of the three equations are linear: x = xa + xb r, y = ya + yb r.
  const double x1 = c.x[1];
  const double x2 = c.x[2];
  const double y2 = c.y[2];
  const double R0 = c.R[0];
  const double k1 = (x1 * x1 - c.R[1] * c.R[1] + R0 * R0) / 2;
  const double k2 = (x2 * x2 + y2 * y2 - c.R[2] * c.R[2] + R0 * R0) / 2;
  const double xa = k1 / x1;
  const double xb = (R0 - c.R[1]) / x1;
  const double ya = (k2 - x2 * xa) / y2;
  const double yb = (R0 - c.R[2] - x2 * xb) / y2;
  const std::optional<double> r =
      root_over(xb * xb + yb * yb - 1, xa * xb + ya * yb - R0, xa * xa + ya * ya - R0 * R0,
                -std::min({c.R[0], c.R[1], c.R[2]}));
  if (!r) return std::nullopt;
  const Place p{xa + xb * *r, ya + yb * *r, *r};
  const double w2 = p.y / y2;
  const double w1 = (p.x - w2 * x2) / x1;
  if (w1 < on_edge || w2 < on_edge || 1 - w1 - w2 < on_edge) return std::nullopt;
  return p;
}

/// The place on a side with the most room: it is half way between the circles of its ends, or
/// between that of an end and the third.
Place best_on_sides(const Circles& c) {
  std::optional<Place> best;
  for (std::size_t i = 0; i < 3; ++i)
    for (const std::size_t j : {(i + 1) % 3, (i + 2) % 3}) {
      const std::size_t k = 3 - i - j;
      const double length = std::hypot(c.x[j] - c.x[i], c.y[j] - c.y[i]);
      const double ex = (c.x[j] - c.x[i]) / length;
      const double ey = (c.y[j] - c.y[i]) / length;
      const double dx = c.x[k] - c.x[i];
      const double dy = c.y[k] - c.y[i];
      const double wider = c.R[k] - c.R[i];
      const double twice = 2 * (dx * ex + dy * ey + wider);
      const double ends = (length + c.R[i] - c.R[j]) / 2;
      const double third = twice > 0 ? (dx * dx + dy * dy - wider * wider) / twice : ends;
      for (const double s : {ends, third}) {
        const double at = std::clamp(s, 0.0, length);
        const double x = c.x[i] + at * ex;
        const double y = c.y[i] + at * ey;
        if (const double room = c.room(x, y); !best || room > best->radius) best = {x, y, room};
      }
    }
  return *best;
}

}  // namespace

std::optional<GateShape> gate_shape(const std::array<Vec3, 3>& centres,
                                    const std::array<double, 3>& radii) {
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
  const Circles circles{{0, u_length, dot(v, e)}, {0, 0, dot(v, g)}, radii};
  const std::optional<Place> touching = touching_circle(circles);
  shape.closed = touching.has_value();
  const Place place = touching ? *touching : best_on_sides(circles);
  shape.radius = place.radius;
  shape.centre = centres[0] + place.x * e + place.y * g;
  return shape;
}

}  // namespace vitrion::analysis
