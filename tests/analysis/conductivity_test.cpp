// Conductivity, Haven ratio, Arrhenius and the statistics behind them, on numbers that are known.
#include "analysis/conductivity.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/arrhenius.hpp"
#include "analysis/frame_statistics.hpp"
#include "analysis/msd.hpp"
#include "analysis/records.hpp"
#include "analysis/statistics.hpp"
#include "analysis/walkers.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {
namespace {

// Five temperatures, 600 Na in 37891 A^3 (200 formula units of Na3PS4 at 2.00 g/cm3), D = 1e-8
// cm2/s; by hand from CODATA constants, mS/cm to three digits.
TEST(NernstEinstein, GivesTheConversionTable) {
  const std::vector<std::pair<double, double>> table = {
      {333, 0.884}, {363, 0.811}, {393, 0.749}, {423, 0.696}, {473, 0.622}};
  for (const auto& [T, mS_per_cm] : table)
    EXPECT_NEAR(1000 * nernst_einstein(1e-8, 600, 37891, 1, T), mS_per_cm, 0.0006)
        << T;  // the table's digits
}

ConductivityOptions options_at(double temperature) {
  ConductivityOptions o;
  o.temperature = temperature;
  return o;
}

TEST(Conductivity, IndependentIonsHaveHavenOne) {
  WalkerOptions o;
  o.ions = 80;
  o.frames = 1500;
  o.D = 0.05;
  std::vector<ConductivityRun> runs;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    RandomStream random(seed, "haven");
    runs.push_back(conductivity_of_run(walkers(o, random), options_at(800)));
  }
  const Conductivity c = combine(runs, options_at(800));
  ASSERT_FALSE(c.D.is_refused()) << c.D.refused;
  ASSERT_FALSE(c.sigma_collective.is_refused()) << c.sigma_collective.refused;
  const double truth = nernst_einstein(0.05e-4, 80, 8000, 1, 800);
  EXPECT_LE(c.sigma_NE.low, truth);
  EXPECT_GE(c.sigma_NE.high, truth);
  EXPECT_LE(c.sigma_collective.low, truth);
  EXPECT_GE(c.sigma_collective.high, truth);
  EXPECT_LE(c.haven.low, 1);
  EXPECT_GE(c.haven.high, 1);
}

TEST(Conductivity, IonsThatExchangePlacesCarryNoCurrent) {
  RandomStream random(7, "exchange");
  WalkerOptions o;
  o.ions = 40;
  o.D = 0.05;
  Trajectory t = walkers(o, random);
  for (std::size_t k = 0; k < 3 * 20; ++k)  // ion i + 20 mirrors ion i
    for (std::size_t f = 0; f < o.frames; ++f)
      t.positions[(60 + k) * o.frames + f] = -t.positions[k * o.frames + f];
  const Conductivity c = combine({conductivity_of_run(t, options_at(800))}, options_at(800));
  EXPECT_TRUE(c.sigma_collective.is_refused() ||
              *c.sigma_collective.value < 1e-9 * *c.sigma_NE.value);
}

/// `groups` walkers that do not know of each other, each leading `together` ions that move as it.
Trajectory led(std::size_t groups, std::size_t together, RandomStream& random) {
  WalkerOptions o;
  o.ions = groups;
  o.frames = 1500;
  o.D = 0.05;
  Trajectory t = walkers(o, random);
  const std::vector<double> leaders = t.positions;
  for (std::size_t k = 1; k < together; ++k)
    t.positions.insert(t.positions.end(), leaders.begin(), leaders.end());
  t.species.of_atom.assign(groups * together, 0);
  return t;
}

// N ions that move as one: their squared dipole is N^2 times the MSD of one, lag by lag, so that
// sigma_NE / sigma_collective is 1/N exactly.
TEST(Conductivity, IonsThatMoveAsOneHaveTheirNumberSquared) {
  constexpr std::size_t n = 12;
  RandomStream random(3, "as one");
  const Trajectory t = led(1, n, random);
  std::vector<std::vector<double>> dipole(3, std::vector<double>(t.frames(), 0.0));
  std::vector<std::size_t> all(n);
  for (std::size_t i = 0; i < n; ++i) {
    all[i] = i;
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t f = 0; f < t.frames(); ++f) dipole[a][f] += t.path(i, a)[f];
  }
  const std::vector<double> mscd = multi_origin_msd_of_path(dipole[0], dipole[1], dipole[2]);
  const MultiOriginMsd msd = multi_origin_msd(t, all, {}, 1);
  for (std::size_t m = 1; m < t.frames(); ++m)
    EXPECT_NEAR(n * msd.msd[m] / mscd[m], 1.0 / n, 1e-6) << m;  // analysis.md's "exact"
}

// Groups of four: Haven = 1/4, by the whole way from paths to ratio.
TEST(Conductivity, GroupsOfFourHaveHavenOneFourth) {
  std::vector<ConductivityRun> runs;
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    RandomStream random(seed, "groups of four");
    runs.push_back(conductivity_of_run(led(60, 4, random), options_at(800)));
  }
  const Conductivity c = combine(runs, options_at(800));
  ASSERT_FALSE(c.haven.is_refused()) << c.haven.refused;
  EXPECT_LE(c.haven.low, 0.25);
  EXPECT_GE(c.haven.high, 0.25);
  // Three paths of 1500 frames: an interval that leaves 1 out by far.
  EXPECT_LT(c.haven.high, 0.6);
}

// The current of all charges of a neutral cell does not know of a frame; that of the mobile ions
// alone is the same in the frame of a framework that moves as one, whatever drift lies on all.
TEST(Conductivity, TheChargeFrameDoesNotMatter) {
  constexpr std::size_t units = 8;  // Na3PS4
  constexpr std::size_t frames = 300;
  constexpr double L = 16;
  const auto build = [&](double drift, DriftFrame frame_of) {
    RandomStream random(8, "frame");
    TrajectoryOptions options;
    options.drift = frame_of;
    options.framework = {"P", "S"};
    TrajectoryBuilder builder(options);
    structures::Frame frame;
    frame.cell = structures::Cell(L * identity3());
    frame.species.names = {"Na", "P", "S"};
    for (std::size_t i = 0; i < 8 * units; ++i) {
      frame.species.of_atom.push_back(i < 3 * units ? 0 : i < 4 * units ? 1 : 2);
      frame.positions.push_back({random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)});
    }
    for (std::size_t f = 0; f < frames; ++f) {
      const Vec3 framework{0.1 * random.normal(), 0.1 * random.normal(), 0.1 * random.normal()};
      for (std::size_t i = 0; i < frame.size(); ++i) {
        for (double& x : frame.positions[i])
          x += drift + (i < 3 * units ? 0.3 * random.normal() : 0);
        if (i >= 3 * units) frame.positions[i] += framework;
      }
      builder.add(frame, static_cast<double>(f));
    }
    return std::move(builder).finish();
  };
  const auto mscd = [&](const Trajectory& t, const std::map<std::string, double>& charges) {
    std::vector<std::vector<double>> dipole(3, std::vector<double>(frames, 0.0));
    for (std::size_t i = 0; i < t.atoms(); ++i)
      for (std::size_t a = 0; a < 3; ++a)
        for (std::size_t f = 0; f < frames; ++f)
          dipole[a][f] += charges.at(t.species.name(i)) * t.path(i, a)[f];
    return multi_origin_msd_of_path(dipole[0], dipole[1], dipole[2]);
  };
  const std::vector<double> all =
      mscd(build(0, DriftFrame::none), {{"Na", 1}, {"P", 5}, {"S", -2}});
  const std::vector<double> drifting =
      mscd(build(0.37, DriftFrame::none), {{"Na", 1}, {"P", 5}, {"S", -2}});
  const std::vector<double> mobile =
      mscd(build(0.37, DriftFrame::framework), {{"Na", 1}, {"P", 0}, {"S", 0}});
  for (std::size_t m = 1; m < frames; ++m) {
    EXPECT_NEAR(drifting[m], all[m], 1e-6 * all[m]) << m;  // paths of 100 A, digits of a double
    EXPECT_NEAR(mobile[m], all[m], 1e-6 * all[m]) << m;
  }
}

TEST(Conductivity, ARefusedRunRefusesTheWholeWithABound) {
  RandomStream random(7, "mixed");
  WalkerOptions o;
  o.D = 0.05;
  const ConductivityRun good = conductivity_of_run(walkers(o, random), options_at(600));
  o.D = 0;
  o.rattle = 0.3;
  const ConductivityRun caged = conductivity_of_run(walkers(o, random), options_at(600));
  const Conductivity c = combine({good, caged}, options_at(600));
  ASSERT_TRUE(c.D.is_refused());
  EXPECT_THAT(c.D.refused, testing::HasSubstr("1 of 2 runs refused"));
  EXPECT_GT(c.sigma_NE.upper95.value(), *good.sigma_NE.value / 2);
  EXPECT_TRUE(c.haven.is_refused());
  EXPECT_THROW((void)conductivity_of_run(walkers(o, random), options_at(0)), InputError);
}

// 200 groups of five glasses whose D spread by 20 %: at least 182 of 200 intervals cover with
// probability 0.9985 if each does with 0.95 (binomial).
TEST(Replicas, GlassesThatDifferAreCovered) {
  int covered = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    RandomStream random(seed, "glasses");
    std::vector<ReplicaValue> runs;
    for (int k = 0; k < 5; ++k)
      runs.push_back({std::exp(0.2 * random.normal() + 0.05 * random.normal()), 0.05, 100});
    const Estimate e = combine_replicas(runs, "1", "");
    covered += e.low <= 1 && 1 <= e.high;
  }
  EXPECT_GE(covered, 182);
}

TEST(Statistics, QuantilesAreThoseOfTheTables) {
  EXPECT_NEAR(student_t95(4), 2.776, 0.0005);
  EXPECT_NEAR(student_t95(1), 12.706, 0.0005);
  EXPECT_NEAR(student_t95(std::numeric_limits<double>::infinity()), 1.960, 0.0005);
  EXPECT_NEAR(chi_squared_quantile(0.975, 10), 20.483, 0.0005);
}

// AR(1) with coefficient 0.9: the variance of the mean is larger than that of white noise by (1 +
// 0.9)/(1 - 0.9).
TEST(Statistics, CorrelationWidensTheErrorOfAMean) {
  RandomStream random(3, "ar1");
  std::vector<double> x;
  double y = 0;
  for (int i = 0; i < 40000; ++i) x.push_back(y = 0.9 * y + random.normal());
  const double expected = std::sqrt(1 / (1 - 0.81) * 19 / 40000);
  EXPECT_NEAR(correlated_mean(x).error, expected, 0.15 * expected);  // the window's noise is 5 %
}

TEST(Statistics, ChunksKeepTheMeanAndEqualBlocks) {
  ChunkedSum sum(1);
  for (int i = 0; i < 1000; ++i) sum.add({static_cast<double>(i)});
  EXPECT_NEAR(sum.mean()[0], 499.5, 1e-9);
  const auto blocks = sum.blocks();
  EXPECT_GE(blocks.size(), 8U);
  EXPECT_LE(blocks.size(), 16U);
  EXPECT_NEAR(blocks[1][0] - blocks[0][0], blocks[2][0] - blocks[1][0], 1e-9);
}

Estimate exact(double sigma, double relative_error = 0) {
  return Estimate::of(sigma, sigma * std::exp(-1.96 * relative_error),
                      sigma * std::exp(1.96 * relative_error), "S/cm", "");
}

TEST(Arrhenius, ExactDataGiveTheExactLine) {
  std::vector<ArrheniusPoint> points;
  const double kB = 8.617333262e-5;  // eV/K, CODATA 2018
  for (const double T : {800.0, 1000.0, 1300.0})
    points.push_back({T, 0, exact(50 / T * std::exp(-0.35 / (kB * T)))});
  const Arrhenius a = arrhenius(points);
  EXPECT_NEAR(*a.activation_energy.value, 0.35, 1e-9);  // the constant's digits
  EXPECT_NEAR(*a.ln_prefactor.value, std::log(50.0), 1e-8);
  EXPECT_NEAR(a.activation_energy.half_width(), 0, 1e-9);
  EXPECT_EQ(a.degrees_of_freedom, 1);
  EXPECT_NEAR(a.band.front().temperature, 800, 1e-9);
  EXPECT_NEAR(a.band.back().sigma, *points[2].sigma.value, 1e-9 * *points[2].sigma.value);
}

// pymatgen-analysis-diffusion, test_fit_arrhenius: D = 12 exp(-0.5 / kT) times given factors; its
// fit is unweighted on ln D, so sigma = D / T here. Standard error of Ea 0.000895566.
TEST(Arrhenius, ScatterGivesPymatgensError) {
  const double kB = 8.617333262e-5;
  const std::vector<std::pair<double, double>> data = {
      {300, 1.00601834013}, {1000, 1.00803236262}, {500, 0.98609720824}};
  std::vector<ArrheniusPoint> points;
  for (const auto& [T, factor] : data)
    points.push_back({T, 0, exact(12 * std::exp(-0.5 / (kB * T)) * factor / T)});
  const Arrhenius a = arrhenius(points);
  EXPECT_NEAR(*a.activation_energy.value, 0.5, 1e-6);  // pymatgen's own tolerance is seven decimals
  EXPECT_NEAR(a.slope_error, 0.000895566, 1e-8);       // its digits
  EXPECT_NEAR(std::exp(*a.ln_prefactor.value), 12, 1e-4);
  // One degree of freedom: 12.7 standard errors, which is what three temperatures are worth.
  EXPECT_NEAR(a.activation_energy.half_width(), 12.706 * a.slope_error, 1e-5);
}

TEST(Arrhenius, ErrorsOfThePointsCountWhereTheScatterIsSmallByLuck) {
  std::vector<ArrheniusPoint> points;
  for (const double T : {800.0, 1000.0, 1300.0})
    points.push_back({T, 0, exact(std::exp(-0.35 / (8.617333262e-5 * T)) / T, 0.1)});
  const Arrhenius a = arrhenius(points);
  // Three points with 10 %: s.e. = 0.1 / sqrt(sum (x - mean)^2), x = 1/kT; normal, 4000 draws (3 %
  // of a quantile).
  const std::vector<double> x = {1 / (8.617333262e-5 * 800), 1 / (8.617333262e-5 * 1000),
                                 1 / (8.617333262e-5 * 1300)};
  const double spread = standard_deviation(x) * std::sqrt(2.0);
  EXPECT_NEAR(a.activation_energy.half_width(), 1.96 * 0.1 / spread, 0.05 * 1.96 * 0.1 / spread);
  EXPECT_THAT(a.statement, testing::HasSubstr("errors of the points"));
}

TEST(Arrhenius, RefusedPointsAreLeftOutAndSaid) {
  std::vector<ArrheniusPoint> points = {{800, 0, Estimate::refusal("not diffusive", 1e-3, "S/cm")},
                                        {1000, 0, exact(0.01, 0.1)}};
  EXPECT_TRUE(arrhenius(points).activation_energy.is_refused());
  points.push_back({1300, 0, exact(0.03, 0.1)});
  const Arrhenius a = arrhenius(points);
  EXPECT_FALSE(a.activation_energy.is_refused());
  EXPECT_THAT(a.statement, testing::HasSubstr("1 refused point left out"));
  EXPECT_EQ(a.points.size(), 3U);
}

TEST(Records, EstimatesComeBackFromJson) {
  const Estimate e = estimate_from_json(to_json(Estimate::of(2, 1, 4, "S/cm", "by hand")));
  EXPECT_EQ(e.value, 2);
  EXPECT_EQ(e.high, 4);
  const nlohmann::json refused = to_json(Estimate::refusal("too short", std::nullopt, "S/cm"));
  EXPECT_TRUE(refused["upper95"].is_null());
  EXPECT_EQ(estimate_from_json(refused).refused, "too short");
  EXPECT_THROW((void)estimate_from_json(nlohmann::json{{"value", 3}}), InputError);
}

TEST(Records, ConductivityHasTheAgreedKeysAndFeedsArrhenius) {
  RandomStream random(9, "record");
  WalkerOptions o;
  o.D = 0.05;
  std::vector<ConductivityRun> runs = {conductivity_of_run(walkers(o, random), options_at(900)),
                                       conductivity_of_run(walkers(o, random), options_at(900))};
  const nlohmann::json record = to_json(combine(runs, options_at(900)), {"a.dump", "b.dump"});
  for (const char* key : {"D", "sigma_NE"}) {
    EXPECT_TRUE(record[key].contains("value")) << key;
    EXPECT_EQ(record[key]["interval95"].size(), 2U);
    EXPECT_TRUE(record[key].contains("unit") && record[key].contains("method"));
  }
  EXPECT_EQ(record["D"]["unit"], "cm2/s");
  EXPECT_EQ(record["replicas"][1]["file"], "b.dump");
  const std::vector<ArrheniusPoint> points = arrhenius_points({record});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[1].replica, 1);
  EXPECT_EQ(points[1].temperature, 900);
}

}  // namespace
}  // namespace vitrion::analysis
