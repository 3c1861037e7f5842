#include "edges/formats/lammps/box.hpp"

#include <algorithm>

namespace vitrion::formats {

Bounds bounds_of(const LammpsBox& box) {
  const auto [xmin, xmax] = std::minmax({0.0, box.xy, box.xz, box.xy + box.xz});
  const auto [ymin, ymax] = std::minmax({0.0, box.yz});
  const Vec3 hi = box.lo + box.length;
  return {{box.lo[0] + xmin, box.lo[1] + ymin, box.lo[2]}, {hi[0] + xmax, hi[1] + ymax, hi[2]}};
}

LammpsBox box_of(const Bounds& bounds, double xy, double xz, double yz) {
  const auto [xmin, xmax] = std::minmax({0.0, xy, xz, xy + xz});
  const auto [ymin, ymax] = std::minmax({0.0, yz});
  const Vec3 lo = bounds.lo - Vec3{xmin, ymin, 0};
  return {lo, bounds.hi - Vec3{xmax, ymax, 0} - lo, xy, xz, yz};
}

RestrictedCell restricted(const structures::Cell& cell) {
  RestrictedCell result;
  Mat3 m = cell.rows();
  const bool lower = m[0][1] == 0 && m[0][2] == 0 && m[1][2] == 0 && m[0][0] > 0 && m[1][1] > 0;
  if (!lower) {
    const Vec3 e1 = (1 / norm(m[0])) * m[0];
    const Vec3 normal = cross(m[0], m[1]);
    const Vec3 e3 = (1 / norm(normal)) * normal;
    result.rotation = transpose({e1, cross(e3, e1), e3});
    result.turned = true;
    m = m * result.rotation;
  }
  const auto shorten = [&](std::size_t row, std::size_t by) {
    const double times = m[row][by] / m[by][by];
    if (std::abs(times) <= 0.5) return;
    m[row] -= std::round(times) * m[by];
    result.reduced = true;
  };
  shorten(2, 1);
  shorten(2, 0);
  shorten(1, 0);
  result.box = {{}, {m[0][0], m[1][1], m[2][2]}, m[1][0], m[2][0], m[2][1]};
  return result;
}

}  // namespace vitrion::formats
