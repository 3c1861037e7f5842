// Non-affine motion: what is left of the displacements around an atom when the best linear
// deformation is taken off.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct NonAffineOptions {
  double radius = 7;    ///< A
  std::size_t lag = 1;  ///< frames
  std::size_t most_origins = 20;
};

/// D2min(t, dt) = min_F 1/n sum_j | r_ij(t + dt) - F r_ij(t) |^2 over the n neighbours within the
/// radius at t (Falk and Langer, 10.1103/PhysRevE.57.7192, divided by n).
/// Returns (centres) A^2, means over origins; not finite where fewer than four neighbours, or
/// neighbours in a plane, leave F open. `members`: atoms that count as
/// neighbours, the centres among them.
/// The result does not depend on `threads`.
[[nodiscard]] std::vector<double> non_affine(const Trajectory& trajectory,
                                             std::span<const std::size_t> centres,
                                             std::span<const std::size_t> members,
                                             const NonAffineOptions& options, std::size_t threads);

}  // namespace vitrion::analysis
