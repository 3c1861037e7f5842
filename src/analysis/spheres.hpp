// Spheres in a periodic cell, and how much room they leave at a point.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "structures/cell.hpp"

namespace vitrion::analysis {

struct Sphere {
  Vec3 centre;  ///< A
  double radius = 0;
};

/// Spheres sorted into bins of about one each, so that a question costs the same in any cell, also
/// in one that is smaller than the distance to the nearest sphere.
class PeriodicSpheres {
 public:
  /// Radii in A, not negative. At least one sphere (the caller's promise).
  PeriodicSpheres(const structures::Cell& cell, std::span<const Vec3> centres,
                  std::span<const double> radii);

  /// min_i |r - r_i| - R_i over all images: the radius of the largest sphere around r that touches
  /// none of them; negative inside a sphere.
  [[nodiscard]] double clearance(const Vec3& r) const;
  /// Images with |r - r_i| - R_i <= reach, in no order.
  void within(const Vec3& r, double reach, std::vector<Sphere>& result) const;
  [[nodiscard]] const structures::Cell& cell() const { return cell_; }

 private:
  /// Calls body(image of a sphere) for the spheres of the bins that are `ring` bins away from the
  /// bin at `home`.
  template <class Body>
  void for_ring(const std::array<int, 3>& home, int ring, const Body& body) const;
  template <class Body>
  void for_bin(const std::array<int, 3>& bin, const Body& body) const;
  [[nodiscard]] std::array<int, 3> bin_of(const Vec3& r) const;
  [[nodiscard]] std::size_t index(const std::array<int, 3>& bin) const;

  structures::Cell cell_;
  std::array<int, 3> bins_{};
  double bin_height_ = 0;  // A, of the flattest bin
  double largest_radius_ = 0;
  std::vector<std::size_t> first_;  // (bins + 1)
  std::vector<Sphere> sorted_;      // by bin, inside the cell
};

/// The sphere that touches all given ones from outside: four of them, or three with its centre in
/// the plane of their centres (Apollonius). Its radius may be negative where they overlap.
struct TangentSphere {
  bool exists = false;
  Sphere sphere;
};
[[nodiscard]] TangentSphere tangent_sphere(std::span<const Sphere> touched);

}  // namespace vitrion::analysis
