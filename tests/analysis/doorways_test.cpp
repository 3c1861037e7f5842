// Gates of known size, windows of sphere packings, and doorways that open by a known amount a known
// time before a hop.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/crystals.hpp"
#include "analysis/doorway_model.hpp"
#include "analysis/doorway_records.hpp"
#include "analysis/doorway_statistics.hpp"
#include "analysis/gate.hpp"
#include "analysis/hop_statistics.hpp"
#include "analysis/hoppers.hpp"
#include "analysis/windows.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;

// --- the circle between three circles ---

TEST(Gate, OfAnEquilateralTriangleIsTheCircumradiusLessTheAnion) {
  const double d = 3.9;
  const auto g = gate_shape({Vec3{0, 0, 0}, Vec3{d, 0, 0}, Vec3{d / 2, d * std::sqrt(3.0) / 2, 0}},
                            {1.84, 1.84, 1.84});
  ASSERT_TRUE(g);
  EXPECT_NEAR(g->radius, d / std::sqrt(3.0) - 1.84, 1e-12);  // 0.412 A
  EXPECT_NEAR(g->circumradius, d / std::sqrt(3.0), 1e-12);
  EXPECT_NEAR(g->area, std::sqrt(3.0) / 4 * d * d, 1e-12);
  EXPECT_NEAR(std::abs(g->normal[2]), 1, 1e-12);
  EXPECT_TRUE(g->closed);
  for (const double x : {g->centre[0] - d / 2, g->centre[1] - d / std::sqrt(12.0), g->centre[2]})
    EXPECT_NEAR(x, 0, 1e-12);
}

// Circles of 1, 2 and 3 that touch: centres at a 3-4-5 triangle, Descartes' fourth circle 6/23.
TEST(Gate, OfUnequalAnionsIsDescartesCircle) {
  const auto g = gate_shape({Vec3{0, 0, 1}, Vec3{3, 0, 1}, Vec3{0, 4, 1}}, {1, 2, 3});
  ASSERT_TRUE(g);
  EXPECT_NEAR(g->radius, 6.0 / 23, 1e-12);
  EXPECT_TRUE(g->closed);
  EXPECT_NEAR(norm(g->centre - Vec3{0, 0, 1}), 1 + 6.0 / 23, 1e-12);
  EXPECT_NEAR(norm(g->centre - Vec3{0, 4, 1}), 3 + 6.0 / 23, 1e-12);
}

TEST(Gate, IsOpenWhereTheTriangleIsObtuseAndNoneWhereItIsFlat) {
  const auto g = gate_shape({Vec3{0, 0, 0}, Vec3{6, 0, 0}, Vec3{3, 1, 0}}, {1, 1, 1});
  ASSERT_TRUE(g);
  EXPECT_FALSE(g->closed);
  // On the long side, as far from one of its ends as from the blunt corner: s^2 = (3 - s)^2 + 1.
  EXPECT_NEAR(g->radius, 10.0 / 6 - 1, 1e-12);
  EXPECT_NEAR(g->centre[1], 0, 1e-12);
  // It goes over into the touching circle where the triangle is right.
  for (const double tip : {2.999, 3.001}) {
    const auto near = gate_shape({Vec3{0, 0, 0}, Vec3{6, 0, 0}, Vec3{3, tip, 0}}, {1, 1, 1});
    EXPECT_NEAR(near->radius, 2, 2e-3);
  }
  EXPECT_FALSE(gate_shape({Vec3{0, 0, 0}, Vec3{1, 0, 0}, Vec3{2, 0, 0}}, {1, 1, 1}));
}

// Whatever the triangle, the radius is the most room that a fine grid over it finds; room changes
// by no more than the distance, so by at most a grid step between two points.
TEST(Gate, HasTheMostRoomInItsTriangle) {
  RandomStream random(31, "triangles");
  constexpr int steps = 150;
  for (int trial = 0; trial < 30; ++trial) {
    std::array<Vec3, 3> c;
    std::array<double, 3> R{};
    for (std::size_t k = 0; k < 3; ++k) {
      c[k] = {random.uniform(0, 5), random.uniform(0, 5), random.uniform(0, 5)};
      R[k] = random.below(2) == 0 ? 1.84 : 1.40;
    }
    const auto g = gate_shape(c, R);
    ASSERT_TRUE(g);
    double most = -10;
    for (int i = 0; i <= steps; ++i)
      for (int j = 0; i + j <= steps; ++j) {
        const Vec3 r =
            c[0] + (double(i) / steps) * (c[1] - c[0]) + (double(j) / steps) * (c[2] - c[0]);
        double room = 10;
        for (std::size_t k = 0; k < 3; ++k) room = std::min(room, norm(r - c[k]) - R[k]);
        most = std::max(most, room);
      }
    const double step = 2 * std::max(norm(c[1] - c[0]), norm(c[2] - c[0])) / steps;
    EXPECT_GE(g->radius, most - 1e-9);
    EXPECT_LE(g->radius, most + step);
  }
}

// --- windows of touching spheres of radius R ---

struct Packing {
  double radius = 0;  // of the windows, in R
  double per_sphere = 0;
};

Packing packing(const Mat3& rows, const std::vector<Site>& sites, int n, double R, double longest) {
  const structures::Frame frame = crystal(rows, sites, n);
  const std::vector<double> radii(frame.size(), R);
  const std::vector<Window> windows = find_windows(*frame.cell, frame.positions, radii, longest);
  Packing p;
  p.per_sphere = static_cast<double>(windows.size()) / static_cast<double>(frame.size());
  p.radius = windows.front().shape.radius / R;
  for (const Window& w : windows) EXPECT_NEAR(w.shape.radius / R, p.radius, 1e-9);
  return p;
}

TEST(Windows, OfSimpleCubicAreSquares) {
  const double R = 1.84;
  const Packing p = packing(2 * R * identity3(), {{"S", {0, 0, 0}}}, 4, R, 2.9 * R);
  EXPECT_NEAR(p.radius, std::sqrt(2.0) - 1, 1e-9);
  EXPECT_NEAR(p.per_sphere, 3 * 4, 1e-9);  // each square is four triangles on one circle
}

TEST(Windows, OfFccAreTrianglesAndNotTheOctahedra) {
  const double R = 1.84;
  const double a = 2 * std::sqrt(2.0) * R;
  const Packing p =
      packing(a * identity3(),
              {{"S", {0, 0, 0}}, {"S", {0.5, 0.5, 0}}, {"S", {0.5, 0, 0.5}}, {"S", {0, 0.5, 0.5}}},
              3, R, 2.9 * R);
  EXPECT_NEAR(p.radius, 2 / std::sqrt(3.0) - 1, 1e-9);  // 0.1547
  EXPECT_NEAR(p.per_sphere, 8, 1e-9);                   // two tetrahedra a sphere, four faces each
}

TEST(Windows, OfBccAreTheFacesOfItsTetrahedra) {
  const double R = 1.84;
  const double a = 4 * R / std::sqrt(3.0);
  const Packing p =
      packing(a * identity3(), {{"S", {0, 0, 0}}, {"S", {0.5, 0.5, 0.5}}}, 4, R, 1.01 * a);
  EXPECT_NEAR(p.radius, 3 * std::sqrt(2.0) / 8 * a / R - 1, 1e-9);  // 0.2247
  EXPECT_NEAR(p.per_sphere, 12, 1e-9);  // six tetrahedra a sphere share their four faces by two
}

TEST(Windows, NeedACellThatIsWideEnough) {
  const std::vector<Vec3> one = {{0, 0, 0}};
  const std::vector<double> radius = {1.84};
  EXPECT_THROW((void)find_windows(structures::Cell(8 * identity3()), one, radius, 5.5), InputError);
}

// --- doorways of ions in channels ---

struct Found {
  HopRun hops;
  Doorways doorways;
};

Found doorways_in(const Trajectory& run, const DoorwayOptions& options = {}) {
  HopOptions o;
  o.threads = 2;
  HopSurvey survey(o);
  survey.add(run);
  Found found;
  found.hops = find_hops(run, survey.scale(), o);
  found.doorways = combine_doorways(
      {doorways_of_run(run, found.hops, LagGrid::of(run, options.follow), options)}, options);
  return found;
}

const OpeningOf& opening(const Doorways& d, const std::string& name) {
  for (const OpeningOf& o : d.openings)
    if (o.name == name) return o;
  throw Error("no set " + name);
}

TEST(Doorways, OfARigidLatticeHaveTheirRadius) {
  RandomStream random(11, "rigid");
  ChannelOptions o;
  o.framework = 0;
  const Channels c = channels(o, random);
  const Found f = doorways_in(c.run);
  ASSERT_GT(f.doorways.runs[0].gates.size(), 100U);
  for (const HopGate& gate : f.doorways.runs[0].gates) {
    EXPECT_TRUE(gate.pierced);
    EXPECT_NEAR(gate.shape.radius, o.radius, 1e-9);
    EXPECT_EQ(gate.gate.kind, "SSS");
    EXPECT_EQ(gate.gate.units, 3U);
    EXPECT_GT(std::abs(gate.shape.normal[2]), 1 - 1e-9);
    // An ion that rattles by 0.25 A an axis comes nearer than the gate's middle, seldom by 1 A.
    EXPECT_LT(gate.clearance, o.radius);
    EXPECT_GT(gate.clearance, o.radius - 1);
  }
  EXPECT_NEAR(*f.doorways.passing_radius.value, o.radius, 1e-9);
  EXPECT_TRUE(f.doorways.fluctuation.is_refused() || *f.doorways.fluctuation.value < 1e-6);
  EXPECT_NEAR(*opening(f.doorways, "hop").opening.value, 0, 1e-9);
}

// The Must-hold case: a gate of 0.5 A opens by 0.3 A 3 ps before the hop.
TEST(Doorways, OpenByAKnownAmountAKnownTimeBefore) {
  RandomStream random(12, "opening");
  ChannelOptions o;
  o.opening = 0.3;
  o.lead = 3;
  o.attempts = 0.01;
  const Channels c = channels(o, random);
  const Found f = doorways_in(c.run);
  const Doorways& d = f.doorways;
  const OpeningOf& hop = opening(d, "hop");
  ASSERT_FALSE(hop.opening.is_refused()) << hop.opening.refused;
  // At the hop itself, 1.5 widths after the largest opening.
  const double at_hop = o.opening * std::exp(-o.lead * o.lead / (2 * o.width * o.width));
  EXPECT_LT(hop.opening.low, at_hop);
  EXPECT_GT(hop.opening.high, at_hop);
  EXPECT_NEAR(*hop.opening.value, at_hop, 0.02);
  EXPECT_NEAR(*d.passing_radius.value, o.radius + at_hop, 0.02);
  ASSERT_FALSE(d.lead.is_refused()) << d.lead.refused;
  EXPECT_LE(d.lead.low, o.lead);
  EXPECT_GE(d.lead.high, o.lead);
  EXPECT_NEAR(*d.lead.value, o.lead, 0.5);  // a frame
  EXPECT_LT(d.largest_opening.low, o.opening);
  EXPECT_GT(d.largest_opening.high, o.opening);
  EXPECT_NEAR(*d.largest_opening.value, o.opening, 0.02);
  // Where nothing opens there is nothing: 95 % intervals hold 0, and under 0.01 A.
  for (const char* name : {"same kind", "shifted", "attempt"}) {
    const OpeningOf& control = opening(d, name);
    ASSERT_FALSE(control.opening.is_refused()) << name << control.opening.refused;
    EXPECT_NEAR(*control.opening.value, 0, 0.01) << name;
    EXPECT_LE(control.opening.low, 0.005) << name;
    EXPECT_GE(control.opening.high, -0.005) << name;
    EXPECT_GT(control.excess.low, 0) << name;
  }
  EXPECT_THAT(d.verdict, HasSubstr("gates open for hops"));
  // The formers stand behind the anions and move with them, at once.
  const auto top = std::max_element(d.with_units.value.begin(), d.with_units.value.end());
  EXPECT_EQ(top - d.with_units.value.begin(), std::ssize(d.with_units.value) / 2);
  EXPECT_GT(*top, 0.5);
}

TEST(Doorways, ThatDoNotOpenAreSaidNotTo) {
  RandomStream random(13, "stiff");
  const Channels c = channels({}, random);
  const Doorways d = doorways_in(c.run).doorways;
  EXPECT_NEAR(*opening(d, "hop").opening.value, 0, 0.01);
  EXPECT_TRUE(d.lead.is_refused());
  EXPECT_THAT(d.verdict, testing::Not(HasSubstr("gates open")));
  EXPECT_NEAR(*d.passing_radius.value, 0.5, 0.01);
}

TEST(Doorways, WithoutHopsStillHaveWidths) {
  RandomStream random(14, "no hops");
  ChannelOptions o;
  o.stay = 1e9;
  o.frames = 400;
  o.framework = 0.03;
  const Found f = doorways_in(channels(o, random).run);
  EXPECT_TRUE(f.hops.hops.empty());
  EXPECT_TRUE(opening(f.doorways, "hop").opening.is_refused());
  EXPECT_TRUE(f.doorways.lead.is_refused());
  EXPECT_FALSE(f.doorways.radius.is_refused());
  // Gates across the columns and the walls between them; a radius of three anions that rattle by
  // 0.03 A fluctuates by about as much.
  EXPECT_GT(*f.doorways.fluctuation.value, 0.01);
  EXPECT_LT(*f.doorways.fluctuation.value, 0.06);
  EXPECT_THAT(f.doorways.verdict, HasSubstr("not resolved: no hops"));
}

TEST(Doorways, OfReplicasAreCombined) {
  ChannelOptions o;
  o.frames = 1200;
  o.opening = 0.3;
  std::vector<HopRun> hops;
  std::vector<DoorwayRun> runs;
  HopOptions options;
  std::vector<Trajectory> replicas;
  HopSurvey survey(options);
  for (std::uint64_t seed = 41; seed < 44; ++seed) {
    RandomStream random(seed, "replica");
    replicas.push_back(channels(o, random).run);
    survey.add(replicas.back());
  }
  for (const Trajectory& run : replicas) {
    hops.push_back(find_hops(run, survey.scale(), options));
    runs.push_back(doorways_of_run(run, hops.back(), LagGrid::of(run, 50), {}));
  }
  const Hops h = combine_hops(hops, options, {});
  // One hop in 145 ps: about 215 on 54 paths of 600 ps, known to 7 %; three of them.
  EXPECT_NEAR(*h.rate.value, 1000 / (o.stay + o.shortest), 1.5);
  EXPECT_LT(h.rate.low, *h.rate.value);
  EXPECT_EQ(h.counts.size(), 3U);
  const Doorways d = combine_doorways(runs, {});
  EXPECT_NEAR(*opening(d, "hop").opening.value, 0.3, 0.03);
  EXPECT_LT(opening(d, "hop").opening.low, 0.3);
  EXPECT_GT(opening(d, "hop").opening.high, 0.28);
  EXPECT_NEAR(*d.lead.value, 0, 0.5);
  const nlohmann::json record = to_json(d, hops, {"a", "b", "c"});
  EXPECT_EQ(record["replicas"].size(), 3U);
  EXPECT_EQ(record["replicas"][2]["file"], "c");
  // A run too short for the lags of the others is named.
  RandomStream random(44, "short");
  o.frames = 200;
  const Trajectory brief = channels(o, random).run;
  EXPECT_THROW(
      (void)doorways_of_run(brief, find_hops(brief, survey.scale(), options), runs[0].lags, {}),
      InputError);
}

TEST(Doorways, RecordsDoNotDependOnThreads) {
  RandomStream random(15, "threads");
  ChannelOptions o;
  o.frames = 800;
  const Channels c = channels(o, random);
  DoorwayOptions one;
  one.threads = 1;
  DoorwayOptions two;
  two.threads = 2;
  EXPECT_EQ(
      to_json(doorways_in(c.run, one).doorways, {doorways_in(c.run, one).hops}, {"a"}).dump(),
      to_json(doorways_in(c.run, two).doorways, {doorways_in(c.run, two).hops}, {"a"}).dump());
}

TEST(Doorways, NeedAnionsAndFrames) {
  RandomStream random(16, "bad");
  HopperOptions o;
  o.ions = 4;
  o.frames = 200;
  std::vector<TrueHop> truth;
  EXPECT_THROW((void)doorways_in(lattice_hoppers(o, random, truth)), InputError);
  o.frames = 20;
  EXPECT_THROW((void)LagGrid::of(lattice_hoppers(o, random, truth), 50), InputError);
  DoorwayOptions bad;
  bad.follow = 0;
  EXPECT_THROW(bad.validate(), InputError);
}

// --- ln D = a + b <r_gate> + c sd_gate + d/T ---

/// Runs of known slopes; each glass has its own width, flexibility and offset.
std::vector<DoorwayPoint> points_of(std::size_t glasses, double own, double noise,
                                    RandomStream& random) {
  std::vector<DoorwayPoint> points;
  for (std::size_t g = 0; g < glasses; ++g) {
    const double radius = 0.5 + 0.05 * random.normal();
    const double flexible = 0.12 + 0.02 * random.normal();
    const double offset = own * random.normal();
    for (const double kelvin : {393.0, 423.0, 473.0}) {
      DoorwayPoint p;
      p.glass = "glass " + std::to_string(g);
      p.temperature = kelvin;
      p.radius = radius + 0.01 * random.normal();
      p.fluctuation = flexible * std::sqrt(kelvin / 423) + 0.005 * random.normal();
      p.D = std::exp(-4 + 5 * p.radius + 12 * p.fluctuation - 4000 / kelvin + offset +
                     noise * random.normal());
      points.push_back(p);
    }
  }
  return points;
}

TEST(DoorwayModel, OfExactPointsIsExact) {
  RandomStream random(21, "exact");
  const DoorwayModel m = fit_doorway_model(points_of(8, 0, 0, random));
  ASSERT_FALSE(m.is_refused()) << m.refused;
  EXPECT_NEAR(*m.terms[0].slope.value, 5, 1e-6);
  EXPECT_NEAR(*m.terms[1].slope.value, 12, 1e-6);
  EXPECT_NEAR(*m.terms[2].slope.value, -4000, 1e-3);
  EXPECT_NEAR(m.intercept, -4, 1e-5);
  EXPECT_NEAR(m.r2, 1, 1e-9);
  for (const DoorwayTerm& t : m.terms) EXPECT_NEAR(t.partial_r2, 1, 1e-6);
}

// 95 % intervals over sixty data sets of twelve glasses: 180 intervals, of which nine may miss;
// at 95 % coverage more than 20 miss once in 3000 trials.
TEST(DoorwayModel, IntervalsHoldTheTruthWithTheGlassAsRandomEffect) {
  std::size_t missed = 0;
  double spread = 0;
  DoorwayModelOptions options;
  options.bootstrap = 100;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    RandomStream random(seed, "coverage");
    const DoorwayModel m = fit_doorway_model(points_of(12, 0.3, 0.1, random), options);
    const double truth[] = {5, 12, -4000};
    for (std::size_t k = 0; k < 3; ++k)
      missed += !(m.terms[k].slope.low < truth[k] && truth[k] < m.terms[k].slope.high);
    spread += m.glass_spread / 60;
  }
  EXPECT_LE(missed, 20U);
  EXPECT_NEAR(spread, 0.3, 0.06);
}

TEST(DoorwayModel, RefusesWhatThePointsCannotCarry) {
  RandomStream random(22, "refused");
  std::vector<DoorwayPoint> points = points_of(2, 0.1, 0.1, random);
  EXPECT_THAT(fit_doorway_model(points).refused, HasSubstr("6 points are too few"));
  points.push_back(points.back());
  points.back().temperature = 500;
  EXPECT_THAT(fit_doorway_model(points).refused, HasSubstr("2 glasses"));
  points = points_of(4, 0.1, 0.1, random);
  std::vector<DoorwayPoint> flat = points;
  for (DoorwayPoint& p : flat) p.temperature = 423;
  EXPECT_THAT(fit_doorway_model(flat).refused, HasSubstr("one inverse temperature"));
  flat = points;
  for (DoorwayPoint& p : flat) p.fluctuation = 2 * p.radius;
  EXPECT_THAT(fit_doorway_model(flat).refused, HasSubstr("apart"));
  points[0].D = -1;
  EXPECT_THROW((void)fit_doorway_model(points), InputError);
}

}  // namespace
}  // namespace vitrion::analysis
