// Neighbour list: all pairs within a cutoff, in linear time, right for cells smaller than the
// cutoff.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "base/vec3.hpp"
#include "structures/cell.hpp"

namespace vitrion::structures {

/// Full list in compressed rows: the neighbours of centre i are entries first[i] .. first[i+1].
/// An atom may be its own neighbour, and one atom may appear several times, through its images.
struct NeighbourList {
  std::vector<std::size_t> first;  ///< (N+1)
  std::vector<int> index;          ///< (M) owner atom of the neighbour
  std::vector<Vec3> displacement;  ///< (M) r_j + image - r_i in A

  [[nodiscard]] std::size_t centres() const { return first.empty() ? 0 : first.size() - 1; }
};

/// All pairs with 0 < |d| <= cutoff. Without a cell the boundaries are open. Positions need not be
/// wrapped. Cost is linear in the atoms for a fixed density (cells of side >= cutoff).
/// @throws InputError if two atoms stand at one place (distance under 1e-6 A), naming both.
[[nodiscard]] NeighbourList neighbour_list(const std::optional<Cell>& cell,
                                           std::span<const Vec3> positions, double cutoff);

}  // namespace vitrion::structures
