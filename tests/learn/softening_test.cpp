// How soft a teacher is: known factors are found, with their errors; one that others contradict is
// not applied. And the Pulay constants of a stress.
#include "learn/softening.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "learn/pulay.hpp"

namespace vitrion::learn {
namespace {

using structures::Cell;
using structures::Frame;
using testing::HasSubstr;

struct Scales {
  double energy = 1.13, force = 1.13, sodium = 1.13, virial = 1.13;
  double noise = 0;  ///< eV/A, of the truth's forces
};

constexpr double zero_Na = -1.5, zero_S = 0.7;  // eV

/// Frames of Na and S in shares that differ, labelled at random by a teacher and, scaled, by a
/// truth.
std::pair<std::vector<Frame>, std::vector<Frame>> labels(const Scales& scales, std::size_t count) {
  std::vector<Frame> teacher, truth;
  for (std::size_t k = 0; k < count; ++k) {
    RandomStream random(7, "softening", k);
    const auto draw = [&] { return 2 * random.uniform() - 1; };
    Frame f;
    f.cell = Cell(Mat3{{{9, 0, 0}, {0, 9, 0}, {0, 0, 9}}});
    f.species.names = {"Na", "S"};
    for (std::size_t i = 0; i < 12; ++i) {
      f.species.of_atom.push_back(i < 4 + k % 5 ? 0 : 1);
      f.positions.push_back({draw(), draw(), draw()});
      f.labels.forces.push_back({draw(), draw(), draw()});
    }
    f.labels.energy = -40 + draw();
    f.labels.virial =
        Mat3{{{draw(), draw(), draw()}, {draw(), draw(), draw()}, {draw(), draw(), draw()}}};
    teacher.push_back(f);
    const std::vector<int> n = f.species.counts();
    *f.labels.energy = scales.energy * *f.labels.energy + n[0] * zero_Na + n[1] * zero_S;
    for (std::size_t i = 0; i < 12; ++i) {
      const double scale = f.species.of_atom[i] == 0 ? scales.sodium : scales.force;
      f.labels.forces[i] = scale * f.labels.forces[i] + scales.noise * Vec3{draw(), draw(), draw()};
    }
    f.labels.virial = scales.virial * *f.labels.virial + 0.4 * identity3();
    truth.push_back(f);
  }
  return {teacher, truth};
}

TEST(Softening, FindsAKnownFactorAndTheZerosOfEnergy) {
  const auto [teacher, truth] = labels({}, 20);
  const Softening s = fit_softening(teacher, truth);
  EXPECT_NEAR(s.force.value, 1.13, 1e-12);
  EXPECT_NEAR(s.energy.value, 1.13, 1e-9);
  EXPECT_NEAR(s.virial.value, 1.13, 1e-12);
  EXPECT_EQ(s.disagreement, "");
  EXPECT_DOUBLE_EQ(s.applied, s.force.value);
  ASSERT_EQ(s.species, (std::vector<std::string>{"Na", "S"}));
  EXPECT_NEAR(s.offsets[0], zero_Na, 1e-9);
  EXPECT_NEAR(s.offsets[1], zero_S, 1e-9);
  EXPECT_NEAR(s.force_left, 0, 1e-12);
  EXPECT_NEAR(s.energy_left, 0, 1e-12);
  const Frame scaled = on_the_scale_of_truth(teacher[3], s);
  EXPECT_NEAR(*scaled.labels.energy, *truth[3].labels.energy, 1e-8);
  EXPECT_NEAR(norm(scaled.labels.forces[5] - truth[3].labels.forces[5]), 0, 1e-12);
}

// Noise of 0.5 eV/A on each component (uniform, so 0.29 RMS) beside forces of 0.58 RMS: each of the
// 720 components tells the slope to 0.5, all together to 0.019. Four times that fails once in 16
// 000 seeds.
TEST(Softening, KnowsItsError) {
  Scales noisy;
  noisy.noise = 0.5;
  const auto [teacher, truth] = labels(noisy, 20);
  const Softening s = fit_softening(teacher, truth);
  EXPECT_NEAR(s.force.value, 1.13, 4 * 0.019);
  EXPECT_NEAR(s.force.error, 0.019, 0.012);  // of a spread over 20 frames: 16 %, and its own luck
}

TEST(Softening, IsNotAppliedWhereSpeciesOrQuantitiesDisagree) {
  Scales stiff;
  stiff.sodium = 0.8;
  const auto [teacher, truth] = labels(stiff, 20);
  const Softening s = fit_softening(teacher, truth);
  EXPECT_EQ(s.applied, 1);
  EXPECT_THAT(s.disagreement, HasSubstr("forces of Na 0.800"));
  Scales deep;
  deep.energy = 1.6;
  const auto [a, b] = labels(deep, 20);
  EXPECT_THAT(fit_softening(a, b).disagreement, HasSubstr("but energy 1.600"));
  const auto [few, few_truth] = labels({}, 2);
  EXPECT_EQ(fit_softening(few, few_truth).applied, 1);
  EXPECT_THAT(fit_softening(few, few_truth).disagreement, HasSubstr("2 frames are too few"));
}

TEST(Softening, OtherStructuresAreRefused) {
  auto [teacher, truth] = labels({}, 3);
  truth[1].positions[0][0] += 0.01;
  EXPECT_THROW((void)fit_softening(teacher, truth), InputError);
  truth.pop_back();
  EXPECT_THROW((void)fit_softening(teacher, truth), InputError);
}

// The constants of data/labels/README.md, taken off and found again.
TEST(Pulay, ConstantsAreFoundAgain) {
  auto [low, unused] = labels({}, 8);
  std::vector<Frame> high = low;
  for (std::size_t k = 0; k < low.size(); ++k) {
    const std::vector<int> n = low[k].species.counts();
    *high[k].labels.virial += (n[0] * 0.02 + n[1] * 0.586) * identity3();
  }
  const StressCheck check = check_stress(low, high);
  ASSERT_EQ(check.species, (std::vector<std::string>{"Na", "S"}));
  EXPECT_NEAR(check.constants[0], 0.02, 1e-12);
  EXPECT_NEAR(check.constants[1], 0.586, 1e-12);
  EXPECT_NEAR(check.largest_after, 0, 1e-12);
  // Eight of twelve atoms are S in the frame that misses most: 4 x 0.02 + 8 x 0.586 eV in 729 A^3.
  EXPECT_NEAR(check.largest, (0.08 + 4.688) * units::eV_per_A3_in_GPa / 729, 1e-10);
  high.pop_back();
  EXPECT_THROW((void)check_stress(low, high), InputError);
}

}  // namespace
}  // namespace vitrion::learn
