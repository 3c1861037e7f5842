// Percolation in a periodic cell: nodes joined from the widest edge to the narrowest, with labels
// that tell a way round the cell from a way round a ring.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

namespace vitrion::analysis {

/// Cells crossed along a, b, c.
using CellShift = std::array<int, 3>;

/// Union-find whose nodes remember by how many cells they are displaced from their root (Newman and
/// Ziff, 10.1103/PhysRevE.64.016706, section II.E).
class PeriodicClusters {
 public:
  explicit PeriodicClusters(std::size_t nodes);

  /// Joins a with the image of b that is `shift` cells from b itself. Returns the way round that
  /// this edge closes: all zero if it joined two clusters or closed a ring inside one.
  CellShift join(std::size_t a, std::size_t b, const CellShift& shift);
  [[nodiscard]] std::size_t root(std::size_t node) { return find(node).root; }
  /// Nodes of the cluster of this root.
  [[nodiscard]] std::size_t size(std::size_t root) const { return size_[root]; }

 private:
  struct Found {
    std::size_t root;
    CellShift shift;  ///< of the root's image that the node is connected to
  };
  Found find(std::size_t node);

  std::vector<std::size_t> parent_;
  std::vector<CellShift> shift_;  // to the parent
  std::vector<std::size_t> size_;
};

/// From node a to the image of node b; open up to `level`.
struct PeriodicEdge {
  std::size_t a = 0;
  std::size_t b = 0;
  CellShift shift{};
  double level = 0;
};

/// The highest levels at which the edges at or above them hold a way round the cell.
struct Percolation {
  std::optional<double> any;                  ///< in any direction
  std::array<std::optional<double>, 3> axes;  ///< along a, b, c
};

/// The max-min path round the cell: edges are joined from the highest level down until every axis
/// is crossed.
[[nodiscard]] Percolation percolation(std::size_t nodes, std::vector<PeriodicEdge> edges);

}  // namespace vitrion::analysis
