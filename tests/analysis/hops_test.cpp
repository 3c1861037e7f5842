// Hops found in paths whose hops are known.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/hop_records.hpp"
#include "analysis/hop_statistics.hpp"
#include "analysis/hoppers.hpp"
#include "analysis/ionic_radii.hpp"
#include "analysis/walkers.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;

HopOptions two_threads() {
  HopOptions o;
  o.threads = 2;
  return o;
}

HopScale scale_of(const Trajectory& run, const HopOptions& options) {
  HopSurvey survey(options);
  survey.add(run);
  return survey.scale();
}

Hops hops_in(const Trajectory& run, const HopOptions& options = two_threads()) {
  return combine_hops({find_hops(run, scale_of(run, options), options)}, options, {});
}

struct Score {
  double precision = 0;
  double recall = 0;
  double worst = 0;  // frames between a hop and its truth
};

/// Each true hop is matched with a found one of the same ion within `within` frames.
Score score(const HopRun& run, const std::vector<TrueHop>& truth, std::size_t within) {
  std::vector<bool> used(run.hops.size(), false);
  double matched = 0;
  double worst = 0;
  for (const TrueHop& hop : truth)
    for (std::size_t k = 0; k < run.hops.size(); ++k) {
      const auto off =
          std::abs(static_cast<double>(run.hops[k].frame) - static_cast<double>(hop.frame));
      if (used[k] || run.hops[k].ion != hop.ion || off > static_cast<double>(within)) continue;
      used[k] = true;
      matched += 1;
      worst = std::max(worst, off);
      break;
    }
  return {matched / static_cast<double>(run.hops.size()),
          matched / static_cast<double>(truth.size()), worst};
}

TEST(Hops, AreFoundWithTheirTimesAndLengths) {
  RandomStream random(1, "hops");
  HopperOptions o;
  o.shortest = 12;  // a quarter of the longest window: shorter stays are excursions
  std::vector<TrueHop> truth;
  const Trajectory run = lattice_hoppers(o, random, truth);
  const Hops h = hops_in(run);
  ASSERT_FALSE(h.scale.threshold.is_refused()) << h.scale.threshold.refused;
  EXPECT_GT(h.scale.threshold.contrast, 0.9);
  // About 1000 hops; the first and last frames of a run can hide one of an ion: 60 x 2 x 6 frames
  // of 120 000, less than one hop in a hundred.
  const Score s = score(h.runs[0], truth, 3);
  EXPECT_GT(s.precision, 0.998);
  EXPECT_GT(s.recall, 0.99);
  EXPECT_LE(s.worst, 2);
  // Six sigma of the mean of a thousand lengths, each with 0.3 A times sqrt(2 / independent
  // frames of a stretch); the rattle adds 0.02 A to a length in quadrature.
  EXPECT_NEAR(*h.length.value, 3.3, 0.05);
  const double rate = 1000.0 / (o.stay + o.shortest);
  EXPECT_LT(h.rate.low, rate);
  EXPECT_GT(h.rate.high, rate);
  EXPECT_NEAR(*h.rate.value, rate, 0.12 * rate);
}

// On a simple cubic lattice without memory one pair of hops in six goes back.
TEST(Hops, ForwardToBackwardIsFiveOnACubicLattice) {
  RandomStream random(2, "ratio");
  HopperOptions o;
  o.ions = 200;
  o.stay = 60;
  o.shortest = 12;
  std::vector<TrueHop> truth;
  const Hops h = hops_in(lattice_hoppers(o, random, truth));
  ASSERT_FALSE(h.forward_backward.is_refused()) << h.forward_backward.refused;
  // 5000 pairs: a share of 1/6 is known to 3 %, the ratio to 4 %; four of them.
  EXPECT_NEAR(*h.forward_backward.value, 5, 0.8);
  EXPECT_LT(h.forward_backward.low, *h.forward_backward.value);
  // Stays are exponential beyond the shortest one: the median is 12 + 60 ln 2 = 53.6 ps.
  ASSERT_TRUE(h.median_stay);
  EXPECT_NEAR(*h.median_stay, 12 + 60 * std::log(2.0), 5);
  // <r^2> / 6t of a random walk: 3.3^2 / (6 x 72 ps).
  EXPECT_NEAR(*h.random_walk_D.value, 3.3 * 3.3 / (6 * 72) * 1e-4,
              0.1 * 3.3 * 3.3 / (6 * 72) * 1e-4);
}

TEST(Hops, ThatAreUndoneAndExcursionsAreCountedApart) {
  // Ion 0: out at frame 300, back at 312 (undone); 1: out at 300, back at 500 (two lasting hops);
  // 2: excursions of two frames at 300 and 500; 3: one lasting hop.
  RandomStream random(3, "returns");
  structures::Species species;
  species.names = {"Na"};
  species.of_atom.assign(4, 0);
  Trajectory run = still(species, 800, 1, {20, 20, 20});
  for (std::size_t f = 0; f < 800; ++f) {
    put(run, 0, f, {f >= 300 && f < 312 ? 3.0 : 0, 0, 0});
    put(run, 1, f, {f >= 300 && f < 500 ? 3.0 : 0, 0, 0});
    put(run, 2, f, {f == 300 || f == 301 || f == 500 || f == 501 ? 2.4 : 0, 0, 0});
    put(run, 3, f, {f >= 400 ? 3.0 : 0, 0, 0});
  }
  for (std::size_t i = 0; i < 4; ++i) rattle(run, i, 0.15, 0.3, random);
  HopOptions o = two_threads();
  o.window = 20;
  o.threshold = 1.2;
  const HopRun found = find_hops(run, scale_of(run, o), o);
  EXPECT_THAT(found.hops_of_ion, testing::ElementsAre(2, 2, 0, 1));
  ASSERT_EQ(found.hops.size(), 5U);
  EXPECT_TRUE(found.hops[0].undone);
  EXPECT_TRUE(found.hops[1].returning);
  EXPECT_TRUE(found.hops[1].backward);
  EXPECT_TRUE(found.hops[2].lasting());
  EXPECT_TRUE(found.hops[3].lasting());  // back, but after 200 ps
  EXPECT_TRUE(found.hops[3].backward);
  EXPECT_TRUE(found.hops[4].lasting());
  ASSERT_EQ(found.excursions.size(), 2U);
  EXPECT_EQ(found.excursions[0].ion, 2U);
  EXPECT_NEAR(static_cast<double>(found.excursions[0].frame), 300.5, 0.6);
  EXPECT_NEAR(found.excursions[1].reach, 2.4, 0.6);
}

TEST(Hops, OfOneIonAndFewOfManyAreSeen) {
  RandomStream random(4, "few");
  HopperOptions o;
  o.ions = 1;
  o.frames = 6000;
  o.shortest = 12;
  std::vector<TrueHop> truth;
  const Hops one = hops_in(lattice_hoppers(o, random, truth));
  ASSERT_FALSE(one.scale.threshold.is_refused()) << one.scale.threshold.refused;
  EXPECT_NEAR(static_cast<double>(one.counts[0].hops), static_cast<double>(truth.size()),
              0.1 * static_cast<double>(truth.size()) + 2);

  // Three hops in 100 ions are no mode, but a gap that no tail would cross.
  o.ions = 100;
  o.frames = 2000;
  o.stay = 1e9;
  Trajectory run = lattice_hoppers(o, random, truth);
  for (const std::size_t ion : {5U, 50U, 70U})
    for (std::size_t f = 1000; f < 2000; ++f) run.positions[ion * 3 * 2000 + f] += 3.3;
  const Hops few = hops_in(run);
  ASSERT_FALSE(few.scale.threshold.is_refused()) << few.scale.threshold.refused;
  EXPECT_EQ(few.counts[0].hops, 3U);
  // Garwood's interval of three events: 0.619 to 8.77.
  EXPECT_LE(few.rate.low / *few.rate.value, 0.619 / 3 + 0.01);
  EXPECT_GE(few.rate.high / *few.rate.value, 8.76 / 3);
}

// Twenty seeds, each another false-alarm chance.
TEST(Hops, AreRefusedWhereThereAreNone) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomStream random(seed, "caged");
    HopperOptions o;
    o.ions = 40;
    o.frames = 800;
    o.stay = 1e9;
    std::vector<TrueHop> truth;
    const Hops caged = hops_in(lattice_hoppers(o, random, truth));
    EXPECT_THAT(caged.scale.threshold.refused, HasSubstr("no hops")) << seed;
    ASSERT_TRUE(caged.rate.upper95);
    // -ln 0.05 events in the observed time.
    EXPECT_NEAR(*caged.rate.upper95, 2.9957 / (caged.counts[0].ion_time / 1000), 1e-3);
    EXPECT_TRUE(caged.runs[0].hops.empty());

    // A crystal of two kinds of cage: two modes, but no displacement.
    Trajectory wide = lattice_hoppers(o, random, truth);
    for (std::size_t i = 0; i < 20; ++i) rattle(wide, i, 0.7, 0.3, random);
    EXPECT_THAT(hops_in(wide).scale.threshold.refused, HasSubstr("no hops")) << seed;
  }
}

TEST(Hops, OfALiquidAreRefused) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    RandomStream random(seed, "liquid");
    WalkerOptions o;
    o.ions = 60;
    o.frames = 1000;
    o.D = 0.3;
    const Hops h = hops_in(walkers(o, random));
    EXPECT_THAT(h.scale.threshold.refused, HasSubstr("no cages")) << seed;
    EXPECT_FALSE(h.rate.upper95);
  }
}

TEST(Hops, BadInputNamesTheRule) {
  RandomStream random(6, "bad");
  HopperOptions o;
  o.ions = 3;
  o.frames = 20;
  std::vector<TrueHop> truth;
  const Trajectory run = lattice_hoppers(o, random, truth);
  HopSurvey survey(two_threads());
  EXPECT_THROW(survey.add(run), InputError);
  HopOptions bad;
  bad.window = -1;
  EXPECT_THROW(bad.validate(), InputError);
  bad.window = 1000;
  o.frames = 100;
  HopSurvey wide(bad);
  EXPECT_THROW(wide.add(lattice_hoppers(o, random, truth)), InputError);
}

TEST(Hops, DoNotDependOnThreads) {
  RandomStream random(7, "threads");
  HopperOptions o;
  o.ions = 20;
  o.frames = 600;
  std::vector<TrueHop> truth;
  const Trajectory run = lattice_hoppers(o, random, truth);
  HopOptions one = two_threads();
  one.threads = 1;
  EXPECT_EQ(to_json(hops_in(run), {"a"}).dump(), to_json(hops_in(run, one), {"a"}).dump());
}

// Every hop through a gate leaves the anions behind it, and a stay keeps them.
TEST(Hops, ChangeTheBondedAnions) {
  RandomStream random(8, "bonded");
  ChannelOptions o;
  o.frames = 1500;
  const Channels c = channels(o, random);
  const HopOptions options = two_threads();
  const HopRun found = find_hops(c.run, scale_of(c.run, options), options);
  const BondChanges b = bond_changes(c.run, found);
  ASSERT_GT(b.hops, 50U);
  EXPECT_GT(static_cast<double>(b.changed), 0.98 * static_cast<double>(b.hops));
  EXPECT_LT(static_cast<double>(b.others_changed), 0.02 * static_cast<double>(b.others));
  EXPECT_EQ(b.units_changed, b.changed);  // each anion is of a unit of its own
  // Three anions are left and three gained.
  EXPECT_NEAR(static_cast<double>(b.anions_exchanged) / static_cast<double>(b.hops), 6, 0.3);
}

TEST(IonicRadii, AreShannons) {
  EXPECT_EQ(ionic_radius("S"), 1.84);
  EXPECT_EQ(ionic_radius("O"), 1.40);
  EXPECT_EQ(ionic_radius("Na"), 1.02);
  EXPECT_FALSE(ionic_radius("Xx"));
  EXPECT_TRUE(is_anion("S"));
  EXPECT_FALSE(is_anion("P"));
  EXPECT_THROW((void)longest_ionic_bond("Na", "Xx"), InputError);
}

}  // namespace
}  // namespace vitrion::analysis
