// The neighbour list against a brute-force sum over images, in cells larger and smaller than the
// cutoff.
#include "structures/neighbours.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::structures {
namespace {

using Pair = std::tuple<int, int, long, long, long>;

/// Displacements rounded to 1e-7 A, so that sets can be compared; random positions never sit on an
/// edge.
Pair key(int i, int j, const Vec3& d) {
  return {i, j, std::lround(d[0] * 1e7), std::lround(d[1] * 1e7), std::lround(d[2] * 1e7)};
}

std::vector<Pair> brute_force(const Cell& cell, const std::vector<Vec3>& r, double cutoff) {
  std::vector<Pair> pairs;
  const int reach =
      6;  // images; enough for the smallest cell below (2.5 A heights, cutoff 6 A) with offsets
  for (std::size_t i = 0; i < r.size(); ++i)
    for (std::size_t j = 0; j < r.size(); ++j)
      for (int u = -reach; u <= reach; ++u)
        for (int v = -reach; v <= reach; ++v)
          for (int w = -reach; w <= reach; ++w) {
            if (i == j && u == 0 && v == 0 && w == 0) continue;
            const Vec3 d = r[j] - r[i] + Vec3{double(u), double(v), double(w)} * cell.rows();
            if (norm2(d) <= cutoff * cutoff) pairs.push_back(key(int(i), int(j), d));
          }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

std::vector<Pair> listed(const NeighbourList& list) {
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < list.centres(); ++i)
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k)
      pairs.push_back(key(int(i), list.index[k], list.displacement[k]));
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

TEST(NeighbourList, EqualsBruteForceInCellsOfAllSizesAndShapes) {
  RandomStream random(7, "neighbour-test");
  const std::vector<Mat3> cells = {
      {{{14, 0, 0}, {0, 15, 0}, {0, 0, 16}}},    {{{14, 0, 0}, {5, 13, 0}, {-4, 6, 12}}},
      {{{3.1, 0, 0}, {0, 3.3, 0}, {0, 0, 2.9}}}, {{{4, 0.2, 0.1}, {1.7, 4, 0}, {-1.2, 0.8, 4.1}}},
      {{{25, 0, 0}, {0, 3.5, 0}, {0, 1.1, 7}}},
  };
  for (const Mat3& rows : cells) {
    const Cell cell(rows);
    std::vector<Vec3> r;
    for (int i = 0; i < 9; ++i) {
      const Vec3 s{random.uniform(-1, 2), random.uniform(-1, 2), random.uniform(-1, 2)};
      r.push_back(cell.cartesian({s}));
    }
    EXPECT_EQ(listed(neighbour_list(cell, r, 6.0)), brute_force(cell, r, 6.0));
  }
}

TEST(NeighbourList, OpenBoundariesHaveNoImages) {
  const std::vector<Vec3> r = {{0, 0, 0}, {3, 0, 0}, {100, 0, 0}};
  const NeighbourList list = neighbour_list(std::nullopt, r, 6.0);
  EXPECT_EQ(list.first, (std::vector<std::size_t>{0, 1, 2, 2}));
}

TEST(NeighbourList, TwoAtomsAtOnePlaceAreRefused) {
  const Cell cell(Mat3{{{8, 0, 0}, {0, 8, 0}, {0, 0, 8}}});
  const std::vector<Vec3> r = {{0, 0, 0}, {8, 8, 0}};
  EXPECT_THROW((void)neighbour_list(cell, r, 6.0), InputError);
}

}  // namespace
}  // namespace vitrion::structures
