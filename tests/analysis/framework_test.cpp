// The framework: solids, jumps, turns and deformations whose measures are known.
#include "analysis/framework.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>
#include <numeric>

#include "analysis/nonaffine.hpp"
#include "analysis/space_records.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;
constexpr double pi = std::numbers::pi;

const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};

/// The rotation by an angle about a direction (Rodrigues), for row vectors.
Mat3 rotation(const Vec3& axis, double angle) {
  const Vec3 n = (1 / norm(axis)) * axis;
  const Mat3 k{{{0, n[2], -n[1]}, {-n[2], 0, n[0]}, {n[1], -n[0], 0}}};
  return identity3() + std::sin(angle) * k + (1 - std::cos(angle)) * (k * k);
}

/// PX4 tetrahedra on a cubic lattice of 6 A; unit u has `oxygens(u)` O.
struct Glass {
  Trajectory t;
  std::size_t units;

  explicit Glass(int edge, std::size_t frames, double dt = 1)
      : units(static_cast<std::size_t>(edge * edge * edge)) {
    t.species.names = {"P", "S", "O"};
    for (std::size_t u = 0; u < units; ++u) {
      t.species.of_atom.push_back(0);
      for (std::size_t k = 0; k < 4; ++k) t.species.of_atom.push_back(k < u % 5 ? 2 : 1);
    }
    t.reference_cell = (6.0 * edge) * identity3();
    t.positions.resize(t.atoms() * 3 * frames);
    for (std::size_t f = 0; f < frames; ++f) {
      t.times.push_back(static_cast<double>(f) * dt);
      t.volumes.push_back(determinant(t.reference_cell));
      for (std::size_t u = 0; u < units; ++u) place(u, f, identity3(), {});
    }
  }
  [[nodiscard]] Vec3 site(std::size_t u) const {
    const auto edge = static_cast<std::size_t>(std::lround(std::cbrt(static_cast<double>(units))));
    // Off the origin, so that a bond crosses a face.
    return {6.0 * static_cast<double>(u % edge) + 0.5,
            6.0 * static_cast<double>(u / edge % edge) + 0.5,
            6.0 * static_cast<double>(u / edge / edge) + 0.5};
  }
  void set(std::size_t atom, std::size_t frame, const Vec3& r) {
    for (std::size_t a = 0; a < 3; ++a) t.positions[(3 * atom + a) * t.frames() + frame] = r[a];
  }
  /// Frames must be there already when times are.
  void place(std::size_t u, std::size_t frame, const Mat3& turn, const Vec3& shift) {
    const std::size_t frames = t.positions.size() / (3 * t.atoms());
    const auto put = [&](std::size_t atom, const Vec3& r) {
      for (std::size_t a = 0; a < 3; ++a) t.positions[(3 * atom + a) * frames + frame] = r[a];
    };
    const Vec3 p = site(u) + shift;
    put(5 * u, p);
    for (std::size_t k = 0; k < 4; ++k) {
      const double length = t.species.name(5 * u + 1 + k) == "O" ? 1.5 : 2.05;
      put(5 * u + 1 + k, p + ((length / std::sqrt(3.0)) * corners[k]) * turn);
    }
  }
};

// 27 P that vibrate with s per axis, 400 independent frames: B = 8 pi^2 s^2, plateau 6 s^2. The
// relative error of a variance from 27 x 3 x 400 numbers is 0.8 %; 4 % is five of them.
TEST(Framework, AnEinsteinSolidHasItsDebyeWallerFactor) {
  const double s = 0.12;
  Glass g(3, 400);
  RandomStream random(3, "einstein");
  for (std::size_t f = 0; f < 400; ++f)
    for (std::size_t u = 0; u < g.units; ++u)
      g.place(u, f, identity3(), {s * random.normal(), s * random.normal(), s * random.normal()});
  const FrameworkOptions options;
  const Framework f = framework({framework_of_run(g.t, options, std::nullopt)}, options, 0);
  EXPECT_NEAR(*f.b_factor.value, 8 * pi * pi * s * s, 0.04 * 8 * pi * pi * s * s);
  EXPECT_LT(f.b_factor.low, 8 * pi * pi * s * s);
  EXPECT_GT(f.b_factor.high, 8 * pi * pi * s * s);
  EXPECT_NEAR(*f.cage_plateau.value, 6 * s * s, 0.05 * 6 * s * s);
  EXPECT_NEAR(*f.cage_amplitude.value, std::sqrt(3.0) * s, 0.03 * std::sqrt(3.0) * s);
  EXPECT_TRUE(f.runs[0].jumps.empty());
  EXPECT_TRUE(f.runs[0].turns.turns.empty());
  EXPECT_EQ(*f.jump_rate.value, 0);
  EXPECT_GT(f.jump_rate.high, 0);
  // All units turn with nothing.
  EXPECT_NEAR(f.rotation.c1.back(), 1, 1e-9);
  EXPECT_NEAR(f.rotation.c2.back(), 1, 1e-9);
  EXPECT_EQ(f.rotation.bonds, 4 * g.units);
  EXPECT_EQ(f.rotation.broken, 0U);
  EXPECT_TRUE(f.runs[0].rises.empty());
  // Every class of oxygens is there, and they agree.
  ASSERT_EQ(f.classes.size(), 5U);
  for (const FrameworkClass& c : f.classes) {
    EXPECT_GE(c.centres, 5U);
    EXPECT_NEAR(*c.b_factor.value, 8 * pi * pi * s * s, 0.15 * 8 * pi * pi * s * s);
  }
  EXPECT_FALSE(f.coincidence.has_value());
  EXPECT_FALSE(f.hop_rate.has_value());
}

TEST(Framework, GaussianDisplacementsHaveTheKnownTopShare) {
  // 1 - F5(q), with q the 95 % quantile of chi-squared with three degrees of freedom: sampled here.
  RandomStream random(5, "gaussian-share");
  std::vector<double> squares(400000);
  for (double& x : squares) {
    const Vec3 r{random.normal(), random.normal(), random.normal()};
    x = norm2(r);
  }
  std::sort(squares.rbegin(), squares.rend());
  const double top = std::accumulate(squares.begin(), squares.begin() + 20000, 0.0);
  const double all = std::accumulate(squares.begin(), squares.end(), 0.0);
  EXPECT_NEAR(top / all, gaussian_top_share, 1e-3);  // s.e. 2e-4
}

TEST(Framework, AJumpIsFoundWithItsTimeAndLengthAndMakesARise) {
  const std::size_t frames = 400;
  Glass g(3, frames);
  RandomStream random(7, "jump");
  const Vec3 far{1.2, -0.9, 0.8};  // 1.7 A
  for (std::size_t f = 0; f < frames; ++f)
    for (std::size_t u = 0; u < g.units; ++u) {
      const Vec3 rattle{0.1 * random.normal(), 0.1 * random.normal(), 0.1 * random.normal()};
      g.place(u, f, identity3(), rattle + (u == 11 && f >= 250 ? far : Vec3{}));
    }
  const FrameworkOptions options;
  const FrameworkRun run = framework_of_run(g.t, options, std::nullopt);
  ASSERT_EQ(run.jumps.size(), 1U);
  EXPECT_EQ(run.jumps[0].centre, 11U);
  EXPECT_NEAR(run.jumps[0].time_ps, 250, 1);
  // Means of five frames on either side, and the maximum over times: 0.3 A.
  EXPECT_NEAR(run.jumps[0].length, norm(far), 0.3);
  ASSERT_EQ(run.rises.size(), 1U);
  EXPECT_NEAR(run.rises[0].time_ps, 250, 10);  // a fortieth of the run
  EXPECT_NEAR(run.rises[0].rise, norm2(far) / 27, 0.1 * norm2(far) / 27 + 0.01);
  EXPECT_GT(run.rises[0].top_share, 0.8);
  EXPECT_GT(run.top_share, 0.5);  // one of 27 is the top 5 %
}

TEST(Framework, AnExcursionThatComesBackIsNoJump) {
  Glass g(2, 200);
  for (std::size_t f = 0; f < 200; ++f)
    g.place(3, f, identity3(), {f == 100 || f == 101 ? 1.8 : 0, 0, 0});
  EXPECT_TRUE(framework_of_run(g.t, {}, std::nullopt).jumps.empty());
}

// Each unit turns by theta about a random axis a frame: C_l = (chi_l(theta) / (2l + 1))^n exactly,
// chi_1 = 1 + 2 cos, chi_2 = 1 + 2 cos + 2 cos 2; that is exp(-l(l+1) D_r t) for small theta, with
// D_r = theta^2 / 6 dt.
TEST(Rotation, RandomTurnsDecayAsTheyMust) {
  const double theta = 0.15;
  const std::size_t frames = 600;
  Glass g(4, frames, 0.5);
  RandomStream random(9, "turns");
  for (std::size_t u = 0; u < g.units; ++u) {
    Mat3 turn = identity3();
    for (std::size_t f = 1; f < frames; ++f) {
      turn = turn * rotation({random.normal(), random.normal(), random.normal()}, theta);
      g.place(u, f, turn, {});
    }
  }
  const std::vector<BondedUnit> units = bonded_units(g.t, "P");
  const RotationCurve c = rotation_curve(g.t, units, 2);
  EXPECT_EQ(c.units, g.units);
  const double one = (1 + 2 * std::cos(theta)) / 3;
  const double two = (1 + 2 * std::cos(theta) + 2 * std::cos(2 * theta)) / 5;
  for (std::size_t l = 0; l < c.lag_ps.size(); ++l) {
    const double n = c.lag_ps[l] / 0.5;
    // Five standard errors, which the curve itself estimates, and a rounding.
    EXPECT_NEAR(c.c1[l], std::pow(one, n), 5 * c.c1_error[l] + 1e-9) << n;
    EXPECT_NEAR(c.c2[l], std::pow(two, n), 5 * c.c2_error[l] + 1e-9) << n;
    EXPECT_NEAR(std::pow(one, n), std::exp(-2 * theta * theta / 6 * n), 0.01);
  }
  EXPECT_LT(c.c1_error.back(), 0.1);
}

TEST(Rotation, AThreeFoldTurnIsOneTurnAndALibrationNone) {
  const std::size_t frames = 300;
  Glass g(2, frames);
  RandomStream random(4, "libration");
  for (std::size_t f = 0; f < frames; ++f)
    for (std::size_t u = 0; u < g.units; ++u) {
      const Mat3 libration = rotation({random.normal(), random.normal(), random.normal()}, 0.3);
      const Mat3 turn = u == 5 && f >= 120 ? rotation({1, 1, 1}, 2 * pi / 3) : identity3();
      g.place(u, f, libration * turn, {});
    }
  const Turns turns = large_turns(g.t, bonded_units(g.t, "P"), 60, 1);
  ASSERT_EQ(turns.turns.size(), 1U);
  EXPECT_EQ(turns.turns[0].unit, 5U);
  EXPECT_NEAR(turns.turns[0].time_ps, 120, 1);
  EXPECT_NEAR(turns.turns[0].angle, std::acos(-1.0 / 3) * 180 / pi, 45);  // two librations of 17
  for (const double t : turns.observed) EXPECT_NEAR(t, 299, 1e-9);
}

TEST(Rotation, ABrokenBondEndsItsUnit) {
  Glass g(2, 100);
  for (std::size_t f = 40; f < 100; ++f) g.set(5 * 2 + 4, f, g.site(2) + Vec3{-2, -2, 2});
  const std::vector<BondedUnit> units = bonded_units(g.t, "P");
  EXPECT_EQ(rotation_curve(g.t, units, 1).broken, 1U);
  EXPECT_NEAR(large_turns(g.t, units, 60, 1).observed[2], 39, 1e-9);
}

TEST(NonAffine, ALinearDeformationHasNone) {
  Glass g(3, 2);
  const Mat3 deform{{{1.03, 0.02, 0}, {-0.01, 0.98, 0.04}, {0, 0.01, 1.01}}};
  // Displacements of periodic images follow their own atom, so only a field that is periodic is
  // affine everywhere: here one of a cluster far from the faces.
  Trajectory t = g.t;
  t.reference_cell = 60 * identity3();
  std::vector<std::size_t> all(t.atoms());
  std::iota(all.begin(), all.end(), std::size_t{0});
  for (const std::size_t i : all) {
    Vec3 r{t.path(i, 0)[0], t.path(i, 1)[0], t.path(i, 2)[0]};
    r = r * deform;
    for (std::size_t a = 0; a < 3; ++a) t.positions[(3 * i + a) * 2 + 1] = r[a];
  }
  for (const double d : non_affine(t, t.atoms_of("P"), all, {}, 1)) EXPECT_NEAR(d, 0, 1e-20);
}

// Neighbours that move by s per axis around a centre that stands still: three of their n degrees
// of freedom a component go into F, so D2min = 3 s^2 (n - 3) / n.
TEST(NonAffine, IndependentNeighboursKeepTheDegreesThatTheFitLeaves) {
  const double s = 0.1;
  const std::size_t frames = 400;
  RandomStream random(2, "neighbours");
  Trajectory t;
  t.species.names = {"P"};
  t.reference_cell = 60 * identity3();
  const std::size_t n = 12;
  t.species.of_atom.assign(n + 1, 0);
  t.positions.resize((n + 1) * 3 * frames);
  std::vector<Vec3> sites = {{30, 30, 30}};
  for (std::size_t i = 0; i < n; ++i) {
    Vec3 d{random.normal(), random.normal(), random.normal()};
    sites.push_back(sites[0] + (5 / norm(d)) * d);
  }
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f));
    t.volumes.push_back(60.0 * 60 * 60);
    for (std::size_t i = 0; i <= n; ++i)
      for (std::size_t a = 0; a < 3; ++a)
        t.positions[(3 * i + a) * frames + f] =
            sites[i][a] + (i > 0 && f % 2 == 1 ? s * random.normal() : 0);
  }
  std::vector<std::size_t> all(n + 1);
  std::iota(all.begin(), all.end(), std::size_t{0});
  // Origins at even frames only: from the sites to the displaced ones.
  double sum = 0;
  for (std::size_t f = 0; f + 1 < frames; f += 2) {
    Trajectory two = t;
    two.times = {0, 1};
    two.volumes = {t.volumes[0], t.volumes[0]};
    two.positions.assign((n + 1) * 3 * 2, 0);
    for (std::size_t k = 0; k < 3 * (n + 1); ++k)
      for (std::size_t j = 0; j < 2; ++j)
        two.positions[2 * k + j] = t.positions[k * frames + f + j];
    sum += non_affine(two, std::span(all).first(1), all, {}, 1)[0];
  }
  const double expected = 3 * s * s * (n - 3.0) / n;
  // 200 draws of 27 degrees of freedom: 1.9 %; 8 % is over four of them.
  EXPECT_NEAR(sum / (frames / 2.0), expected, 0.08 * expected);
}

TEST(NonAffine, TooFewNeighboursLeaveItUndefined) {
  Glass g(2, 2);
  std::vector<std::size_t> centres = g.t.atoms_of("P");
  NonAffineOptions options;
  options.radius = 3;  // no other P
  for (const double d : non_affine(g.t, centres, centres, options, 1)) EXPECT_TRUE(std::isnan(d));
  options.lag = 2;
  EXPECT_THROW((void)non_affine(g.t, centres, centres, options, 1), InputError);
}

/// `n` jumps at random, and as many hops: `tied` of them within 2 ps and 2 A of a jump.
EventPair events(std::size_t n, std::size_t tied, std::uint64_t seed) {
  RandomStream random(seed, "events");
  EventPair pair;
  pair.cell = 30 * identity3();
  pair.duration = 2000;
  const auto anywhere = [&] {
    return Vec3{random.uniform(0, 30), random.uniform(0, 30), random.uniform(0, 30)};
  };
  for (std::size_t i = 0; i < n; ++i) {
    pair.a.push_back({i, random.uniform(0, 2000), anywhere()});
    Event hop{i, random.uniform(0, 2000), anywhere()};
    if (i < tied) {
      hop.time_ps = std::clamp(pair.a.back().time_ps + random.uniform(-2, 2), 0.0, 1999.0);
      hop.place = pair.a.back().place + Vec3{random.uniform(-1, 1), 0, random.uniform(-1, 1)};
    }
    pair.b.push_back(hop);
  }
  return pair;
}

TEST(Coincidence, TiedEventsAreFoundAndFreeOnesAreNot) {
  const EventPair tied = events(60, 12, 3);
  const Coincidence c = coincidence(std::span(&tied, 1), 10, 6, 2000, 1);
  EXPECT_TRUE(c.refused.empty());
  EXPECT_GE(c.observed, 12);
  EXPECT_GT(c.observed, c.chance_high);
  EXPECT_LT(c.p_value, 0.002);
  // Pairs by chance: n^2 (4 pi 6^3 / 3 / 30^3) (20 / 2000), 1.2 of them for n = 60.
  const double by_chance = 3600 * (4 * pi * 216 / 3 / 27000) * 0.01;
  EXPECT_NEAR(c.expected, by_chance, 0.5 * by_chance);
}

// Of 200 sets of free events one in twenty has p < 0.05: 10 +- 3; over 21 comes once in 3000 times.
TEST(Coincidence, FreeEventsAreCalledTiedOnceInTwentyTimes) {
  int small = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const EventPair free = events(80, 0, 100 + seed);
    small += coincidence(std::span(&free, 1), 10, 6, 200, seed).p_value < 0.05;
  }
  EXPECT_LE(small, 21);
}

TEST(Coincidence, WithoutEventsOrTimeItIsRefused) {
  EventPair none = events(5, 0, 1);
  none.b.clear();
  EXPECT_THAT(coincidence(std::span(&none, 1), 10, 6, 100, 1).refused, HasSubstr("did not happen"));
  EventPair brief = events(5, 0, 1);
  brief.duration = 50;
  EXPECT_THAT(coincidence(std::span(&brief, 1), 10, 6, 100, 1).refused, HasSubstr("ten times"));
}

TEST(Framework, ReplicasAndHopsMakeARecord) {
  const FrameworkOptions options;
  std::vector<FrameworkRun> runs;
  for (std::uint64_t r = 0; r < 2; ++r) {
    Glass g(3, 300);
    RandomStream random(r, "replica");
    for (std::size_t f = 0; f < 300; ++f)
      for (std::size_t u = 0; u < g.units; ++u)
        g.place(u, f, identity3(),
                {0.1 * random.normal(), 0.1 * random.normal(),
                 0.1 * random.normal() + (u == 4 && f >= 150 ? 1.5 : 0)});
    const std::vector<Event> hops = {{0, 149, g.site(4) + Vec3{1, 0, 0}}, {1, 20, g.site(20)}};
    runs.push_back(framework_of_run(g.t, options, hops));
  }
  const Framework f = framework(std::move(runs), options, 10);
  EXPECT_NEAR(*f.hop_rate->value, 1000 * 4 / (2 * 299.0 * 10), 1e-9);
  ASSERT_TRUE(f.coincidence.has_value());
  EXPECT_EQ(f.coincidence->observed, 2);
  const nlohmann::json j = to_json(f);
  EXPECT_EQ(j["jumps"]["count"], 2);
  EXPECT_EQ(j["replicas"], 2);
  EXPECT_EQ(j["by_oxygen"].size(), 5U);
  EXPECT_EQ(j["first_origin"][1]["replica"], 2);
  EXPECT_FALSE(j.dump().find("nan") != std::string::npos);
  const std::string csv = to_csv(f);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 2 * 27);
}

TEST(Framework, WhatHasNoFrameworkOrNoFramesIsRefused) {
  Glass g(2, 5);
  EXPECT_THROW((void)framework_of_run(g.t, {}, std::nullopt), InputError);
  Glass h(2, 20);
  FrameworkOptions options;
  options.centre = "Si";
  EXPECT_THROW((void)framework_of_run(h.t, options, std::nullopt), InputError);
  // Nothing moves: no plateau, no jumps, and a rate with its upper bound.
  const Framework still = framework({framework_of_run(h.t, {}, std::nullopt)}, {}, 0);
  EXPECT_TRUE(still.cage_plateau.is_refused());
  EXPECT_EQ(*still.b_factor.value, 0);
  EXPECT_TRUE(still.top_share.is_refused());
}

}  // namespace
}  // namespace vitrion::analysis
