#include "analysis/void_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <voro++/voro++.hh>

#include "analysis/spheres.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

using structures::Cell;
using structures::Fractional;

// A. Cells that share a vertex compute it each on their own, to about 1e-10 A; real vertices that
// are nearer than this are one place.
constexpr double same_vertex = 1e-6;
// A^2. Spheres that make a vertex have one power there, to rounding.
constexpr double same_power = 1e-6;
// A. A tangent sphere farther away than this belongs to another place.
constexpr double near_vertex = 0.5;

/// The same lattice with a along x and b in the xy plane, as voro++ wants it.
Cell turned(const Cell& cell) {
  return Cell::from_lengths_angles(cell.lengths(), cell.angles());
}

/// Vertices by their place: one node for all cells that share it.
class NodeIndex {
 public:
  NodeIndex(const Cell& cell, std::vector<Fractional>& nodes) : nodes_(nodes), cell_(cell) {
    for (std::size_t k = 0; k < 3; ++k)
      bins_[k] = std::max<std::int64_t>(1, std::llround(cell.lengths()[k] / bin));
  }

  /// The node of a vertex and the cells between the two.
  std::pair<std::size_t, CellShift> find_or_add(const Vec3& r) {
    Vec3 s = cell_.fractional(r).s;
    std::array<std::int64_t, 3> low;
    std::array<std::int64_t, 3> high;
    for (std::size_t k = 0; k < 3; ++k) {
      const double margin = 2 * same_vertex / cell_.heights()[k];
      low[k] = bin_of(s[k] - margin, k);
      high[k] = bin_of(s[k] + margin, k);
    }
    for (int corner = 0; corner < 8; ++corner) {
      bool again = false;  // the same bin as another corner
      std::array<std::int64_t, 3> b;
      for (std::size_t k = 0; k < 3; ++k) {
        const bool up = (corner >> k & 1) != 0;
        again = again || (up && high[k] == low[k]);
        b[k] = up ? high[k] : low[k];
      }
      if (again) continue;
      const auto [begin, end] = index_.equal_range(key(b));
      for (auto it = begin; it != end; ++it) {
        const Vec3 d = s - nodes_[it->second].s;
        const Vec3 whole{std::round(d[0]), std::round(d[1]), std::round(d[2])};
        if (norm((d - whole) * cell_.rows()) < same_vertex) return {it->second, shift_of(whole)};
      }
    }
    const Vec3 whole{std::floor(s[0]), std::floor(s[1]), std::floor(s[2])};
    nodes_.push_back({s - whole});
    std::array<std::int64_t, 3> home;
    for (std::size_t k = 0; k < 3; ++k) home[k] = bin_of(s[k], k);
    index_.emplace(key(home), nodes_.size() - 1);
    return {nodes_.size() - 1, shift_of(whole)};
  }

 private:
  static constexpr double bin = 0.01;  // A

  static CellShift shift_of(const Vec3& whole) {
    return {static_cast<int>(whole[0]), static_cast<int>(whole[1]), static_cast<int>(whole[2])};
  }
  [[nodiscard]] std::int64_t bin_of(double s, std::size_t k) const {
    const auto b = static_cast<std::int64_t>((s - std::floor(s)) * static_cast<double>(bins_[k]));
    return b == bins_[k] ? 0 : b;
  }
  [[nodiscard]] std::int64_t key(const std::array<std::int64_t, 3>& b) const {
    return (b[2] * bins_[1] + b[1]) * bins_[0] + b[0];
  }

  std::vector<Fractional>& nodes_;
  const Cell& cell_;
  std::array<std::int64_t, 3> bins_{};
  std::unordered_multimap<std::int64_t, std::size_t> index_;
};

/// An edge of the diagram with one of the spheres around it.
struct DiagramEdge {
  std::size_t a;
  std::size_t b;
  CellShift shift;
  Vec3 centre;  // of the sphere, in the frame of node a

  [[nodiscard]] auto name() const { return std::tie(a, b, shift); }
};

Vec3 cells(const CellShift& shift, const Cell& cell) {
  return Vec3{static_cast<double>(shift[0]), static_cast<double>(shift[1]),
              static_cast<double>(shift[2])} *
         cell.rows();
}

/// Nodes, edges (each once) and volumes of the cells, from voro++.
void tessellate(const Cell& cell, std::span<const Vec3> centres, std::span<const double> radii,
                std::vector<Fractional>& nodes, std::vector<DiagramEdge>& edges,
                std::vector<double>& volumes) {
  const Mat3& h = cell.rows();
  const double per_length =
      std::cbrt(static_cast<double>(centres.size()) / (voro::optimal_particles * cell.volume()));
  const auto blocks = [&](double length) { return static_cast<int>(length * per_length + 1); };
  voro::container_periodic_poly container(h[0][0], h[1][0], h[1][1], h[2][0], h[2][1], h[2][2],
                                          blocks(h[0][0]), blocks(h[1][1]), blocks(h[2][2]), 8);
  for (std::size_t i = 0; i < centres.size(); ++i)
    container.put(static_cast<int>(i), centres[i][0], centres[i][1], centres[i][2], radii[i]);

  NodeIndex index(cell, nodes);
  volumes.assign(centres.size(), 0);
  voro::voronoicell_neighbor diagram_cell;
  std::vector<double> vertices;
  std::vector<int> faces;
  std::vector<std::pair<std::size_t, CellShift>> node_of;
  voro::c_loop_all_periodic loop(container);
  if (!loop.start()) return;
  do {
    // A small sphere inside a large one has no cell.
    if (!container.compute_cell(diagram_cell, loop)) continue;
    double x;
    double y;
    double z;
    loop.pos(x, y, z);
    volumes[static_cast<std::size_t>(loop.pid())] = diagram_cell.volume();
    diagram_cell.vertices(x, y, z, vertices);
    node_of.clear();
    for (std::size_t v = 0; v < vertices.size(); v += 3)
      node_of.push_back(index.find_or_add({vertices[v], vertices[v + 1], vertices[v + 2]}));
    diagram_cell.face_vertices(faces);
    for (std::size_t f = 0; f < faces.size(); f += static_cast<std::size_t>(faces[f]) + 1) {
      const auto n = static_cast<std::size_t>(faces[f]);
      for (std::size_t k = 0; k < n; ++k) {
        const auto& [a, of_a] = node_of[static_cast<std::size_t>(faces[f + 1 + k])];
        const auto& [b, of_b] = node_of[static_cast<std::size_t>(faces[f + 1 + (k + 1) % n])];
        const CellShift shift{of_b[0] - of_a[0], of_b[1] - of_a[1], of_b[2] - of_a[2]};
        // Each face runs along the edge in one direction and its neighbour in the other.
        if (a > b || (a == b && shift <= CellShift{})) continue;
        edges.push_back({a, b, shift, Vec3{x, y, z} - cells(of_a, cell)});
      }
    }
  } while (loop.inc());
  std::sort(edges.begin(), edges.end(),
            [](const DiagramEdge& p, const DiagramEdge& q) { return p.name() < q.name(); });
  edges.erase(
      std::unique(edges.begin(), edges.end(),
                  [](const DiagramEdge& p, const DiagramEdge& q) { return p.name() == q.name(); }),
      edges.end());
}

/// The radius of the largest sphere at a vertex (four spheres around it) or in a window (three),
/// and its place.
class SphereFit {
 public:
  SphereFit(const PeriodicSpheres& spheres, std::span<const double> radii)
      : spheres_(spheres),
        smallest_(*std::min_element(radii.begin(), radii.end())),
        largest_(*std::max_element(radii.begin(), radii.end())) {}

  Sphere at(const Vec3& r, std::size_t around) {
    const Sphere here{r, spheres_.clearance(r)};
    if (smallest_ == largest_) return here;
    // Who makes this place has at most the power of the sphere whose surface is nearest; of one
    // power q the surface of the smallest sphere, sqrt(R^2 + q) - R, is farthest.
    const double c = std::max(0.0, here.radius);
    const double power_there = c * (c + 2 * largest_);
    spheres_.within(r, std::sqrt(smallest_ * smallest_ + power_there) - smallest_ + same_power,
                    near_);
    double power = INFINITY;
    for (const Sphere& s : near_) power = std::min(power, power_of(s, r));
    makers_.clear();
    for (const Sphere& s : near_)
      if (power_of(s, r) < power + same_power) makers_.push_back(s);
    if (makers_.size() != around) return here;
    const TangentSphere tangent = tangent_sphere(makers_);
    if (!tangent.exists || norm(tangent.sphere.centre - r) > near_vertex) return here;
    // 1e-9 A: the rounding of a distance.
    if (spheres_.clearance(tangent.sphere.centre) < tangent.sphere.radius - 1e-9) return here;
    return tangent.sphere;
  }

 private:
  static double power_of(const Sphere& s, const Vec3& r) {
    return norm2(r - s.centre) - s.radius * s.radius;
  }

  const PeriodicSpheres& spheres_;
  double smallest_;  // A, of the radii
  double largest_;
  std::vector<Sphere> near_;
  std::vector<Sphere> makers_;
};

}  // namespace

const VoidNode& VoidGraph::largest() const {
  if (nodes.empty()) throw InputError("there is no room between the spheres");
  return *std::max_element(nodes.begin(), nodes.end(), [](const VoidNode& a, const VoidNode& b) {
    return a.radius < b.radius;
  });
}

VoidGraph void_graph(const Cell& original, std::span<const Vec3> centres,
                     std::span<const double> radii) {
  const Cell cell = turned(original);
  std::vector<Vec3> places;
  for (const Vec3& r : centres)
    places.push_back(cell.cartesian({original.fractional(original.wrapped(r)).s}));
  std::vector<Fractional> vertices;
  std::vector<DiagramEdge> diagram;
  VoidGraph graph;
  tessellate(cell, places, radii, vertices, diagram, graph.cell_volumes);

  const PeriodicSpheres spheres(cell, places, radii);
  SphereFit fit(spheres, radii);
  for (const Fractional& vertex : vertices) {
    const Sphere s = fit.at(cell.cartesian(vertex), 4);
    Vec3 at = cell.fractional(s.centre).s;
    for (double& x : at) x -= std::floor(x);
    graph.nodes.push_back({{at}, s.radius});
  }
  for (const DiagramEdge& edge : diagram) {
    const Vec3 start = cell.cartesian(vertices[edge.a]);
    const Vec3 way = cell.cartesian(vertices[edge.b]) + cells(edge.shift, cell) - start;
    double level = std::min(graph.nodes[edge.a].radius, graph.nodes[edge.b].radius);
    // The power is least where the edge pierces the plane of the spheres around it; an edge that
    // does not reach that plane is narrowest at an end.
    const double share = dot(edge.centre - start, way) / norm2(way);
    if (share > 0 && share < 1) level = std::min(level, fit.at(start + share * way, 3).radius);
    graph.edges.push_back({edge.a, edge.b, edge.shift, level});
  }
  return graph;
}

}  // namespace vitrion::analysis
