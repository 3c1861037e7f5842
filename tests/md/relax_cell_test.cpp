// Relaxation against the known minimum of a Lennard-Jones crystal.
#include "md/relax_cell.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/units.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::md {
namespace {

using structures::Frame;

constexpr double epsilon = 0.2, sigma = 2.5, cutoff = 5.8;  // eV, A

/// Cut sharply between the fourth and fifth shell, which no test here crosses.
void lennard_jones(Frame& frame) {
  const auto list = structures::neighbour_list(frame.cell, frame.positions, cutoff);
  double energy = 0;
  Mat3 virial{};
  frame.labels.forces.assign(frame.size(), {});
  for (std::size_t i = 0; i < list.centres(); ++i)
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const Vec3& d = list.displacement[k];
      const double r2 = norm2(d), x = std::pow(sigma * sigma / r2, 3);
      energy += 2 * epsilon * (x * x - x);
      // dE/dr / r of the pair
      const double slope = -24 * epsilon * (2 * x * x - x) / r2;
      frame.labels.forces[i] += slope * d;
      for (std::size_t a = 0; a < 3; ++a) virial[a] += (-0.5 * slope * d[a]) * d;
    }
  frame.labels.energy = energy;
  frame.labels.virial = virial;
}

Frame fcc(double a) {
  Frame frame;
  frame.cell = structures::Cell({{{a, 0, 0}, {0, a, 0}, {0, 0, a}}});
  frame.species = {{"Na"}, {0, 0, 0, 0}};
  frame.positions = {{0, 0, 0}, {a / 2, a / 2, 0}, {a / 2, 0, a / 2}, {0, a / 2, a / 2}};
  return frame;
}

/// The lattice constant of least energy, found on a line.
double best_constant() {
  double low = 3.6, high = 4.2;
  const auto energy = [](double a) {
    Frame f = fcc(a);
    lennard_jones(f);
    return *f.labels.energy;
  };
  for (int k = 0; k < 200; ++k) {
    const double x = low + (high - low) / 3, y = high - (high - low) / 3;
    (energy(x) < energy(y) ? high : low) = energy(x) < energy(y) ? y : x;
  }
  return 0.5 * (low + high);
}

TEST(RelaxCell, FindsTheCrystalFromAStrainedAndRattledOne) {
  Frame frame = fcc(best_constant());
  frame.cell = frame.cell->deformed({{{0.04, 0.02, 0}, {0.02, -0.03, 0.01}, {0, 0.01, 0.02}}});
  RandomStream random(1, "rattle");
  for (Vec3& r : frame.positions) r = r + Vec3{0.05 * random.normal(), 0.05 * random.normal(), 0};
  CellRelaxOptions options;
  options.force = 1e-4;
  options.stress = 1e-3;
  const CellRelaxed relaxed = relax_cell(frame, lennard_jones, options);
  ASSERT_TRUE(relaxed.converged) << relaxed.force << " " << relaxed.stress;
  Frame ideal = fcc(best_constant());
  lennard_jones(ideal);
  // The energy is quadratic in what is left: 1e-4 eV/A on a curvature of several eV/A^2.
  EXPECT_NEAR(*relaxed.frame.labels.energy, *ideal.labels.energy, 1e-6);
  EXPECT_NEAR(relaxed.frame.cell->volume(), ideal.cell->volume(), 2e-3 * ideal.cell->volume());
}

TEST(RelaxCell, UnderPressureTheVirialBalancesIt) {
  CellRelaxOptions options;
  options.pressure = 3;
  options.force = 1e-3;
  options.stress = 0.01;
  const CellRelaxed relaxed = relax_cell(fcc(best_constant()), lennard_jones, options);
  ASSERT_TRUE(relaxed.converged);
  const Mat3& w = *relaxed.frame.labels.virial;
  EXPECT_NEAR(
      (w[0][0] + w[1][1] + w[2][2]) / 3 / relaxed.frame.cell->volume() * units::eV_per_A3_in_GPa, 3,
      0.01);
}

TEST(RelaxCell, AFixedCellStaysAndTooFewStepsAreSaid) {
  Frame frame = fcc(4.1);
  frame.positions[1][0] += 0.2;
  CellRelaxOptions options;
  options.cell = false;
  const CellRelaxed relaxed = relax_cell(frame, lennard_jones, options);
  EXPECT_TRUE(relaxed.converged);
  EXPECT_NEAR(relaxed.frame.cell->volume(), frame.cell->volume(), 1e-9);
  options.steps = 2;
  EXPECT_FALSE(relax_cell(frame, lennard_jones, options).converged);
  options.steps = 0;
  EXPECT_THROW((void)relax_cell(frame, lennard_jones, options), InputError);
}

}  // namespace
}  // namespace vitrion::md
