#include "potential/harness.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/random.hpp"

namespace vitrion::potential {

namespace {

using structures::Cell;
using structures::Frame;

double largest(const Vec3& v) {
  return std::max({std::abs(v[0]), std::abs(v[1]), std::abs(v[2])});
}
double largest(const Mat3& m) {
  return std::max({largest(m[0]), largest(m[1]), largest(m[2])});
}

/// Rotation by `angle` around the unit vector n (Rodrigues), to be applied to row vectors.
Mat3 rotation(const Vec3& n, double angle) {
  const Mat3 k = {{{0, n[2], -n[1]}, {-n[2], 0, n[0]}, {n[1], -n[0], 0}}};
  return identity3() + std::sin(angle) * k + (1 - std::cos(angle)) * (k * k);
}

Frame rotated(const Frame& frame, const Mat3& q) {
  Frame result = frame;
  if (frame.cell) result.cell = Cell(frame.cell->rows() * q);
  for (Vec3& r : result.positions) r = r * q;
  return result;
}

Frame supercell(const Frame& frame, const std::array<int, 3>& times) {
  Frame result = frame;
  result.positions.clear();
  result.species.of_atom.clear();
  const Mat3& rows = frame.cell->rows();
  for (int a = 0; a < times[0]; ++a)
    for (int b = 0; b < times[1]; ++b)
      for (int c = 0; c < times[2]; ++c)
        for (std::size_t i = 0; i < frame.size(); ++i) {
          result.positions.push_back(frame.positions[i] +
                                     Vec3{double(a), double(b), double(c)} * rows);
          result.species.of_atom.push_back(frame.species.of_atom[i]);
        }
  result.cell = Cell({times[0] * rows[0], times[1] * rows[1], times[2] * rows[2]});
  return result;
}

void expect_same(const Result& a, const Result& b, double tolerance, const char* what) {
  const Differences d = differences(a, b);
  EXPECT_LT(d.energy, tolerance) << what;
  EXPECT_LT(d.atom_energy, tolerance) << what;
  EXPECT_LT(d.force, tolerance) << what;
  EXPECT_LT(d.virial, tolerance) << what;
}

void check_rotation(const Potential& potential, const Frame& frame, const Result& plain,
                    double tolerance) {
  const Mat3 q = rotation({2.0 / 3, -1.0 / 3, 2.0 / 3}, 1.1);
  Result turned = potential(rotated(frame, q));
  for (Vec3& f : turned.force) f = f * transpose(q);
  turned.virial = q * turned.virial * transpose(q);
  expect_same(plain, turned, tolerance, "rotation");
}

void check_permutation(const Potential& potential, const Frame& frame, const Result& plain,
                       double tolerance) {
  std::vector<std::size_t> order(frame.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  RandomStream(5, "permutation").shuffle(order);
  Frame shuffled = frame;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    shuffled.positions[i] = frame.positions[order[i]];
    shuffled.species.of_atom[i] = frame.species.of_atom[order[i]];
  }
  const Result other = potential(shuffled);
  Result sorted = other;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    sorted.force[order[i]] = other.force[i];
    sorted.atom_energy[order[i]] = other.atom_energy[i];
  }
  expect_same(plain, sorted, tolerance, "permutation");
}

void check_supercell(const Potential& potential, const Frame& frame, const Result& plain,
                     double tolerance) {
  const Result big = potential(supercell(frame, {2, 1, 2}));
  EXPECT_NEAR(big.energy, 4 * plain.energy, 4 * tolerance);
  EXPECT_LT(largest(big.virial - 4 * plain.virial), 4 * tolerance);
  for (std::size_t i = 0; i < big.force.size(); ++i)
    EXPECT_LT(largest(big.force[i] - plain.force[i % frame.size()]), tolerance) << "atom " << i;
}

}  // namespace

HarnessSettings double_precision() {
  return {1e-5, 5e-7, 1e-10};
}
HarnessSettings single_precision() {
  return {1e-2, 5e-3, 1e-4};
}

Frame strained(const Frame& frame, const Mat3& strain) {
  Frame result = frame;
  if (frame.cell) result.cell = frame.cell->deformed(strain);
  for (Vec3& r : result.positions) r = r * (identity3() + strain);
  return result;
}

Differences differences(const Result& a, const Result& b) {
  Differences d;
  d.energy = std::abs(a.energy - b.energy);
  for (std::size_t i = 0; i < a.atom_energy.size(); ++i)
    d.atom_energy = std::max(d.atom_energy, std::abs(a.atom_energy[i] - b.atom_energy[i]));
  for (std::size_t i = 0; i < a.force.size(); ++i)
    d.force = std::max(d.force, largest(a.force[i] - b.force[i]));
  d.virial = largest(a.virial - b.virial);
  for (std::size_t i = 0; i < std::min(a.atom_virial.size(), b.atom_virial.size()); ++i)
    d.atom_virial = std::max(d.atom_virial, largest(a.atom_virial[i] - b.atom_virial[i]));
  return d;
}

void check_forces(const Potential& potential, const Frame& frame, const HarnessSettings& settings) {
  const Result result = potential(frame);
  ASSERT_EQ(result.force.size(), frame.size());
  for (std::size_t i = 0; i < frame.size(); ++i)
    for (std::size_t a = 0; a < 3; ++a) {
      Frame forward = frame;
      Frame back = frame;
      forward.positions[i][a] += settings.step;
      back.positions[i][a] -= settings.step;
      const double slope =
          (potential(forward).energy - potential(back).energy) / (2 * settings.step);
      EXPECT_NEAR(result.force[i][a], -slope, settings.difference)
          << "atom " << i << " component " << a;
    }
}

void check_virial(const Potential& potential, const Frame& frame, const HarnessSettings& settings) {
  const Result result = potential(frame);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      Mat3 strain{};
      // r' = r (1 + strain) with row vectors: strain_ba moves component a by the coordinate b
      strain[b][a] = settings.step;
      const double slope = (potential(strained(frame, strain)).energy -
                            potential(strained(frame, -1.0 * strain)).energy) /
                           (2 * settings.step);
      // a strain moves atoms by up to ten times as much as a displacement of the same size
      EXPECT_NEAR(result.virial[a][b], -slope, 10 * settings.difference) << a << " " << b;
      EXPECT_NEAR(result.virial[a][b], result.virial[b][a], 10 * settings.rounding)
          << a << " " << b;
    }
}

void check_sums(const Potential& potential, const Frame& frame, const HarnessSettings& settings) {
  const Result result = potential(frame);
  EXPECT_NEAR(std::accumulate(result.atom_energy.begin(), result.atom_energy.end(), 0.0),
              result.energy, settings.rounding);
  Vec3 sum{};
  for (const Vec3& f : result.force) sum += f;
  EXPECT_LT(largest(sum), settings.rounding);
  if (result.atom_virial.empty()) return;
  Mat3 virial{};
  for (const Mat3& v : result.atom_virial) virial += v;
  EXPECT_LT(largest(virial - result.virial), settings.rounding);
}

void check_invariance(const Potential& potential, const Frame& frame,
                      const HarnessSettings& settings) {
  const Result plain = potential(frame);
  Frame shifted = frame;
  for (Vec3& r : shifted.positions) r += Vec3{1.234, -0.77, 3.1};
  expect_same(plain, potential(shifted), settings.rounding, "translation");
  check_rotation(potential, frame, plain, settings.rounding);
  check_permutation(potential, frame, plain, settings.rounding);
  if (!frame.cell) return;
  Frame wrapped = frame;
  for (std::size_t i = 0; i < frame.size(); i += 2)
    wrapped.positions[i] += Vec3{1, -2, 1} * frame.cell->rows();
  expect_same(plain, potential(wrapped), settings.rounding, "cell vectors");
  check_supercell(potential, frame, plain, settings.rounding);
}

void check_smoothness(const Potential& potential, const Model& model,
                      const std::array<int, 3>& types, double radius,
                      const HarnessSettings& settings) {
  // The spectator stands off the line, so that angles matter too; it stays well within the cutoff
  // of both.
  const auto at = [&](double r) {
    Frame frame;
    frame.species.names = model.type_map;
    frame.species.of_atom = {types.begin(), types.end()};
    frame.positions = {{0, 0, 0}, {0.5 * radius, 0.4 * radius, 0.1}, {0.8 * r, 0.0, 0.6 * r}};
    return potential(frame);
  };
  // Over 2 delta the energy changes by the slope times 2 delta, up to second derivatives times
  // delta^2, and the forces by second derivatives times 2 delta; those stay under 100 eV/A^2.
  const double delta = settings.step / 100;
  const Result inside = at(radius - delta);
  const Result outside = at(radius + delta);
  const Vec3 direction = {0.8, 0, 0.6};
  const double slope = -0.5 * dot(inside.force[2] + outside.force[2], direction);
  EXPECT_NEAR(outside.energy - inside.energy, 2 * delta * slope,
              100 * delta * delta + settings.rounding);
  for (std::size_t i = 0; i < inside.force.size(); ++i)
    EXPECT_LT(largest(inside.force[i] - outside.force[i]), 200 * delta + settings.rounding)
        << "atom " << i;
}

}  // namespace vitrion::potential
