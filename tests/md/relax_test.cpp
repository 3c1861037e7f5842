// Relaxation in wells whose bottoms are known.
#include "md/relax.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace vitrion::md {
namespace {

/// Lennard-Jones forces of an open cluster, sigma = epsilon = 1.
std::vector<Vec3> lennard_jones(const structures::Frame& frame) {
  std::vector<Vec3> f(frame.size(), Vec3{});
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (std::size_t j = 0; j < frame.size(); ++j) {
      if (i == j) continue;
      const Vec3 d = frame.positions[i] - frame.positions[j];
      const double r2 = norm2(d);
      const double r6 = 1 / (r2 * r2 * r2);
      f[i] += (24 * (2 * r6 * r6 - r6) / r2) * d;
    }
  return f;
}

// Four atoms relax to a tetrahedron of edge 2^(1/6): all six pairs at the minimum.
TEST(Relax, FourAtomsBecomeATetrahedron) {
  structures::Frame frame;
  frame.species = {{"Na"}, {0, 0, 0, 0}};
  frame.positions = {{0, 0, 0}, {1.4, 0.1, 0}, {0.3, 1.2, 0.1}, {0.4, 0.2, 1.5}};
  RelaxOptions options;
  options.force = 1e-6;
  const Relaxed r = relax(frame, lennard_jones, options);
  ASSERT_TRUE(r.converged);
  EXPECT_LE(r.largest_force, options.force);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < i; ++j)
      // A force of 1e-6 against a stiffness of 57 leaves 2e-8.
      EXPECT_NEAR(norm(r.frame.positions[i] - r.frame.positions[j]), std::pow(2.0, 1.0 / 6), 1e-7);
}

TEST(Relax, SaysWhereItDidNotConverge) {
  structures::Frame frame;
  frame.species = {{"Na"}, {0, 0}};
  frame.positions = {{0, 0, 0}, {1.6, 0, 0}};
  RelaxOptions options;
  options.force = 1e-9;
  options.most_steps = 3;
  const Relaxed r = relax(frame, lennard_jones, options);
  EXPECT_FALSE(r.converged);
  EXPECT_EQ(r.steps, 3U);
  EXPECT_GT(r.largest_force, 1e-9);
}

}  // namespace
}  // namespace vitrion::md
