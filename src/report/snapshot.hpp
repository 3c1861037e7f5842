// Snapshot: atoms, bonds and tetrahedra of one glass as they are drawn; and their still picture as
// SVG.
#pragma once

#include <string>
#include <vector>

#include "base/vec3.hpp"
#include "report/figure.hpp"

namespace vitrion::report {

/// Positions in A. Units that cross a face of the cell are whole, so some atoms lie outside of it.
struct Snapshot {
  struct Atom {
    std::string element;
    Vec3 position{};
  };
  struct Bond {
    std::size_t first = 0;  ///< indices into atoms
    std::size_t second = 0;
  };
  /// A P with its four anions.
  struct Tetrahedron {
    Vec3 corners[4];
    int oxygen = 0;  ///< k of PS(4-k)O(k)
  };
  std::string title;
  Mat3 cell{};  ///< rows
  std::vector<Atom> atoms;
  std::vector<Bond> bonds;
  std::vector<Tetrahedron> tetrahedra;

  [[nodiscard]] bool empty() const { return atoms.empty(); }
};

/// Colour of an element and of a tetrahedron by its k; the viewer, the picture and the legend share
/// them.
[[nodiscard]] const std::string& element_colour(const std::string& element);
[[nodiscard]] const std::string& tetrahedron_colour(int oxygen);
/// Radius in A at which an element is drawn.
[[nodiscard]] double drawn_radius(const std::string& element);

/// All of it as flat shapes in A, seen from a corner, the far ones first and paler.
[[nodiscard]] std::vector<Shape> painted(const Snapshot& snapshot);

/// An orthographic view from a corner as SVG, the far atoms paler; for print and where WebGL is
/// missing.
[[nodiscard]] std::string still_picture(const Snapshot& snapshot, int size);

}  // namespace vitrion::report
