// Cell: three right-handed vectors with volume, and the two types of coordinates that must not be
// mixed.
#pragma once

#include "base/vec3.hpp"

namespace vitrion::structures {

/// Coordinates in units of the cell vectors. Not a Vec3, so that adding it to Cartesian does not
/// compile.
struct Fractional {
  Vec3 s{};
};

/// A periodic cell; rows of the matrix are the vectors a, b, c in A.
class Cell {
 public:
  /// @throws InputError if the matrix is not finite, left-handed (negative determinant) or flat
  /// (volume under 1e-6 of the product of the lengths); each says which, and what would be valid.
  explicit Cell(const Mat3& rows);
  /// From lengths (A) and angles (degrees), a along x, b in the xy plane.
  static Cell from_lengths_angles(const Vec3& lengths, const Vec3& angles);

  [[nodiscard]] const Mat3& rows() const { return rows_; }
  [[nodiscard]] double volume() const { return volume_; }  ///< A^3, positive
  /// Distances between opposite faces along a, b, c (A).
  [[nodiscard]] Vec3 heights() const;
  [[nodiscard]] Vec3 lengths() const;
  [[nodiscard]] Vec3 angles() const;  ///< alpha, beta, gamma in degrees

  [[nodiscard]] Fractional fractional(const Vec3& r) const { return {r * inverse_}; }
  [[nodiscard]] Vec3 cartesian(const Fractional& f) const { return f.s * rows_; }
  /// The image of r inside the cell, fractional coordinates in [0, 1).
  [[nodiscard]] Vec3 wrapped(const Vec3& r) const;
  /// The shortest image of d: rounds, then tries the 27 cells around, which is exact while no angle
  /// is under 50 or over 130 degrees; pairs within a cutoff belong to the neighbour list instead.
  [[nodiscard]] Vec3 minimum_image(const Vec3& d) const;
  /// rows * (1 + strain): deforms the vectors by the symmetric or general strain matrix.
  [[nodiscard]] Cell deformed(const Mat3& strain) const;

 private:
  Mat3 rows_;
  Mat3 inverse_;
  double volume_;
};

}  // namespace vitrion::structures
