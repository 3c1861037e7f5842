// LAMMPS's box: a along x, b in the xy plane, tilts xy xz yz; and how any cell is turned into one.
// https://docs.lammps.org/Howto_triclinic.html
#pragma once

#include "structures/cell.hpp"

namespace vitrion::formats {

/// A box from `lo` with edges `length`; the tilts are the off-diagonal elements of the cell.
struct LammpsBox {
  Vec3 lo{};
  Vec3 length{};
  double xy = 0;
  double xz = 0;
  double yz = 0;

  /// Rows (lx 0 0), (xy ly 0), (xz yz lz).
  [[nodiscard]] Mat3 rows() const {
    return {{{length[0], 0, 0}, {xy, length[1], 0}, {xz, yz, length[2]}}};
  }
};

/// Limits of the box's bounding cuboid, which dumps print in place of the box's own, and back.
struct Bounds {
  Vec3 lo{};
  Vec3 hi{};
};
[[nodiscard]] Bounds bounds_of(const LammpsBox& box);
[[nodiscard]] LammpsBox box_of(const Bounds& bounds, double xy, double xz, double yz);

/// A cell in LAMMPS's orientation: vectors v of the frame become v * rotation.
struct RestrictedCell {
  LammpsBox box;
  Mat3 rotation = identity3();
  bool turned = false;  ///< the rotation is not the identity
  bool reduced =
      false;  ///< a tilt over half an edge, which LAMMPS refuses, was shortened by whole vectors
};
[[nodiscard]] RestrictedCell restricted(const structures::Cell& cell);

}  // namespace vitrion::formats
