// Unwrapping: exact on wrapped copies, true under a breathing cell, loud where a path cannot be
// followed.
#include "analysis/trajectory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "analysis/msd.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

structures::Frame frame_of(const Mat3& rows, const std::vector<Vec3>& positions,
                           const std::vector<std::string>& names, std::vector<int> of_atom) {
  structures::Frame frame;
  frame.cell = structures::Cell(rows);
  frame.positions = positions;
  frame.species = {names, std::move(of_atom)};
  return frame;
}

TEST(Trajectory, WrappedPathsComeBackWhole) {
  RandomStream random(3, "unwrap");
  const Mat3 rows = {{{9, 0, 0}, {2, 8, 0}, {-1, 1.5, 10}}};
  const structures::Cell cell(rows);
  std::vector<Vec3> path = {{1, 1, 1}, {4, 4, 4}, {8, 7, 9}};
  TrajectoryOptions options;
  options.drift = DriftFrame::none;
  TrajectoryBuilder builder(options);
  std::vector<std::vector<Vec3>> truth;
  for (int f = 0; f < 300; ++f) {
    std::vector<Vec3> wrapped;
    for (Vec3& r : path) {
      for (double& x : r) x += 0.5 * random.normal();
      wrapped.push_back(cell.wrapped(r));
    }
    truth.push_back(path);
    builder.add(frame_of(rows, wrapped, {"Na"}, {0, 0, 0}), f);
  }
  const Trajectory t = std::move(builder).finish();
  for (std::size_t f = 0; f < 300; ++f)
    for (std::size_t i = 0; i < 3; ++i)
      for (std::size_t a = 0; a < 3; ++a)
        EXPECT_NEAR(t.path(i, a)[f] - t.path(i, a)[0], truth[f][i][a] - truth[0][i][a],
                    1e-10);  // rounding
}

// A framework of harmonic sites in a cell whose length breathes: the truth is 6 sigma^2 whatever
// the cell does. Adding Cartesian steps instead gives each atom that vibrates across a face a
// random walk.
TEST(Trajectory, BreathingSolidKeepsItsFrameworkMsd) {
  RandomStream random(11, "breathing");
  constexpr std::size_t atoms = 200;
  constexpr double sigma = 0.2;  // A per axis
  constexpr double L0 = 18;
  std::vector<Vec3> sites;  // fractional; many within reach of a face
  for (std::size_t i = 0; i < atoms; ++i)
    sites.push_back({0.01 * random.normal(), random.uniform(), random.uniform()});
  TrajectoryOptions options;
  options.framework = {"P"};
  TrajectoryBuilder builder(options);
  double breath = 0;
  std::vector<int> of_atom(atoms, 0);
  for (int f = 0; f < 1500; ++f) {
    breath =
        0.9 * breath + 0.044 * random.normal();  // s.d. 0.1 A: the stress case of a small soft cell
    const double L = L0 + breath;
    const structures::Cell cell(L * identity3());
    std::vector<Vec3> r;
    for (const Vec3& s : sites) {
      Vec3 at = s;
      for (double& x : at) x += sigma / L0 * random.normal();
      r.push_back(cell.wrapped(cell.cartesian({at})));
    }
    builder.add(frame_of(L * identity3(), r, {"P"}, of_atom), f);
  }
  const Trajectory t = std::move(builder).finish();
  const MultiOriginMsd msd = multi_origin_msd(t, t.atoms_of("P"), {}, 1);
  // The mean of 200 sites is taken off, which leaves 1 - 1/200 of the motion; statistical error
  // of the mean over 200 x 1000 nearly independent displacements is 0.2 %, three of them are
  // allowed.
  const double expected = 6 * sigma * sigma * (1 - 1.0 / atoms);
  for (const std::size_t lag : {1, 30, 500})
    EXPECT_NEAR(msd.msd[lag], expected, 0.006 * expected) << lag;
  // The diagnostic: one displacement of 200 atoms has sqrt(2/600) = 5.8 %, three of them; adding
  // Cartesian steps would have told of a framework that wanders.
  EXPECT_NEAR(t.framework_msd, expected, 0.18 * expected);
  EXPECT_GT(t.framework_msd_cartesian, 2 * expected);
}

TEST(Trajectory, FrameworkFrameRemovesDrift) {
  TrajectoryOptions options;
  options.keep = {"Na"};
  TrajectoryBuilder builder(options);
  for (int f = 0; f < 50; ++f) {
    const double shift = 0.3 * f;
    builder.add(frame_of(12 * identity3(),
                         {{1 + shift + 0.1 * f, 1, 1}, {5 + shift, 5, 5}, {9 + shift, 9, 9}},
                         {"Na", "P"}, {0, 1, 1}),
                f);
  }
  const Trajectory t = std::move(builder).finish();
  ASSERT_EQ(t.atoms(), 1U);
  EXPECT_NEAR(t.path(0, 0)[49] - t.path(0, 0)[0], 4.9, 1e-10);  // rounding
}

TEST(Trajectory, FlippedBasisOfATriclinicCellIsFollowed) {
  TrajectoryOptions options;
  options.drift = DriftFrame::none;
  TrajectoryBuilder builder(options);
  const Mat3 before = {{{10, 0, 0}, {5.1, 10, 0}, {0, 0, 10}}};
  const Mat3 after = {
      {{10, 0, 0}, {-4.9, 10, 0}, {0, 0, 10}}};  // b - a: LAMMPS flips at half a length
  builder.add(frame_of(before, {{1, 9, 1}}, {"Na"}, {0}), 0);
  builder.add(frame_of(after, {{1.2, 9, 1}}, {"Na"}, {0}), 1);
  const Trajectory t = std::move(builder).finish();
  EXPECT_NEAR(t.path(0, 0)[1] - t.path(0, 0)[0], 0.2, 1e-10);  // rounding
  EXPECT_NEAR(t.path(0, 1)[1] - t.path(0, 1)[0], 0, 1e-10);
}

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InputError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Trajectory, WhatCannotBeFollowedIsRefusedWithFrameAndAtom) {
  TrajectoryOptions options;
  options.drift = DriftFrame::none;
  const auto pair = [&](const structures::Frame& a, const structures::Frame& b, double time) {
    TrajectoryBuilder builder(options);
    builder.add(a, 0);
    builder.add(b, time);
  };
  const structures::Frame first =
      frame_of(10 * identity3(), {{1, 1, 1}, {5, 5, 5}}, {"Na", "P"}, {0, 1});
  const structures::Frame jumped =
      frame_of(10 * identity3(), {{1, 1, 1}, {5, 8, 5}}, {"Na", "P"}, {0, 1});
  const structures::Frame swapped =
      frame_of(10 * identity3(), {{1, 1, 1}, {5, 5, 5}}, {"Na", "P"}, {1, 0});
  const structures::Frame fewer = frame_of(10 * identity3(), {{1, 1, 1}}, {"Na", "P"}, {0});
  const structures::Frame other_cell =
      frame_of(13 * identity3(), {{1, 1, 1}, {5, 5, 5}}, {"Na", "P"}, {0, 1});
  structures::Frame open = first;
  open.cell.reset();
  EXPECT_THAT(message_of([&] { pair(first, jumped, 1); }),
              testing::HasSubstr("frame 1: atom 1 (P) moved by 0.30"));
  EXPECT_THAT(message_of([&] { pair(first, swapped, 1); }),
              testing::HasSubstr("frame 1: atom 0 is P, but was Na"));
  EXPECT_THAT(message_of([&] { pair(first, fewer, 1); }),
              testing::HasSubstr("frame 1 has 1 atoms"));
  EXPECT_THAT(message_of([&] { pair(first, other_cell, 1); }),
              testing::HasSubstr("the cell changed by 30 %"));
  EXPECT_THAT(message_of([&] { pair(first, first, 0); }), testing::HasSubstr("not after"));
  EXPECT_THAT(message_of([&] { pair(open, open, 1); }), testing::HasSubstr("no cell"));
  EXPECT_THAT(message_of([&] { (void)TrajectoryBuilder(options).finish(); }),
              testing::HasSubstr("no frames"));
  options.drift = DriftFrame::framework;
  options.framework = {"Si"};
  EXPECT_THAT(message_of([&] { pair(first, first, 1); }),
              testing::HasSubstr("no atom belongs to the framework"));
}

TEST(Trajectory, GivenPathsMayTakeLongSteps) {
  TrajectoryOptions options;
  options.drift = DriftFrame::none;
  options.unwrapped = true;
  TrajectoryBuilder builder(options);
  for (int f = 0; f < 5; ++f)
    builder.add(frame_of(10 * identity3(), {{7.0 * f, 0, 0}}, {"Na"}, {0}), f);
  const Trajectory t = std::move(builder).finish();
  EXPECT_NEAR(t.path(0, 0)[4] - t.path(0, 0)[0], 28, 1e-10);  // rounding
}

TEST(Trajectory, UnevenTimesAreRefused) {
  TrajectoryOptions options;
  options.drift = DriftFrame::none;
  TrajectoryBuilder builder(options);
  for (const double time : {0.0, 1.0, 2.0, 4.0})
    builder.add(frame_of(10 * identity3(), {{1, 1, 1}}, {"Na"}, {0}), time);
  const Trajectory t = std::move(builder).finish();
  EXPECT_THAT(message_of([&] { (void)t.time_step(); }),
              testing::HasSubstr("frames 2 and 3 are 2 ps apart"));
}

}  // namespace
}  // namespace vitrion::analysis
