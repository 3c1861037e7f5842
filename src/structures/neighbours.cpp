// Method: positions are wrapped into the cell and copied as ghosts into a skin of one cutoff; a
// grid of boxes no smaller than the cutoff (by height, so skewed cells are right) is then searched,
// 27 boxes a centre.
#include "structures/neighbours.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace vitrion::structures {

namespace {

/// An atom or one of its images, with its place on the grid.
struct Image {
  int owner;
  Vec3 position;
  std::array<int, 3> box;
};

struct Grid {
  std::array<int, 3> boxes{1, 1, 1};

  [[nodiscard]] std::size_t flat(const std::array<int, 3>& b) const {
    return (static_cast<std::size_t>(b[0]) * boxes[1] + b[1]) * boxes[2] + b[2];
  }
  [[nodiscard]] std::size_t size() const {
    return static_cast<std::size_t>(boxes[0]) * boxes[1] * boxes[2];
  }
};

/// A cell that holds open positions with a margin, so that both kinds of boundary share one search.
Cell bounding_cell(std::span<const Vec3> positions, double cutoff, Vec3& origin) {
  Vec3 low{};
  Vec3 high{};
  for (std::size_t a = 0; a < 3; ++a) {
    low[a] = high[a] = positions.empty() ? 0.0 : positions[0][a];
    for (const Vec3& r : positions) {
      low[a] = std::min(low[a], r[a]);
      high[a] = std::max(high[a], r[a]);
    }
  }
  origin = low;
  Mat3 rows{};
  for (std::size_t a = 0; a < 3; ++a) rows[a][a] = high[a] - low[a] + cutoff;
  return Cell(rows);
}

void refuse_overlap(int i, int j, const Vec3& where) {
  throw InputError(fmt::format(
      "atoms {} and {} stand at one place ({:.6f} {:.6f} {:.6f} A): their distance is under 1e-6 A",
      i, j, where[0], where[1], where[2]));
}

}  // namespace

NeighbourList neighbour_list(const std::optional<Cell>& cell, std::span<const Vec3> positions,
                             double cutoff) {
  if (!(cutoff > 0) || !std::isfinite(cutoff))
    throw InputError(fmt::format("cutoff = {:g} A must be positive", cutoff));
  const std::size_t n = positions.size();
  for (std::size_t i = 0; i < n; ++i)
    if (!std::isfinite(norm2(positions[i])))
      throw InputError(fmt::format("the position of atom {} is not finite", i));

  Vec3 origin{};
  const Cell frame = cell ? *cell : bounding_cell(positions, cutoff, origin);
  const Vec3 heights = frame.heights();

  // Fractional coordinates in [0, 1) and the skin in the same units.
  std::vector<Vec3> s(n);
  Vec3 skin{};
  for (std::size_t a = 0; a < 3; ++a) skin[a] = cell ? cutoff / heights[a] : 0.0;
  for (std::size_t i = 0; i < n; ++i) {
    s[i] = frame.fractional(positions[i] - origin).s;
    if (!cell) continue;
    for (double& x : s[i]) x -= std::floor(x);
  }

  // Boxes tile the extended range [-skin, 1 + skin] with sides of at least one cutoff.
  Grid grid;
  Vec3 side{};
  for (std::size_t a = 0; a < 3; ++a) {
    const double range = 1 + 2 * skin[a];
    // No more boxes than a few per atom, so that a sparse open cluster stays linear in memory too.
    const double most = std::cbrt(8.0 * static_cast<double>(n) + 64.0) + 2 * skin[a] + 2;
    grid.boxes[a] = std::max(1, static_cast<int>(std::min(range * heights[a] / cutoff, most)));
    side[a] = range / grid.boxes[a];
  }

  std::vector<Image> images;
  images.reserve(n * 2);
  const auto add = [&](int owner, const Vec3& at) {
    Image image{owner, frame.cartesian({at}), {}};
    for (std::size_t a = 0; a < 3; ++a)
      image.box[a] = std::clamp(static_cast<int>(std::floor((at[a] + skin[a]) / side[a])), 0,
                                grid.boxes[a] - 1);
    images.push_back(image);
  };
  for (std::size_t i = 0; i < n; ++i) add(static_cast<int>(i), s[i]);
  if (cell) {
    std::array<int, 3> reach{};
    for (std::size_t a = 0; a < 3; ++a) reach[a] = static_cast<int>(std::ceil(skin[a]));
    for (std::size_t i = 0; i < n; ++i)
      for (int u = -reach[0]; u <= reach[0]; ++u) {
        if (s[i][0] + u < -skin[0] || s[i][0] + u > 1 + skin[0]) continue;
        for (int v = -reach[1]; v <= reach[1]; ++v) {
          if (s[i][1] + v < -skin[1] || s[i][1] + v > 1 + skin[1]) continue;
          for (int w = -reach[2]; w <= reach[2]; ++w) {
            if (s[i][2] + w < -skin[2] || s[i][2] + w > 1 + skin[2]) continue;
            if (u == 0 && v == 0 && w == 0) continue;
            add(static_cast<int>(i), s[i] + Vec3{double(u), double(v), double(w)});
          }
        }
      }
  }

  // Counting sort of the images into boxes.
  std::vector<std::size_t> start(grid.size() + 1, 0);
  for (const Image& image : images) ++start[grid.flat(image.box) + 1];
  for (std::size_t b = 0; b < grid.size(); ++b) start[b + 1] += start[b];
  std::vector<std::size_t> order(images.size());
  std::vector<std::size_t> fill(start.begin(), start.end() - 1);
  for (std::size_t k = 0; k < images.size(); ++k) order[fill[grid.flat(images[k].box)]++] = k;
  // Positions in the order in which they are read: the search is mostly of neighbours too far away.
  std::vector<Vec3> places(images.size());
  for (std::size_t k = 0; k < images.size(); ++k) places[k] = images[order[k]].position;

  NeighbourList list;
  list.first.assign(n + 1, 0);
  const double cutoff2 = cutoff * cutoff;
  for (std::size_t i = 0; i < n; ++i) {
    const Image& centre = images[i];
    for (int u = std::max(0, centre.box[0] - 1);
         u <= std::min(grid.boxes[0] - 1, centre.box[0] + 1); ++u)
      for (int v = std::max(0, centre.box[1] - 1);
           v <= std::min(grid.boxes[1] - 1, centre.box[1] + 1); ++v)
        for (int w = std::max(0, centre.box[2] - 1);
             w <= std::min(grid.boxes[2] - 1, centre.box[2] + 1); ++w) {
          const std::size_t box = grid.flat({u, v, w});
          for (std::size_t k = start[box]; k < start[box + 1]; ++k) {
            const Vec3 d = places[k] - centre.position;
            const double r2 = norm2(d);
            if (r2 > cutoff2) continue;
            if (order[k] == i) continue;
            const int owner = images[order[k]].owner;
            if (r2 < 1e-12) refuse_overlap(centre.owner, owner, positions[i]);
            list.index.push_back(owner);
            list.displacement.push_back(d);
          }
        }
    list.first[i + 1] = list.index.size();
  }
  return list;
}

}  // namespace vitrion::structures
