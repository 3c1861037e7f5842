// The loss: hand numbers, DeePMD's rules, and the derivative against central differences.
#include "train/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "base/error.hpp"
#include "train/small_data.hpp"

namespace vitrion::train {
namespace {

using potential::LossSeeds;
using potential::Result;
using structures::Frame;

struct Case {
  std::vector<Frame> frames;
  std::vector<Result> predictions;

  [[nodiscard]] std::vector<const Frame*> pointers() const {
    std::vector<const Frame*> p;
    for (const Frame& frame : frames) p.push_back(&frame);
    return p;
  }
};

/// Two frames of different size with all labels, and predictions off by a little.
Case full_case() {
  Case c;
  RandomStream random(3, "loss-test");
  for (const std::size_t n : {3, 5}) {
    Frame frame = random_frame(n, {"A"}, std::vector<int>(n, 0));
    for (std::size_t i = 0; i < n; ++i) {
      frame.labels.atom_energies.push_back(random.normal());
      frame.labels.atom_weights.push_back(random.uniform());
    }
    Result result;
    result.energy = *frame.labels.energy + random.normal();
    for (std::size_t i = 0; i < n; ++i) {
      result.atom_energy.push_back(random.normal());
      result.force.push_back({random.normal(), random.normal(), random.normal()});
    }
    for (Vec3& row : result.virial)
      for (double& v : row) v = random.normal();
    c.frames.push_back(std::move(frame));
    c.predictions.push_back(std::move(result));
  }
  return c;
}

double loss_of(const LossOptions& options, double ratio, const Case& c,
               std::vector<LossSeeds>& seeds) {
  seeds.resize(c.frames.size());
  const Errors e = evaluate_loss(options, ratio, c.pointers(), c.predictions, seeds);
  return e.loss * e.loss;
}

void expect_derivative(const LossOptions& options) {
  Case c = full_case();
  std::vector<LossSeeds> seeds;
  (void)loss_of(options, 0.4, c, seeds);
  const std::vector<LossSeeds> at = seeds;
  // Central differences: error h^2 f''' / 6 (zero for squares) plus rounding 1e-16 / h * 1e3.
  const double h = 1e-5;
  const auto check = [&](double& x, double slope, const char* what) {
    const double old = x;
    x = old + h;
    const double up = loss_of(options, 0.4, c, seeds);
    x = old - h;
    const double down = loss_of(options, 0.4, c, seeds);
    x = old;
    EXPECT_NEAR((up - down) / (2 * h), slope, 1e-7 * (1 + std::abs(slope))) << what;
  };
  for (std::size_t k = 0; k < c.frames.size(); ++k) {
    Result& result = c.predictions[k];
    check(result.energy, at[k].energy, "energy");
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) check(result.virial[a][b], at[k].virial[a][b], "virial");
    for (std::size_t i = 0; i < result.force.size(); ++i)
      for (std::size_t a = 0; a < 3; ++a)
        check(result.force[i][a], at[k].force.empty() ? 0.0 : at[k].force[i][a], "force");
    for (std::size_t i = 0; i < result.atom_energy.size(); ++i)
      check(result.atom_energy[i], at[k].atom_energy.empty() ? 0.0 : at[k].atom_energy[i],
            "atom energy");
  }
}

LossOptions all_terms() {
  LossOptions options;
  options.energy = {0.1, 2};
  options.force = {30, 1};
  options.virial = {0.2, 1};
  options.atom_energy = {0.5, 0.25};
  return options;
}

TEST(Loss, DerivativeOfSquares) {
  LossOptions options = all_terms();
  options.weighted_force = {1, 2};
  expect_derivative(options);
  options.intensive = true;
  options.relative_f = 0.3;
  expect_derivative(options);
}

TEST(Loss, DerivativeOfHuberAndAbsolute) {
  LossOptions options = all_terms();
  options.huber = true;
  options.huber_delta = 0.6;
  expect_derivative(options);
  options.huber = false;
  options.absolute = true;
  expect_derivative(options);
}

/// One frame of two atoms: dE = 0.4, dF = 0.3 in each of 6 components, dV = 0.6 in each of 9.
Case simple_case() {
  Case c;
  Frame frame;
  frame.species = {{"A"}, {0, 0}};
  frame.positions = {{0, 0, 0}, {2, 0, 0}};
  frame.labels.energy = -1.0;
  frame.labels.forces = {{0, 0, 0}, {0, 0, 0}};
  frame.labels.virial = Mat3{};
  Result result;
  result.energy = -0.6;
  result.force = {{0.3, 0.3, 0.3}, {0.3, 0.3, 0.3}};
  result.virial = {{{0.6, 0.6, 0.6}, {0.6, 0.6, 0.6}, {0.6, 0.6, 0.6}}};
  c.frames = {frame};
  c.predictions = {result};
  return c;
}

TEST(Loss, EqualsTheFormulaByHand) {
  LossOptions options;
  options.energy = {1, 3};
  options.force = {10, 2};
  options.virial = {5, 5};
  std::vector<LossSeeds> seeds(1);
  const Case c = simple_case();
  const Errors e = evaluate_loss(options, 0.5, c.pointers(), c.predictions, seeds);
  // p_e = 2, p_f = 6, p_v = 5: 2 * 0.16 / 2 + 6 * 0.09 + 5 * 0.36 / 2 = 1.6; rounding of a few
  // sums.
  EXPECT_NEAR(e.loss, std::sqrt(1.6), 1e-14);
  EXPECT_NEAR(e.energy, 0.2, 1e-14);
  EXPECT_NEAR(e.force, 0.3, 1e-14);
  EXPECT_NEAR(e.virial, 0.3, 1e-14);
  options.intensive = true;  // 2 * 0.16 / 4 + 0.54 + 5 * 0.36 / 4 = 1.07
  EXPECT_NEAR(evaluate_loss(options, 0.5, c.pointers(), c.predictions, seeds).loss, std::sqrt(1.07),
              1e-14);
}

TEST(Loss, AbsentLabelsGiveNoTermAndNaN) {
  Case c = simple_case();
  c.frames[0].labels.virial.reset();
  c.frames[0].labels.forces.clear();
  LossOptions options;
  options.energy = {2, 2};
  options.virial = {5, 5};
  std::vector<LossSeeds> seeds(1);
  const Errors e = evaluate_loss(options, 1, c.pointers(), c.predictions, seeds);
  EXPECT_NEAR(e.loss, 0.4, 1e-14);  // sqrt(2 * 0.16 / 2)
  EXPECT_TRUE(std::isnan(e.force));
  EXPECT_TRUE(std::isnan(e.virial));
  EXPECT_TRUE(seeds[0].force.empty());
}

TEST(Loss, RefusesContradictions) {
  LossOptions options;
  options.energy = options.force = {};
  EXPECT_THROW(options.validate(), InputError);
  options.energy = {1, -1};
  EXPECT_THROW(options.validate(), InputError);
  options.energy = {1, 1};
  options.huber = true;
  options.relative_f = 1.0;
  EXPECT_THROW(options.validate(), InputError);
}

}  // namespace
}  // namespace vitrion::train
