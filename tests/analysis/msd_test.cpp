// MSDs with known answers: constant velocity, still atoms, and the direct sum over all origins.
#include "analysis/msd.hpp"

#include <gtest/gtest.h>

#include "analysis/walkers.hpp"

namespace vitrion::analysis {
namespace {

std::vector<std::size_t> first_atoms(std::size_t n) {
  std::vector<std::size_t> atoms(n);
  for (std::size_t i = 0; i < n; ++i) atoms[i] = i;
  return atoms;
}

double direct_msd(const Trajectory& t, std::size_t atoms, std::size_t lag) {
  double sum = 0;
  for (std::size_t i = 0; i < atoms; ++i)
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t f = 0; f + lag < t.frames(); ++f) {
        const double d = t.path(i, a)[f + lag] - t.path(i, a)[f];
        sum += d * d;
      }
  return sum / static_cast<double>(atoms * (t.frames() - lag));
}

TEST(Msd, ByFourierTransformEqualsTheDirectSum) {
  RandomStream random(5, "msd");
  WalkerOptions o;
  o.ions = 37;  // not a multiple of the block size
  o.frames = 211;
  o.D = 0.2;
  o.rattle = 0.3;
  Trajectory t = walkers(o, random);
  for (double& x : t.positions)
    x += 1000;  // far from the origin: the worst case for the difference of sums
  const MultiOriginMsd one = multi_origin_msd(t, first_atoms(37), {1, 10, 100}, 1);
  const MultiOriginMsd three = multi_origin_msd(t, first_atoms(37), {1, 10, 100}, 3);
  for (const std::size_t lag : {1, 2, 17, 100, 209, 210}) {
    const double direct = direct_msd(t, 37, lag);
    EXPECT_NEAR(one.msd[lag], direct, 1e-9 * direct) << lag;  // analysis.md's requirement
  }
  EXPECT_EQ(one.msd, three.msd);  // bit for bit
  EXPECT_EQ(one.per_atom, three.per_atom);
  double mean_of_atoms = 0;
  for (std::size_t i = 0; i < 37; ++i) mean_of_atoms += one.of_atom(i, 1) / 37;
  EXPECT_NEAR(mean_of_atoms, one.msd[10], 1e-12 * one.msd[10]);  // rounding
}

// freud's test: x = 0..9 gives n^2, and a second atom at rest halves it.
TEST(Msd, ConstantVelocityGivesTheSquare) {
  Trajectory t;
  t.species = {{"Na"}, {0, 0}};
  for (int f = 0; f < 10; ++f) t.times.push_back(f);
  t.positions.assign(2 * 3 * 10, 0.0);
  for (std::size_t f = 0; f < 10; ++f) t.positions[f] = static_cast<double>(f);
  const std::vector<double> single = single_origin_msd(t, std::vector<std::size_t>{0});
  const MultiOriginMsd moving = multi_origin_msd(t, std::vector<std::size_t>{0}, {}, 1);
  const MultiOriginMsd both = multi_origin_msd(t, std::vector<std::size_t>{0, 1}, {}, 1);
  for (std::size_t n = 0; n < 10; ++n) {
    const auto square = static_cast<double>(n * n);
    EXPECT_NEAR(single[n], square, 1e-12);
    EXPECT_NEAR(moving.msd[n], square, 1e-11);  // rounding of a transform of 20
    EXPECT_NEAR(both.msd[n], square / 2, 1e-11);
  }
}

// MDAnalysis' step trajectory: unit velocity along d axes has d n^2, by either way.
TEST(Msd, AStepTrajectoryHasItsDimensionTimesTheSquare) {
  constexpr std::size_t frames = 50;
  for (const std::size_t dimensions : {1, 2, 3}) {
    Trajectory t;
    t.species = {{"Na"}, {0}};
    t.positions.assign(3 * frames, 0.0);
    for (std::size_t f = 0; f < frames; ++f) {
      t.times.push_back(static_cast<double>(f));
      for (std::size_t a = 0; a < dimensions; ++a)
        t.positions[a * frames + f] = static_cast<double>(f);
    }
    const std::vector<double> single = single_origin_msd(t, first_atoms(1));
    const MultiOriginMsd multi = multi_origin_msd(t, first_atoms(1), {7}, 1);
    for (std::size_t n = 0; n < frames; ++n) {
      const auto exact = static_cast<double>(dimensions * n * n);
      EXPECT_NEAR(single[n], exact, 1e-9);
      EXPECT_NEAR(multi.msd[n], exact, 1e-9);  // rounding of a transform of 100
      EXPECT_NEAR(direct_msd(t, 1, n), exact, 1e-9);
    }
    EXPECT_NEAR(multi.of_atom(0, 0), static_cast<double>(dimensions * 49), 1e-9);
  }
}

// With no atom kept apart, blocks of atoms are transformed back as one.
TEST(Msd, KeepingAtomsApartDoesNotChangeTheMean) {
  RandomStream random(6, "apart");
  WalkerOptions o;
  o.ions = 37;
  o.frames = 150;
  o.D = 0.2;
  const Trajectory t = walkers(o, random);
  const MultiOriginMsd apart = multi_origin_msd(t, first_atoms(37), {3}, 2);
  const MultiOriginMsd together = multi_origin_msd(t, first_atoms(37), {}, 2);
  for (std::size_t m = 0; m < o.frames; ++m)
    EXPECT_NEAR(together.msd[m], apart.msd[m], 1e-9 * apart.msd[m] + 1e-12);  // rounding
}

TEST(Msd, LogarithmicLagsAreWholeAndRise) {
  const std::vector<std::size_t> lags = logarithmic_lags(1000, 10);
  EXPECT_EQ(lags.front(), 1U);
  EXPECT_EQ(lags.back(), 1000U);
  for (std::size_t i = 1; i < lags.size(); ++i) EXPECT_GT(lags[i], lags[i - 1]);
}

}  // namespace
}  // namespace vitrion::analysis
