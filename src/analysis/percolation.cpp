#include "analysis/percolation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace vitrion::analysis {

namespace {

CellShift sum(const CellShift& a, const CellShift& b) {
  return {a[0] + b[0], a[1] + b[1], a[2] + b[2]};
}

CellShift difference(const CellShift& a, const CellShift& b) {
  return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

}  // namespace

PeriodicClusters::PeriodicClusters(std::size_t nodes)
    : parent_(nodes), shift_(nodes, CellShift{}), size_(nodes, 1) {
  std::iota(parent_.begin(), parent_.end(), std::size_t{0});
}

PeriodicClusters::Found PeriodicClusters::find(std::size_t node) {
  Found found{node, {}};
  while (parent_[found.root] != found.root) {
    found.shift = sum(found.shift, shift_[found.root]);
    found.root = parent_[found.root];
  }
  // Every node on the way points to the root from now on.
  CellShift left = found.shift;
  while (parent_[node] != found.root && node != found.root) {
    const std::size_t next = parent_[node];
    const CellShift step = shift_[node];
    parent_[node] = found.root;
    shift_[node] = left;
    left = difference(left, step);
    node = next;
  }
  return found;
}

CellShift PeriodicClusters::join(std::size_t a, std::size_t b, const CellShift& shift) {
  const Found at = find(a);
  const Found bt = find(b);
  // a stands in the image at.shift of its root's cluster, b's image in bt.shift + shift.
  const CellShift apart = difference(sum(shift, bt.shift), at.shift);
  if (at.root == bt.root) return apart;
  const bool a_is_larger = size_[at.root] >= size_[bt.root];
  const std::size_t root = a_is_larger ? at.root : bt.root;
  const std::size_t child = a_is_larger ? bt.root : at.root;
  parent_[child] = root;
  shift_[child] = a_is_larger ? difference({}, apart) : apart;
  size_[root] += size_[child];
  return {};
}

Percolation percolation(std::size_t nodes, std::vector<PeriodicEdge> edges) {
  std::sort(edges.begin(), edges.end(),
            [](const PeriodicEdge& a, const PeriodicEdge& b) { return a.level > b.level; });
  Percolation result;
  PeriodicClusters clusters(nodes);
  for (const PeriodicEdge& edge : edges) {
    const CellShift round = clusters.join(edge.a, edge.b, edge.shift);
    if (round == CellShift{}) continue;
    if (!result.any) result.any = edge.level;
    bool all = true;
    for (std::size_t k = 0; k < 3; ++k) {
      if (round[k] != 0 && !result.axes[k]) result.axes[k] = edge.level;
      all = all && result.axes[k].has_value();
    }
    if (all) break;
  }
  return result;
}

}  // namespace vitrion::analysis
