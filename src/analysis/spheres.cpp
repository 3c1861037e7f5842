#include "analysis/spheres.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>

namespace vitrion::analysis {

namespace {

int floor_divide(int a, int b) {
  return a >= 0 ? a / b : -((b - 1 - a) / b);
}

}  // namespace

PeriodicSpheres::PeriodicSpheres(const structures::Cell& cell, std::span<const Vec3> centres,
                                 std::span<const double> radii)
    : cell_(cell) {
  const double spacing = std::cbrt(cell.volume() / static_cast<double>(centres.size()));
  const Vec3 heights = cell.heights();
  bin_height_ = std::numeric_limits<double>::infinity();
  for (std::size_t k = 0; k < 3; ++k) {
    bins_[k] = std::max(1, static_cast<int>(heights[k] / spacing));
    bin_height_ = std::min(bin_height_, heights[k] / bins_[k]);
  }
  largest_radius_ = *std::max_element(radii.begin(), radii.end());

  const auto index_of = [&](const Vec3& r) {
    std::array<int, 3> b = bin_of(r);
    // A wrapped coordinate may come out as -1e-17 or 1.
    for (std::size_t k = 0; k < 3; ++k) b[k] = std::clamp(b[k], 0, bins_[k] - 1);
    return index(b);
  };
  std::vector<Vec3> wrapped;
  std::vector<std::size_t> bin;
  first_.assign(static_cast<std::size_t>(bins_[0] * bins_[1] * bins_[2]) + 1, 0);
  for (const Vec3& r : centres) {
    wrapped.push_back(cell.wrapped(r));
    bin.push_back(index_of(wrapped.back()));
    ++first_[bin.back() + 1];
  }
  for (std::size_t b = 1; b < first_.size(); ++b) first_[b] += first_[b - 1];
  std::vector<std::size_t> next(first_.begin(), first_.end() - 1);
  sorted_.resize(centres.size());
  for (std::size_t i = 0; i < centres.size(); ++i) sorted_[next[bin[i]]++] = {wrapped[i], radii[i]};
}

std::size_t PeriodicSpheres::index(const std::array<int, 3>& bin) const {
  return static_cast<std::size_t>((bin[2] * bins_[1] + bin[1]) * bins_[0] + bin[0]);
}

std::array<int, 3> PeriodicSpheres::bin_of(const Vec3& r) const {
  const Vec3 s = cell_.fractional(r).s;
  std::array<int, 3> bin;
  for (std::size_t k = 0; k < 3; ++k) bin[k] = static_cast<int>(std::floor(s[k] * bins_[k]));
  return bin;
}

template <class Body>
void PeriodicSpheres::for_bin(const std::array<int, 3>& bin, const Body& body) const {
  std::array<int, 3> image;
  std::array<int, 3> home;
  for (std::size_t k = 0; k < 3; ++k) {
    image[k] = floor_divide(bin[k], bins_[k]);
    home[k] = bin[k] - image[k] * bins_[k];
  }
  const Vec3 shift = Vec3{static_cast<double>(image[0]), static_cast<double>(image[1]),
                          static_cast<double>(image[2])} *
                     cell_.rows();
  const std::size_t b = index(home);
  for (std::size_t k = first_[b]; k < first_[b + 1]; ++k)
    body(Sphere{sorted_[k].centre + shift, sorted_[k].radius});
}

template <class Body>
void PeriodicSpheres::for_ring(const std::array<int, 3>& home, int ring, const Body& body) const {
  for (int z = -ring; z <= ring; ++z)
    for (int y = -ring; y <= ring; ++y) {
      // Only the shell of the cube: inside its faces the two ends of x.
      const bool face = std::abs(z) == ring || std::abs(y) == ring;
      const int step = face || ring == 0 ? 1 : 2 * ring;
      for (int x = -ring; x <= ring; x += step)
        for_bin({home[0] + x, home[1] + y, home[2] + z}, body);
    }
}

double PeriodicSpheres::clearance(const Vec3& r) const {
  const auto home = bin_of(r);
  double best = std::numeric_limits<double>::infinity();
  // A sphere that is `ring` bins away is at least ring - 1 heights away.
  for (int ring = 0; (ring - 1) * bin_height_ - largest_radius_ < best; ++ring)
    for_ring(home, ring,
             [&](const Sphere& s) { best = std::min(best, norm(r - s.centre) - s.radius); });
  return best;
}

void PeriodicSpheres::within(const Vec3& r, double reach, std::vector<Sphere>& result) const {
  result.clear();
  const auto home = bin_of(r);
  for (int ring = 0; (ring - 1) * bin_height_ - largest_radius_ <= reach; ++ring)
    for_ring(home, ring, [&](const Sphere& s) {
      if (norm(r - s.centre) - s.radius <= reach) result.push_back(s);
    });
}

TangentSphere tangent_sphere(std::span<const Sphere> touched) {
  // |x - c_i| = t + R_i. The differences to the first are linear in x and t, so x = u + t v, and
  // the first itself is a quadratic equation in t.
  const Sphere& first = touched[0];
  Mat3 rows{};
  Vec3 constant{};
  Vec3 slope{};
  for (std::size_t i = 1; i < touched.size(); ++i) {
    const Vec3 d = touched[i].centre - first.centre;
    rows[i - 1] = d;
    constant[i - 1] =
        (norm2(d) - touched[i].radius * touched[i].radius + first.radius * first.radius) / 2;
    slope[i - 1] = first.radius - touched[i].radius;
  }
  if (touched.size() == 3) rows[2] = cross(rows[0], rows[1]);
  const double flat = std::abs(determinant(rows));
  const double edges = norm(rows[0]) * norm(rows[1]) * norm(rows[2]);
  if (!(flat > 1e-9 * edges)) return {};
  const Mat3 solve = transpose(inverse(rows));
  const Vec3 u = constant * solve;  // relative to the first centre
  const Vec3 v = slope * solve;
  const double a = norm2(v) - 1;
  const double b = dot(u, v) - first.radius;
  const double c = norm2(u) - first.radius * first.radius;
  const double discriminant = b * b - a * c;
  if (discriminant < 0) return {};
  // The root with t + R_i >= 0 for all that is nearest to the linear one; both forms are stable.
  const double root = std::sqrt(discriminant);
  const double q = -(b + std::copysign(root, b));
  TangentSphere best;
  for (const double t : {q / a, q != 0 ? c / q : 0.0}) {
    if (!std::isfinite(t)) continue;
    bool outside = true;
    for (const Sphere& s : touched) outside = outside && t + s.radius >= 0;
    if (!outside || (best.exists && std::abs(t) > std::abs(best.sphere.radius))) continue;
    best = {true, {first.centre + u + t * v, t}};
  }
  return best;
}

}  // namespace vitrion::analysis
