#include "structures/cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numbers>

#include "base/error.hpp"

namespace vitrion::structures {

namespace {

std::string text(const Mat3& m) {
  return fmt::format("[{:g} {:g} {:g}; {:g} {:g} {:g}; {:g} {:g} {:g}]", m[0][0], m[0][1], m[0][2],
                     m[1][0], m[1][1], m[1][2], m[2][0], m[2][1], m[2][2]);
}

constexpr double degree = std::numbers::pi / 180;

}  // namespace

Cell::Cell(const Mat3& rows) : rows_(rows), inverse_{}, volume_(determinant(rows)) {
  for (const Vec3& row : rows)
    for (const double x : row)
      if (!std::isfinite(x))
        throw InputError(fmt::format("cell {} has a number that is not finite", text(rows)));
  const Vec3 l = lengths();
  const double longest = std::max({l[0], l[1], l[2]});
  // Volume over the product of lengths is 1 for a box and 0 for a plane; 1e-6 is flatter than any
  // crystal.
  if (!(std::abs(volume_) > 1e-6 * l[0] * l[1] * l[2]) || longest == 0)
    throw InputError(fmt::format(
        "cell {} is flat: its volume is {:g} A^3, but three independent vectors are needed",
        text(rows), volume_));
  if (volume_ < 0)
    throw InputError(
        fmt::format("cell {} is left-handed: its determinant is {:g}, but must be positive; "
                    "exchange two vectors "
                    "(and the fractional coordinates with them)",
                    text(rows), volume_));
  inverse_ = inverse(rows);
}

Cell Cell::from_lengths_angles(const Vec3& lengths, const Vec3& angles) {
  const double ca = std::cos(angles[0] * degree);
  const double cb = std::cos(angles[1] * degree);
  const double cg = std::cos(angles[2] * degree);
  const double sg = std::sin(angles[2] * degree);
  const double cy = (ca - cb * cg) / sg;
  const double cz2 = 1 - cb * cb - cy * cy;
  if (!(cz2 > 0))
    throw InputError(fmt::format("angles {:g} {:g} {:g} degrees do not span a cell", angles[0],
                                 angles[1], angles[2]));
  return Cell({{{lengths[0], 0, 0},
                {lengths[1] * cg, lengths[1] * sg, 0},
                {lengths[2] * cb, lengths[2] * cy, lengths[2] * std::sqrt(cz2)}}});
}

Vec3 Cell::heights() const {
  Vec3 h{};
  for (std::size_t k = 0; k < 3; ++k)
    h[k] = volume_ / norm(cross(rows_[(k + 1) % 3], rows_[(k + 2) % 3]));
  return h;
}

Vec3 Cell::lengths() const {
  return {norm(rows_[0]), norm(rows_[1]), norm(rows_[2])};
}

Vec3 Cell::angles() const {
  Vec3 result{};
  for (std::size_t k = 0; k < 3; ++k) {
    const Vec3& u = rows_[(k + 1) % 3];
    const Vec3& v = rows_[(k + 2) % 3];
    result[k] = std::acos(std::clamp(dot(u, v) / (norm(u) * norm(v)), -1.0, 1.0)) / degree;
  }
  return result;
}

Vec3 Cell::wrapped(const Vec3& r) const {
  Fractional f = fractional(r);
  for (double& x : f.s) {
    x -= std::floor(x);
    if (x >= 1) x = 0;  // -1e-17 rounds to exactly 1
  }
  return cartesian(f);
}

Vec3 Cell::minimum_image(const Vec3& d) const {
  Fractional f = fractional(d);
  for (double& x : f.s) x -= std::round(x);
  const Vec3 start = cartesian(f);
  Vec3 best = start;
  for (int i = -1; i <= 1; ++i)
    for (int j = -1; j <= 1; ++j)
      for (int k = -1; k <= 1; ++k) {
        const Vec3 image = start + Vec3{double(i), double(j), double(k)} * rows_;
        if (norm2(image) < norm2(best)) best = image;
      }
  return best;
}

Cell Cell::deformed(const Mat3& strain) const {
  return Cell(rows_ * (identity3() + strain));
}

}  // namespace vitrion::structures
