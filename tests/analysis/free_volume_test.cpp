// Free volume: sphere packings whose voids and windows are geometry, and an ideal gas.
#include "analysis/free_volume.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>

#include "analysis/percolation.hpp"
#include "analysis/space_records.hpp"
#include "analysis/spheres.hpp"
#include "analysis/void_graph.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "crystals.hpp"

namespace vitrion::analysis {
namespace {

using structures::Cell;

constexpr double exact = 1e-6;  // A; distances are sums of about ten roundings of 1e-10 A in voro++

struct Packing {
  structures::Frame frame;
  std::vector<double> radii;
};

/// Spheres of radius 1 that touch: sc, bcc or fcc, n^3 conventional cells.
Packing packing(const std::string& kind, int n) {
  std::vector<Site> sites = {{"Ar", {0, 0, 0}}};
  double a = 2;
  if (kind == "bcc") {
    sites.push_back({"Ar", {0.5, 0.5, 0.5}});
    a = 4 / std::sqrt(3.0);
  }
  if (kind == "fcc") {
    for (const Vec3& s : {Vec3{0.5, 0.5, 0}, Vec3{0.5, 0, 0.5}, Vec3{0, 0.5, 0.5}})
      sites.push_back({"Ar", s});
    a = 2 * std::sqrt(2.0);
  }
  Packing p{crystal(a * identity3(), sites, n), {}};
  p.radii.assign(p.frame.size(), 1.0);
  return p;
}

struct Known {
  const char* kind;
  double included;  // radius of the largest void
  double free;      // radius of the largest window that percolates
};

void PrintTo(const Known& known, std::ostream* out) {
  *out << known.kind;
}

class SpherePackings : public testing::TestWithParam<Known> {};

// Table A7: voids and windows of touching spheres, in units of their radius.
TEST_P(SpherePackings, VoidsAndWindowsAreThoseOfGeometry) {
  for (const int n : {1, 2, 3}) {
    const Packing p = packing(GetParam().kind, n);
    const VoidGraph graph = void_graph(*p.frame.cell, p.frame.positions, p.radii);
    EXPECT_NEAR(graph.largest().radius, GetParam().included, exact) << n;
    const Percolation open = percolation(graph.nodes.size(), graph.edges);
    for (const auto& axis : open.axes) EXPECT_NEAR(axis.value(), GetParam().free, exact) << n;
    for (const double v : graph.cell_volumes)
      EXPECT_NEAR(v, p.frame.cell->volume() / static_cast<double>(p.frame.size()), exact);
  }
}

INSTANTIATE_TEST_SUITE_P(A7, SpherePackings,
                         testing::Values(Known{"sc", std::sqrt(3.0) - 1, std::sqrt(2.0) - 1},
                                         Known{"fcc", std::sqrt(2.0) - 1, 2 / std::sqrt(3.0) - 1},
                                         Known{"bcc", std::sqrt(5.0 / 3) - 1,
                                               4 / std::sqrt(3.0) * 0.75 / std::sqrt(2.0) - 1}),
                         [](const auto& i) { return std::string(i.param.kind); });

TEST(VoidGraph, FccHasItsTetrahedralVoidsToo) {
  const Packing p = packing("fcc", 2);
  const VoidGraph graph = void_graph(*p.frame.cell, p.frame.positions, p.radii);
  std::size_t octahedral = 0;
  std::size_t tetrahedral = 0;
  for (const VoidNode& node : graph.nodes) {
    octahedral += std::abs(node.radius - (std::sqrt(2.0) - 1)) < exact;
    tetrahedral += std::abs(node.radius - (std::sqrt(1.5) - 1)) < exact;
  }
  EXPECT_EQ(octahedral, p.frame.size());  // one octahedral and two tetrahedral voids a sphere
  EXPECT_EQ(tetrahedral, 2 * p.frame.size());
  EXPECT_EQ(graph.nodes.size(), 3 * p.frame.size());
}

/// Spheres that touch nothing, in a skewed cell, with two radii.
Packing mixture(std::size_t n, std::uint64_t seed) {
  RandomStream random(seed, "mixture");
  Packing p;
  p.frame.cell = Cell(Mat3{{{11, 0, 0}, {2.5, 10, 0}, {-1.5, 2, 12}}});
  p.frame.species.names = {"S", "O"};
  while (p.radii.size() < n) {
    const Vec3 r =
        p.frame.cell->cartesian({{random.uniform(), random.uniform(), random.uniform()}});
    const double radius = p.radii.size() % 2 == 0 ? 1.84 : 1.40;
    bool apart = true;
    for (std::size_t i = 0; i < p.radii.size(); ++i)
      apart = apart && norm(p.frame.cell->minimum_image(r - p.frame.positions[i])) > 2.2;
    if (!apart) continue;
    p.frame.positions.push_back(r);
    p.radii.push_back(radius);
    p.frame.species.of_atom.push_back(static_cast<int>((p.radii.size() - 1) % 2));
  }
  return p;
}

TEST(VoidGraph, CellsOfAMixtureFillItsCell) {
  const Packing p = mixture(60, 3);
  const VoidGraph graph = void_graph(*p.frame.cell, p.frame.positions, p.radii);
  EXPECT_NEAR(std::accumulate(graph.cell_volumes.begin(), graph.cell_volumes.end(), 0.0),
              p.frame.cell->volume(), exact);
}

// No point of a fine grid has more room than the largest sphere, and the best comes as near as the
// grid's spacing allows (clearance changes by no more than the distance).
TEST(VoidGraph, LargestSphereOfAMixtureIsThatOfAGrid) {
  for (const std::uint64_t seed : {1U, 2U}) {
    const Packing p = mixture(60, seed);
    const VoidGraph graph = void_graph(*p.frame.cell, p.frame.positions, p.radii);
    const VoidNode& largest = graph.largest();
    const PeriodicSpheres spheres(*p.frame.cell, p.frame.positions, p.radii);
    EXPECT_NEAR(spheres.clearance(p.frame.cell->cartesian(largest.at)), largest.radius, exact);
    double best = -1;
    const int n = 40;
    for (int i = 0; i < n * n * n; ++i)
      best = std::max(best, spheres.clearance(p.frame.cell->cartesian(
                                {{i % n / 40.0, i / n % n / 40.0, i / n / n / 40.0}})));
    EXPECT_LE(best, largest.radius + exact) << seed;
    EXPECT_GT(best, largest.radius - 0.3) << seed;
  }
}

// A sphere that rolls on a grid finds no wider way round the cell than the graph, and one that is
// narrower by less than the grid's spacing.
TEST(VoidGraph, LargestFreeSphereOfAMixtureIsThatOfAGrid) {
  for (const std::uint64_t seed : {1U, 2U}) {
    const Packing p = mixture(60, seed);
    const VoidGraph graph = void_graph(*p.frame.cell, p.frame.positions, p.radii);
    const Percolation open = percolation(graph.nodes.size(), graph.edges);
    const PeriodicSpheres spheres(*p.frame.cell, p.frame.positions, p.radii);
    const int n = 40;
    std::vector<double> room(static_cast<std::size_t>(n * n * n));
    for (int i = 0; i < n * n * n; ++i)
      room[static_cast<std::size_t>(i)] = spheres.clearance(
          p.frame.cell->cartesian({{i % n / 40.0, i / n % n / 40.0, i / n / n / 40.0}}));
    std::vector<PeriodicEdge> edges;
    for (int i = 0; i < n * n * n; ++i)
      for (const auto& step : {CellShift{1, 0, 0}, CellShift{0, 1, 0}, CellShift{0, 0, 1}}) {
        const CellShift to{i % n + step[0], i / n % n + step[1], i / n / n + step[2]};
        const auto a = static_cast<std::size_t>(i);
        const auto b = static_cast<std::size_t>(to[2] % n * n * n + to[1] % n * n + to[0] % n);
        edges.push_back({a, b, {to[0] / n, to[1] / n, to[2] / n}, std::min(room[a], room[b])});
      }
    const Percolation grid = percolation(room.size(), edges);
    for (std::size_t k = 0; k < 3; ++k) {
      EXPECT_LE(grid.axes[k].value(), open.axes[k].value() + 1e-3) << seed;
      EXPECT_GT(grid.axes[k].value(), open.axes[k].value() - 0.3) << seed;
    }
  }
}

TEST(Spheres, ATangentSphereTouchesAll) {
  const std::vector<Sphere> four = {
      {{0, 0, 0}, 1.84}, {{4.1, 0, 0}, 1.40}, {{2, 3.8, 0.2}, 1.02}, {{1.8, 1.2, 3.9}, 1.84}};
  const TangentSphere t = tangent_sphere(four);
  ASSERT_TRUE(t.exists);
  for (const Sphere& s : four)
    EXPECT_NEAR(norm(t.sphere.centre - s.centre), t.sphere.radius + s.radius, 1e-12);
  const TangentSphere window = tangent_sphere(std::span(four).first(3));
  ASSERT_TRUE(window.exists);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(norm(window.sphere.centre - four[i].centre), window.sphere.radius + four[i].radius,
                1e-12);
  const Vec3 normal = cross(four[1].centre, four[2].centre);
  EXPECT_NEAR(dot(window.sphere.centre, normal), 0, 1e-12);
}

// A8: an equilateral window of side 3.9 A between sulphurs of 1.84 A.
TEST(Spheres, AWindowOfThreeSulphursIsItsCircumcircleLessTheRadius) {
  const std::vector<Sphere> three = {
      {{0, 0, 0}, 1.84}, {{3.9, 0, 0}, 1.84}, {{1.95, 3.9 * std::sqrt(0.75), 0}, 1.84}};
  EXPECT_NEAR(tangent_sphere(three).sphere.radius, 3.9 / std::sqrt(3.0) - 1.84, 1e-12);
}

// A1: a point of an ideal gas has room r with probability exp(-4 pi rho r^3 / 3). 20 frames of
// 20000 points: the fraction's standard error is under 0.0024 with the gas's own fluctuations; 5 of
// them fail one run in a million, 4 radii.
TEST(FreeVolume, IdealGasHasTheVoidsOfPoisson) {
  FreeVolumeOptions options;
  options.radii = {{"Ar", 0.0}};
  options.probes = {0.5, 0.8, 1.1, 1.4};
  const double L = 20;
  const int n = 500;
  std::vector<TimedFrame> frames;
  for (int f = 0; f < 20; ++f) {
    RandomStream random(17, "ideal-gas", static_cast<std::uint64_t>(f));
    TimedFrame t;
    t.time_ps = f;
    t.frame.cell = Cell(L * identity3());
    t.frame.species.names = {"Ar"};
    t.frame.species.of_atom.assign(n, 0);
    for (int i = 0; i < n; ++i)
      t.frame.positions.push_back(
          {random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)});
    frames.push_back(std::move(t));
  }
  const FreeVolume result = free_volume({free_volume_of_run(frames, options)}, options);
  EXPECT_FALSE(result.framework.has_value());
  EXPECT_FALSE(result.mobile_cell.has_value());
  for (std::size_t k = 0; k < options.probes.size(); ++k) {
    const double r = options.probes[k];
    const double expected = std::exp(-4 * std::numbers::pi / 3 * n / (L * L * L) * r * r * r);
    EXPECT_NEAR(*result.full.fractions[k].value, expected, 0.012) << r;
  }
}

TEST(FreeVolume, ACrystalHasItsVolumesAndTheFrameworkMoreRoom) {
  const Mat3 rows{{{6.952, 0, 0}, {0, 6.952, 0}, {0, 0, 7.076}}};
  TimedFrame t{crystal(rows, tetragonal_na3ps4(), 2), 0};
  FreeVolumeOptions options;
  options.points = 2000;
  const FreeVolume f = free_volume({free_volume_of_run(std::span(&t, 1), options)}, options);
  const double volume = 6.952 * 6.952 * 7.076;
  EXPECT_NEAR(*f.volume_per_atom.value, volume / 16, 1e-9);
  EXPECT_NEAR(*f.volume_per_formula_unit.value, volume / 2, 1e-9);
  const double ions =
      4 * std::numbers::pi / 3 * (3 * std::pow(1.02, 3) + 4 * std::pow(1.84, 3) + std::pow(0.2, 3));
  EXPECT_NEAR(*f.excess_per_formula_unit.value, volume / 2 - ions, 1e-9);
  EXPECT_NEAR(*f.excess_fraction.value, 1 - 2 * ions / volume, 1e-9);
  ASSERT_TRUE(f.framework.has_value());
  EXPECT_GT(*f.framework->Di.value, *f.full.Di.value);
  EXPECT_GT(*f.framework->Df.value, *f.full.Df.value);
  EXPECT_GE(*f.framework->Di.value, *f.framework->Df.value);
  const nlohmann::json j = to_json(f);
  EXPECT_EQ(j["series"][0]["Di"].size(), 1U);
  EXPECT_EQ(j["full"]["probe"]["fraction"].size(), 16U);
}

TEST(FreeVolume, WhatHasNoRadiusOrNoCellIsNamed) {
  TimedFrame t{packing("sc", 2).frame, 0};
  FreeVolumeOptions options;
  EXPECT_THROW((void)free_volume_of_run(std::span(&t, 1), options), InputError);
  options.radii["Ar"] = 1;
  t.frame.cell.reset();
  EXPECT_THROW((void)free_volume_of_run(std::span(&t, 1), options), InputError);
  options.probes = {0.5, 0.2};
  t.frame = packing("sc", 2).frame;
  EXPECT_THROW((void)free_volume_of_run(std::span(&t, 1), options), InputError);
}

// Rings do not percolate; a way round the cell does, along its own axis only.
TEST(Percolation, ARingIsNoWayRoundTheCell) {
  const std::vector<PeriodicEdge> ring = {{0, 1, {}, 3}, {1, 2, {}, 3}, {2, 0, {}, 3}};
  EXPECT_FALSE(percolation(3, ring).any.has_value());
  // 0 -> 1 crosses b, 1 -> 2 comes back: still a ring.
  const std::vector<PeriodicEdge> back = {
      {0, 1, {0, 1, 0}, 3}, {1, 2, {0, -1, 0}, 3}, {2, 0, {}, 3}};
  EXPECT_FALSE(percolation(3, back).any.has_value());
  const std::vector<PeriodicEdge> through = {
      {0, 1, {}, 3}, {1, 2, {}, 2}, {2, 0, {0, 1, 0}, 3}, {0, 2, {}, 1}};
  const Percolation p = percolation(3, through);
  EXPECT_EQ(p.axes[1], 2);
  EXPECT_EQ(p.any, 2);
  EXPECT_FALSE(p.axes[0].has_value());
  EXPECT_FALSE(p.axes[2].has_value());
}

TEST(FrameSample, KeepsFramesEvenlyOverTheRun) {
  for (const std::size_t seen : {1U, 19U, 20U, 39U, 40U, 41U, 400U, 1001U}) {
    FrameSample sample(20);
    for (std::size_t f = 0; f < seen; ++f) sample.add({}, static_cast<double>(f));
    const auto& kept = sample.frames();
    EXPECT_EQ(sample.seen(), seen);
    EXPECT_GE(kept.size(), std::min<std::size_t>(seen, 20)) << seen;
    EXPECT_LT(kept.size(), 40U);
    for (std::size_t k = 1; k < kept.size(); ++k)
      EXPECT_EQ(kept[k].time_ps, static_cast<double>(k) * kept[1].time_ps) << seen;
  }
}

}  // namespace
}  // namespace vitrion::analysis
