#include "analysis/windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

constexpr double touching = 1e-6;  // A
constexpr double in_plane = 1e-3;  // A

struct Neighbour {
  std::size_t index = 0;
  Vec3 at{};  // A, from the atom whose neighbour it is
  double distance2 = 0;
};

/// No anion but its own reaches into the window's sphere. One that touches it is a fourth corner if
/// it lies in the plane; beside the plane it makes the place the centre of a void, not a window.
bool is_empty(const GateShape& shape, std::span<const Neighbour> around,
              std::span<const double> radii, std::size_t a, std::size_t b) {
  for (std::size_t k = 0; k < around.size(); ++k) {
    if (k == a || k == b) continue;
    const Vec3 d = around[k].at - shape.centre;
    const double reach = shape.radius + radii[around[k].index];
    const double d2 = norm2(d);
    if (d2 >= (reach + touching) * (reach + touching)) continue;
    if (d2 < (reach - touching) * (reach - touching)) return false;
    if (std::abs(dot(d, shape.normal)) > in_plane) return false;
  }
  return true;
}

}  // namespace

std::vector<Window> find_windows(const structures::Cell& cell, std::span<const Vec3> positions,
                                 std::span<const double> radii, double longest) {
  if (!(std::isfinite(longest) && longest > 0))
    throw InputError(fmt::format("longest = {:g} A must be positive", longest));
  const Vec3 heights = cell.heights();
  const double narrowest = std::min({heights[0], heights[1], heights[2]});
  if (narrowest < 2 * longest)
    throw InputError(
        fmt::format("the cell is {:.4g} A high, but windows of up to {:g} A between "
                    "anions need twice that",
                    narrowest, longest));
  if (positions.empty()) return {};
  // A closed triangle of sides up to `longest` has a circumradius of at most longest / sqrt(3); a
  // sphere in it is reached by anions within twice that, and unequal radii shift it a little.
  const auto [least, most] = std::minmax_element(radii.begin(), radii.end());
  const double sight = 2 * longest / std::sqrt(3.0) + 2 * (*most - *least) + touching;
  const structures::NeighbourList list = structures::neighbour_list(cell, positions, sight);

  std::vector<Window> windows;
  std::vector<Neighbour> around;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    around.clear();
    for (std::size_t m = list.first[i]; m < list.first[i + 1]; ++m)
      around.push_back({static_cast<std::size_t>(list.index[m]), list.displacement[m],
                        norm2(list.displacement[m])});
    // The nearest first: what is in a sphere at all is mostly among them.
    std::sort(around.begin(), around.end(), [](const Neighbour& x, const Neighbour& y) {
      return x.distance2 != y.distance2 ? x.distance2 < y.distance2 : x.index < y.index;
    });
    const double longest2 = longest * longest * (1 + 1e-12);
    const auto end = static_cast<std::size_t>(
        std::upper_bound(around.begin(), around.end(), longest2,
                         [](double d2, const Neighbour& x) { return d2 < x.distance2; }) -
        around.begin());
    for (std::size_t a = 0; a < end; ++a) {
      if (around[a].index <= i) continue;
      for (std::size_t b = a + 1; b < end; ++b) {
        if (around[b].index <= i || norm2(around[a].at - around[b].at) > longest2) continue;
        const std::size_t j = around[a].index < around[b].index ? a : b;
        const std::size_t k = j == a ? b : a;
        const std::optional<GateShape> shape =
            gate_shape({Vec3{}, around[j].at, around[k].at},
                       {radii[i], radii[around[j].index], radii[around[k].index]});
        if (!shape || !shape->closed || !is_empty(*shape, around, radii, a, b)) continue;
        Window w{{i, around[j].index, around[k].index},
                 {positions[i], positions[i] + around[j].at, positions[i] + around[k].at},
                 *shape};
        w.shape.centre += positions[i];
        windows.push_back(w);
      }
    }
  }
  return windows;
}

}  // namespace vitrion::analysis
