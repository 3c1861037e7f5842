// Rows made from a half list are the full ones, and a step's rows hold what is within the cutoff.
#include "edges/lammps/neighbour_rows.hpp"

#include <gmock/gmock.h>

namespace vitrion::lammps {
namespace {

using testing::ElementsAre;

std::vector<int> row(const NeighbourRows& rows, std::size_t i) {
  return {rows.index().begin() + static_cast<long>(rows.first()[i]),
          rows.index().begin() + static_cast<long>(rows.first()[i + 1])};
}

TEST(NeighbourRows, HalfListBecomesFullAndIsCutEachStep) {
  NeighbourRows rows;
  const std::vector<std::pair<int, int>> half = {{0, 1}, {0, 3}, {1, 2}, {1, 3}};  // 3 is a ghost
  rows.begin(3);
  for (const auto& [i, j] : half) rows.count(i, j);
  rows.lay_out();
  for (const auto& [i, j] : half) rows.put(i, j);

  std::vector<Vec3> r = {{0, 0, 0}, {1, 0, 0}, {2, 0, 0}, {0, 1, 0}};
  rows.update(r, 1.0);
  EXPECT_EQ(rows.locals(), 3U);
  EXPECT_THAT(row(rows, 0), ElementsAre(1, 3));
  EXPECT_THAT(row(rows, 1), ElementsAre(0, 2));  // 3 is sqrt(2) away
  EXPECT_THAT(row(rows, 2), ElementsAre(1));
  EXPECT_THAT(rows.displacement(), ElementsAre(Vec3{1, 0, 0}, Vec3{0, 1, 0}, Vec3{-1, 0, 0},
                                               Vec3{1, 0, 0}, Vec3{-1, 0, 0}));

  r[2] = {3, 0, 0};
  rows.update(r, 1.5);
  EXPECT_THAT(row(rows, 1), ElementsAre(0, 3));
  EXPECT_TRUE(rows.alone(2));
  EXPECT_FALSE(rows.alone(0));
}

TEST(NeighbourRows, ARankWithoutAtomsHasNoRows) {
  NeighbourRows rows;
  rows.begin(0);
  rows.lay_out();
  rows.update({}, 1.0);
  EXPECT_EQ(rows.locals(), 0U);
  EXPECT_TRUE(rows.index().empty());
}

}  // namespace
}  // namespace vitrion::lammps
