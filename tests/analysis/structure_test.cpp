// g(r), coordination, units and density of structures whose answers are exact.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "analysis/crystals.hpp"
#include "analysis/density.hpp"
#include "analysis/rdf.hpp"
#include "analysis/statistics.hpp"
#include "analysis/units.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {
namespace {

Mat3 box(double a, double b, double c) {
  return {{{a, 0, 0}, {0, b, 0}, {0, 0, c}}};
}

Rdf rdf_of(const structures::Frame& frame, const std::string& pair, double r_max = 0) {
  std::vector<RdfAccumulator> runs(1, RdfAccumulator({r_max, 0.02}));
  runs[0].add(frame);
  return rdf(runs, pair);
}

TEST(Rdf, IdealGasIsOneInABreathingCell) {
  RandomStream random(21, "gas");
  std::vector<RdfAccumulator> runs(1, RdfAccumulator({5, 0.5}));
  for (int f = 0; f < 200; ++f) {
    const double L = random.uniform(11, 14);
    structures::Frame frame;
    frame.cell = structures::Cell(box(L, L, L));
    frame.species.names = {"Na", "S"};
    for (int i = 0; i < 30; ++i) {
      frame.species.of_atom.push_back(i < 10 ? 0 : 1);
      frame.positions.push_back({random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)});
    }
    runs[0].add(frame);
  }
  // Bins of 0.5 A; the last three hold 400 to 9000 pairs. 4.5 standard errors of a bin: 18 bins are
  // looked at, so a fresh seed would fail once in 10^4.
  for (const std::string pair : {"Na-Na", "Na-S", "total"}) {
    const Rdf g = rdf(runs, pair);
    for (std::size_t i = 4; i < g.r.size(); ++i)
      EXPECT_NEAR(g.g[i], 1, 4.5 * std::max(g.g_error[i], 0.01)) << pair << g.r[i];
  }
}

TEST(Rdf, CubicLatticesHaveTheirCoordination) {
  const Mat3 a = box(4, 4, 4);
  const Rdf sc = rdf_of(crystal(a, {{"Na", {0, 0, 0}}}, 5), "Na-Na");
  EXPECT_NEAR(*sc.coordination_number.value, 6, 1e-12);
  const Rdf fcc = rdf_of(
      crystal(
          a,
          {{"Na", {0, 0, 0}}, {"Na", {0, 0.5, 0.5}}, {"Na", {0.5, 0, 0.5}}, {"Na", {0.5, 0.5, 0}}},
          5),
      "total");
  EXPECT_NEAR(*fcc.coordination_number.value, 12, 1e-12);
  EXPECT_NEAR(fcc.first_peak->r, 4 / std::sqrt(2.0), 0.01);  // half a bin
  EXPECT_EQ(fcc.coordination_number.method, "one frame: no error");
}

TEST(Rdf, TetragonalNa3PS4HasItsDistances) {
  const structures::Frame frame = crystal(box(6.956, 6.956, 7.088), tetragonal_na3ps4(), 3);
  const Rdf ps = rdf_of(frame, "P-S", 5);
  EXPECT_NEAR(ps.first_peak->r, 2.054, 0.01);  // half a bin; the bond from the coordinates
  EXPECT_NEAR(*ps.coordination_number.value, 4, 1e-12);
  const Rdf pp = rdf_of(frame, "P-P", 8);
  EXPECT_NEAR(pp.first_peak->r, 6.062, 0.01);
  const auto within = [&](double r) {
    return pp.coordination[static_cast<std::size_t>(r / 0.02) - 1];
  };
  EXPECT_NEAR(within(6.50), 8, 1e-12);
  EXPECT_NEAR(within(7.00), 12, 1e-12);
  EXPECT_NEAR(within(7.20), 14, 1e-12);
}

TEST(Rdf, TetragonalNa3PS4DistancesAreExact) {
  // Rietveld cell a 6.956, c 7.088 A: P-S 2.054 x 4; Na1-S 2.802, 2.980, 3.055; Na2-S 2.896 x 4
  // (recomputed from the coordinates when this project was designed; three decimals).
  const structures::Frame frame = crystal(box(6.956, 6.956, 7.088), tetragonal_na3ps4(), 1);
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, 3.2);
  const auto distances = [&](std::size_t atom, const std::string& to) {
    std::vector<double> r;
    for (std::size_t k = list.first[atom]; k < list.first[atom + 1]; ++k)
      if (frame.species.name(static_cast<std::size_t>(list.index[k])) == to)
        r.push_back(norm(list.displacement[k]));
    std::sort(r.begin(), r.end());
    return r;
  };
  const auto near = [](double r) { return testing::DoubleNear(r, 0.0006); };
  EXPECT_THAT(distances(6, "S"),
              testing::ElementsAre(near(2.054), near(2.054), near(2.054), near(2.054)));
  EXPECT_THAT(distances(4, "S"),
              testing::ElementsAre(near(2.896), near(2.896), near(2.896), near(2.896)));
  EXPECT_THAT(distances(0, "S"), testing::ElementsAre(near(2.802), near(2.802), near(2.980),
                                                      near(2.980), near(3.055), near(3.055)));
}

// As replicas that settled at other densities are: a lattice of 3.4 A reaches 9.6 A, one of 3.2 A
// 9.0 A.
TEST(Rdf, ReplicasOfOtherDensitiesAreTakenAsFarAsAllReach) {
  std::vector<RdfAccumulator> runs(2);
  runs[0].add(crystal(box(3.4, 3.4, 3.4), {{"Na", {0, 0, 0}}}, 6));
  runs[1].add(crystal(box(3.2, 3.2, 3.2), {{"Na", {0, 0, 0}}}, 6));
  const Rdf g = rdf(runs, "Na-Na");
  EXPECT_NEAR(g.r.back(), 0.47 * 6 * 3.2, 0.03);  // a bin and a half
  EXPECT_EQ(g.g.size(), g.r.size());
  // 6 + 12 + 8 + 6 neighbours within two lattice spacings and a bit, in either.
  const auto at = static_cast<std::size_t>(7.0 / 0.02);
  EXPECT_NEAR(g.coordination[at], 32, 1e-9);
}

TEST(Rdf, PairsAndRangesThatMakeNoSenseAreRefused) {
  const structures::Frame frame = crystal(box(4, 4, 4), {{"Na", {0, 0, 0}}}, 3);
  EXPECT_THROW((void)rdf_of(frame, "Na-Cl"), InputError);
  EXPECT_THROW((void)rdf_of(frame, "Na"), InputError);
  EXPECT_THROW((void)rdf_of(frame, "Na-Na", 6.5), InputError);
}

TEST(Density, Na3PS4CrystalHasItsXRayDensity) {
  // Jansen's cell a 6.952, c 7.076 A: 2.216 g/cm3 with Z = 2.
  std::vector<DensitySeries> runs(1);
  for (int f = 0; f < 10; ++f)
    runs[0].add(crystal(box(6.952, 6.952, 7.076), tetragonal_na3ps4(), 1));
  const Density d = density(runs);
  EXPECT_NEAR(*d.density.value, 2.216, 0.0005);  // the digits of the literature value
  EXPECT_NEAR(*d.volume_per_atom.value, 341.98 / 16, 0.001);
  EXPECT_TRUE(d.settled);
}

TEST(Density, ADriftIsNotSettled) {
  RandomStream random(6, "drift");
  std::vector<DensitySeries> runs(2);
  for (int f = 0; f < 200; ++f)
    for (std::size_t r = 0; r < 2; ++r) {
      runs[r].density.push_back(2 + 0.01 * random.normal() + (r == 1 ? 0.0005 * f : 0));
      runs[r].volume.push_back(1000);
      runs[r].atoms = 50;
    }
  EXPECT_TRUE(density(std::span(runs).first(1)).settled);
  const Density d = density(runs);
  EXPECT_FALSE(d.settled);
  EXPECT_NEAR(*d.drift.value, 5,
              0.8);  // 0.1 of 2.05 over the run; the slope's error is 0.12 per cent
}

// A network built by hand: two PS3O, one corner-sharing P2S7 (Q1 Q1), one P2S6 with a P-P bond, two
// free S.
structures::Frame network() {
  structures::Frame f;
  f.cell = structures::Cell(box(60, 60, 60));
  f.species.names = {"Na", "P", "S", "O"};
  const auto add = [&](int kind, const Vec3& r) {
    f.species.of_atom.push_back(kind);
    f.positions.push_back(r);
  };
  const double d = 2.05 / std::sqrt(3.0);
  const double o = 1.53 / std::sqrt(3.0);
  for (const double x : {5.0, 15.0}) {
    const Vec3 p{x, 5, 5};
    add(1, p);
    add(2, p + Vec3{d, d, d});
    add(2, p + Vec3{d, -d, -d});
    add(2, p + Vec3{-d, d, -d});
    add(3, p + Vec3{-o, -o, o});
  }
  for (const double side : {-1.0, 1.0}) {  // P2S7 along x about (30, 30, 30)
    const Vec3 p{30 + 2.1 * side, 30, 30};
    add(1, p);
    add(2, p + Vec3{0.7 * side, 1.9, 0});
    add(2, p + Vec3{0.7 * side, -0.95, 1.65});
    add(2, p + Vec3{0.7 * side, -0.95, -1.65});
  }
  add(2, {30, 30, 30});
  for (const double side : {-1.0, 1.0}) {  // P2S6 along x about (30, 10, 30)
    const Vec3 p{30 + 1.12 * side, 10, 30};
    add(1, p);
    add(2, p + Vec3{0.7 * side, 1.9, 0});
    add(2, p + Vec3{0.7 * side, -0.95, 1.65});
    add(2, p + Vec3{0.7 * side, -0.95, -1.65});
  }
  add(2, {45, 45, 45});
  add(2, {50, 45, 45});
  add(0, {55, 55, 55});
  return f;
}

TEST(Units, CensusOfAKnownNetworkIsExact) {
  std::map<std::string, double> c = census(network());
  EXPECT_EQ(c["PS3O"], 2);
  EXPECT_EQ(c["PS4"], 2);
  EXPECT_EQ(c["PS3+P"], 2);
  EXPECT_EQ(c["Q0"], 4);
  EXPECT_EQ(c["Q1"], 2);
  EXPECT_EQ(c["bridging S"], 1);
  EXPECT_EQ(c["terminal S"], 18);
  EXPECT_EQ(c["terminal O"], 2);
  EXPECT_EQ(c["free S"], 2);
  EXPECT_EQ(c["P-P"], 1);
  EXPECT_EQ(c["S-S"], 0);
  // N_free = 2, N_bridging = 1, N_PP = 1; 23 anions, 6 P: (2 - 1 - 2) - (23 - 24) = 0.
  EXPECT_EQ(c["residual"], 0);
}

TEST(Units, FractionsOfPhosphorusAddUpToOne) {
  std::vector<UnitSeries> runs(2);
  for (UnitSeries& run : runs)
    for (int f = 0; f < 5; ++f) run.add(network());
  const UnitCensus c = unit_census(runs);
  double sum = 0;
  for (const UnitCensus::Class& k : c.classes) sum += *k.fraction.value;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_EQ(c.frames, 10U);
  EXPECT_EQ(c.frames_broken, 0U);
  EXPECT_NEAR(*c.qn[1].value, 2.0 / 6, 1e-12);
  EXPECT_NEAR(*c.anions.at("free S").value, 2, 1e-12);
}

TEST(Units, ABrokenTetrahedronShowsInTheResidual) {
  structures::Frame frame = network();
  frame.positions[1] = {40, 20, 20};  // a sulfur of the first PS3O flies off: a PS2O and a free S
  std::map<std::string, double> c = census(frame);
  EXPECT_EQ(c["PS2O"], 1);
  EXPECT_EQ(c["residual"], 1);
  structures::Frame no_p = crystal(box(4, 4, 4), {{"Na", {0, 0, 0}}}, 2);
  EXPECT_THROW(UnitSeries().add(no_p), InputError);
}

}  // namespace
}  // namespace vitrion::analysis
