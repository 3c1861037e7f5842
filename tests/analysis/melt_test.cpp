// A melt that mixes and one that does not; a bend of the energy that is known.
#include "analysis/melt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;

/// Eight PS4 on a cubic lattice; `partner[i]` is the tetrahedron whose S the i-th one holds.
structures::Frame tetrahedra(const std::vector<int>& partner, double shift) {
  structures::Frame frame;
  frame.cell = structures::Cell(16 * identity3());
  frame.species.names = {"P", "S"};
  std::vector<Vec3> sulfur(32);
  const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
  for (int n = 0; n < 8; ++n) {
    const Vec3 at = Vec3{8.0 * (n & 1), 8.0 * (n >> 1 & 1), 8.0 * (n >> 2)} + Vec3{shift, 0, 0};
    frame.species.of_atom.push_back(0);
    frame.positions.push_back(at);
    for (int k = 0; k < 4; ++k)
      sulfur[static_cast<std::size_t>(4 * partner[static_cast<std::size_t>(n)] + k)] =
          at + 1.18 * corners[k];
  }
  for (const Vec3& s : sulfur) {
    frame.species.of_atom.push_back(1);
    frame.positions.push_back(s);
  }
  return frame;
}

const std::vector<int> own = {0, 1, 2, 3, 4, 5, 6, 7};
const std::vector<int> others = {1, 0, 3, 2, 5, 4, 7, 6};

TEST(MeltCheck, CountsExchangesAndMemory) {
  MeltCheck check;
  check.add(tetrahedra(own, 0));
  check.add(tetrahedra(others, 0));
  const MeltReport r = check.report();
  EXPECT_EQ(r.exchanged, 4);
  EXPECT_EQ(r.memory, 0);
  EXPECT_TRUE(r.mixed && r.forgot);
  // The P stood still.
  EXPECT_FALSE(r.diffuses);
  EXPECT_THAT(r.verdict(), HasSubstr("P moved by 0.0 A"));
}

TEST(MeltCheck, AGlassIsNoMelt) {
  MeltCheck check;
  for (int f = 0; f < 5; ++f) check.add(tetrahedra(own, 0.1 * f));  // a drift is no diffusion
  const MeltReport r = check.report();
  EXPECT_EQ(r.exchanged, 0);
  EXPECT_EQ(r.memory, 1);
  EXPECT_FALSE(r.equilibrated());
  EXPECT_THAT(r.verdict(), HasSubstr("melt not equilibrated"));
  EXPECT_NEAR(r.msd.at("P"), 0, 1e-20);
  EXPECT_THROW((void)MeltCheck().report(), InputError);
}

// An anion that leaves and comes back is no exchange; one that was met on the way is.
TEST(MeltCheck, FlickeringBondsAreNoExchange) {
  MeltCheck check;
  for (int f = 0; f < 6; ++f) {
    structures::Frame frame = tetrahedra(own, 0);
    if (f % 2 == 1) frame.positions[8] += Vec3{0.8, 0.8, 0.8};
    check.add(frame);
  }
  EXPECT_EQ(check.report().exchanged, 0);
}

TEST(GlassTransition, ABendIsFoundWithItsInterval) {
  RandomStream random(3, "bend");
  int covered = 0;
  for (int trial = 0; trial < 40; ++trial) {
    std::vector<double> T;
    std::vector<double> U;
    for (int i = 0; i < 3000; ++i) {
      T.push_back(1400 - 1100.0 * i / 3000 + 20 * random.normal());
      const double mean = 1400 - 1100.0 * i / 3000;
      U.push_back(1e-3 * (mean + 0.6 * std::max(0.0, mean - 700)) + 0.03 * random.normal());
    }
    const Estimate Tg = glass_transition(T, U);
    ASSERT_FALSE(Tg.is_refused()) << Tg.refused;
    EXPECT_NEAR(*Tg.value, 700, 60);
    covered += Tg.low <= 700 && 700 <= Tg.high;
  }
  // 95 % of 40: 34 or more with probability 0.986.
  EXPECT_GE(covered, 34);
}

TEST(GlassTransition, AStraightCoolingHasNone) {
  RandomStream random(4, "straight");
  std::vector<double> T;
  std::vector<double> U;
  for (int i = 0; i < 3000; ++i) {
    T.push_back(1400 - 1100.0 * i / 3000);
    U.push_back(1e-3 * T.back() + 0.03 * random.normal());
  }
  EXPECT_TRUE(glass_transition(T, U).is_refused());
  EXPECT_TRUE(glass_transition(std::span(T).first(20), std::span(U).first(20)).is_refused());
}

}  // namespace
}  // namespace vitrion::analysis
