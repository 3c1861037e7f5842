// The room between spheres as a graph: vertices and edges of their power diagram, each with the
// largest sphere that fits there.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/percolation.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

/// A place between four spheres or more.
struct VoidNode {
  structures::Fractional at;  ///< in [0, 1)
  double radius = 0;          ///< A, of the largest sphere there; negative where spheres overlap
};

struct VoidGraph {
  std::vector<VoidNode> nodes;
  std::vector<PeriodicEdge> edges;   ///< level: A, the radius of the narrowest place on the way
  std::vector<double> cell_volumes;  ///< (N) A^3 of the spheres' cells; they add up to the cell

  /// The largest sphere between the spheres. @throws InputError if there is no vertex.
  [[nodiscard]] const VoidNode& largest() const;
};

/// The radical (power) diagram by voro++ (Rycroft, 10.1063/1.3215722), as zeo++ uses it (Willems et
/// al., 10.1016/j.micromeso.2011.08.020). Where spheres of different radii meet, a vertex of the
/// power diagram is not the place of the largest sphere: the sphere that touches the four (a
/// window: the three) exactly takes its place if no other sphere reaches into it. With one radius
/// everything is exact.
/// @throws InputError if two spheres have one centre.
[[nodiscard]] VoidGraph void_graph(const structures::Cell& cell, std::span<const Vec3> centres,
                                   std::span<const double> radii);

}  // namespace vitrion::analysis
