// The batch gradient: predictions against the reference, each parameter's gradient against central
// differences of a loss in energies, atomic energies, forces and virials.
#include "potential/gradient.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/threads.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/harness.hpp"
#include "potential/random_model.hpp"
#include "potential/reference/evaluate.hpp"

namespace vitrion::potential {
namespace {

/// The test frames, as one batch.
class Batch {
 public:
  explicit Batch(const Model& model) {
    for (const NamedFrame& named : test_frames()) owners_.emplace_back(named.frame, model);
    for (const FrameConfiguration& owner : owners_) frames.push_back(owner.configuration());
  }

  std::vector<Configuration> frames;

 private:
  std::vector<FrameConfiguration> owners_;
};

/// Random seeds for all predictions of a frame.
LossSeeds random_seeds(const Configuration& frame, RandomStream& random) {
  LossSeeds seeds;
  seeds.energy = random.normal();
  for (std::size_t i = 0; i < frame.centres(); ++i) {
    seeds.atom_energy.push_back(random.normal());
    seeds.force.push_back({random.normal(), random.normal(), random.normal()});
  }
  for (Vec3& row : seeds.virial)
    for (double& x : row) x = 0.1 * random.normal();
  return seeds;
}

std::vector<LossSeeds> random_seeds(const std::vector<Configuration>& frames) {
  RandomStream random(31, "seeds");
  std::vector<LossSeeds> seeds;
  for (const Configuration& frame : frames) seeds.push_back(random_seeds(frame, random));
  return seeds;
}

/// The loss that is linear in the predictions: its gradient is what the seeds ask for.
double loss(const std::vector<Result>& results, const std::vector<LossSeeds>& seeds) {
  double sum = 0;
  for (std::size_t f = 0; f < results.size(); ++f) {
    sum += seeds[f].energy * results[f].energy;
    for (std::size_t i = 0; i < seeds[f].atom_energy.size(); ++i)
      sum += seeds[f].atom_energy[i] * results[f].atom_energy[i];
    for (std::size_t i = 0; i < seeds[f].force.size(); ++i)
      sum += dot(seeds[f].force[i], results[f].force[i]);
    for (std::size_t a = 0; a < 3; ++a) sum += dot(seeds[f].virial[a], results[f].virial[a]);
  }
  return sum;
}

double reference_loss(const Model& model, const std::vector<Configuration>& frames,
                      const std::vector<LossSeeds>& seeds) {
  std::vector<Result> results;
  for (const Configuration& frame : frames) results.push_back(reference::evaluate(model, frame));
  return loss(results, seeds);
}

/// The gradient at the batch, by the code under test.
std::vector<double> gradient_of(const Model& model, Precision precision, std::size_t threads,
                                const std::vector<Configuration>& frames,
                                const std::vector<LossSeeds>& seeds) {
  BatchGradient batch(model, precision, {}, std::make_shared<ThreadPool>(threads));
  std::vector<Result> results(frames.size());
  std::vector<double> gradient(parameter_count(model));
  batch.predict(frames, results);
  batch.gradient(seeds, gradient);
  return gradient;
}

double norm_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double v : values) sum += v * v;
  return std::sqrt(sum);
}

class GradientOf : public testing::TestWithParam<Variant> {};

TEST_P(GradientOf, PredictionsAreTheReference) {
  const Model model = random_model(GetParam().options, 41);
  const Batch batch(model);
  BatchGradient gradient(model, Precision::float64, {}, std::make_shared<ThreadPool>(2));
  std::vector<Result> results(batch.frames.size());
  gradient.predict(batch.frames, results);
  for (std::size_t f = 0; f < results.size(); ++f) {
    const Differences d = differences(results[f], reference::evaluate(model, batch.frames[f]));
    // Only the order of sums differs: some 1e4 terms of order 1, amplified by the nets.
    EXPECT_LT(std::max({d.energy, d.atom_energy, d.force, d.virial}), 1e-10) << "frame " << f;
  }
}

TEST_P(GradientOf, DirectionsAreTheSlopesOfTheLoss) {
  Model model = random_model(GetParam().options, 42);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  const std::vector<double> gradient =
      gradient_of(model, Precision::float64, 2, batch.frames, seeds);
  const std::vector<double> at = parameters(model);
  RandomStream random(43, "directions");
  for (int k = 0; k < 6; ++k) {
    std::vector<double> direction(at.size());
    for (double& x : direction) x = random.normal();
    const double length = norm_of(direction);
    double expected = 0;
    for (std::size_t i = 0; i < at.size(); ++i) expected += gradient[i] * direction[i] / length;
    const auto loss_at = [&](double step) {
      std::vector<double> moved = at;
      for (std::size_t i = 0; i < at.size(); ++i) moved[i] += step * direction[i] / length;
      set_parameters(model, moved);
      return reference_loss(model, batch.frames, seeds);
    };
    // h = 1e-4 along a unit vector: truncation h^2 / 6 and rounding 1e-16 |L| / h are both near
    // 1e-9 of the loss' own slopes (|L| is about 1e3 here, its gradient some 1e3).
    const double h = 1e-4;
    const double slope = (loss_at(h) - loss_at(-h)) / (2 * h);
    EXPECT_NEAR(expected, slope, 2e-7 * std::max(1.0, norm_of(gradient)));
  }
}

/// A few parameters of each array: a wrong place in the order of parameters() would not show in a
/// direction's sum as clearly.
TEST_P(GradientOf, SingleParametersAreTheSlopesOfTheLoss) {
  Model model = random_model(GetParam().options, 44);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  const std::vector<double> gradient =
      gradient_of(model, Precision::float64, 2, batch.frames, seeds);
  const std::vector<double> at = parameters(model);
  RandomStream random(45, "parameters");
  const double tolerance = 2e-7 * std::max(1.0, norm_of(gradient));
  for (int k = 0; k < 60; ++k) {
    const std::size_t i = random.below(at.size());
    const auto loss_at = [&](double step) {
      std::vector<double> moved = at;
      moved[i] += step;
      set_parameters(model, moved);
      return reference_loss(model, batch.frames, seeds);
    };
    const double h = 1e-5;
    EXPECT_NEAR(gradient[i], (loss_at(h) - loss_at(-h)) / (2 * h), tolerance) << "parameter " << i;
  }
}

TEST_P(GradientOf, SingleIsDoubleToItsRounding) {
  const Model model = random_model(GetParam().options, 46);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  const std::vector<double> expected =
      gradient_of(model, Precision::float64, 1, batch.frames, seeds);
  std::vector<double> gradient = gradient_of(model, Precision::float32, 1, batch.frames, seeds);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= expected[i];
  // Rounding of 6e-8 in each of some ten passes, amplified by cancelling sums over atoms.
  EXPECT_LT(norm_of(gradient), 2e-5 * norm_of(expected));
}

INSTANTIATE_TEST_SUITE_P(All, GradientOf, testing::ValuesIn(model_variants()),
                         [](const auto& tested) { return tested.param.name; });

TEST(Gradient, BitsDoNotDependOnThreads) {
  RandomModelOptions options;
  options.sel = {60, 30, 24};
  options.atom_ener = {-1.0, std::nullopt, 2.0};
  const Model model = random_model(options, 51);
  const structures::Frame large =
      random_frame({90, 60, 40}, {{{15, 0, 0}, {0, 15, 0}, {1, 0, 15}}}, true, 1.4, 6);
  const FrameConfiguration a(large, model), b(test_frames().front().frame, model);
  const std::vector<Configuration> frames = {a.configuration(), b.configuration()};
  const std::vector<LossSeeds> seeds = random_seeds(frames);
  const std::vector<double> one = gradient_of(model, Precision::float64, 1, frames, seeds);
  for (const std::size_t threads : {2, 3, 5})
    EXPECT_EQ(gradient_of(model, Precision::float64, threads, frames, seeds), one)
        << threads << " threads";
}

TEST(Gradient, UpdateMovesEachParameterOnceAlongTheGradient) {
  RandomModelOptions options;
  options.atom_ener = {-1.0, std::nullopt, 2.0};
  const Model model = random_model(options, 57);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  for (const Precision precision : {Precision::float64, Precision::float32}) {
    const std::vector<double> expected = gradient_of(model, precision, 1, batch.frames, seeds);
    BatchGradient updated(model, precision, {}, std::make_shared<ThreadPool>(3));
    std::vector<double> values = parameters(model);
    std::vector<double> gradient(values.size());
    std::vector<int> visits(values.size());
    std::vector<Result> results(batch.frames.size());
    updated.predict(batch.frames, results);
    updated.update(seeds, values, [&](const ParameterPart& part, const double* of_part) {
      for (std::size_t k = 0; k < part.count; ++k) {
        ++visits[part.begin + k];
        gradient[part.begin + k] = of_part[k];
        values[part.begin + k] += 1e-3 * std::sin(static_cast<double>(part.begin + k));
      }
    });
    EXPECT_EQ(gradient, expected);
    EXPECT_EQ(visits, std::vector<int>(values.size(), 1));
    // The kernels hold what the parameters became.
    BatchGradient loaded(model, precision, {}, std::make_shared<ThreadPool>(1));
    loaded.set_parameters(values);
    std::vector<Result> other(batch.frames.size());
    updated.predict(batch.frames, results);
    loaded.predict(batch.frames, other);
    for (std::size_t f = 0; f < results.size(); ++f) {
      EXPECT_EQ(results[f].energy, other[f].energy);
      EXPECT_EQ(results[f].force, other[f].force);
    }
  }
}

TEST(Gradient, FrozenEmbeddingsLeaveTheOthersTheirBits) {
  Model model = random_model({}, 58);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  std::vector<double> expected = gradient_of(model, Precision::float64, 1, batch.frames, seeds);
  model.descriptor.trainable = false;
  const std::vector<char> mask = trainable_mask(model);
  for (std::size_t i = 0; i < expected.size(); ++i)
    if (!mask[i]) expected[i] = 0;
  EXPECT_EQ(gradient_of(model, Precision::float64, 2, batch.frames, seeds), expected);
}

TEST(Gradient, ABatchIsTheSumOfItsFrames) {
  const Model model = random_model({}, 52);
  const Batch batch(model);
  const std::vector<LossSeeds> seeds = random_seeds(batch.frames);
  std::vector<double> sum(parameter_count(model));
  for (std::size_t f = 0; f < batch.frames.size(); ++f) {
    const auto one = gradient_of(model, Precision::float64, 1, {batch.frames[f]}, {seeds[f]});
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  const auto all = gradient_of(model, Precision::float64, 1, batch.frames, seeds);
  // Only the order of sums differs.
  for (std::size_t i = 0; i < sum.size(); ++i) EXPECT_NEAR(all[i], sum[i], 1e-12 * norm_of(sum));
}

TEST(Gradient, NewWeightsAreTaken) {
  Model model = random_model({}, 53);
  const Model other = random_model({}, 54);
  const Batch batch(model);
  BatchGradient gradient(model, Precision::float64, {}, std::make_shared<ThreadPool>(1));
  gradient.set_parameters(parameters(other));
  set_parameters(model, parameters(other));
  std::vector<Result> results(batch.frames.size());
  gradient.predict(batch.frames, results);
  const Differences d = differences(results[0], reference::evaluate(model, batch.frames[0]));
  EXPECT_LT(std::max(d.energy, d.force), 1e-10);  // the order of sums
}

TEST(Gradient, NeedsAPredictionFirst) {
  const Model model = random_model({}, 55);
  const Batch batch(model);
  BatchGradient gradient(model, Precision::float64, {}, std::make_shared<ThreadPool>(1));
  std::vector<double> values(parameter_count(model));
  EXPECT_THROW(gradient.gradient(random_seeds(batch.frames), values), Error);
}

TEST(Parameters, ComeBackInTheirOrderWithTheirMask) {
  RandomModelOptions options;
  options.embedding_resnet_dt = true;
  Model model = random_model(options, 56);
  const std::vector<double> values = parameters(model);
  EXPECT_EQ(values.size(), parameter_count(model));
  EXPECT_EQ(values[0], model.descriptor.embeddings[0].layers[0].w[0]);
  EXPECT_EQ(values.back(), model.fitting.nets.back().layers.back().b.back());
  model.descriptor.trainable = false;
  model.fitting.trainable = {true, false, true, true};
  const std::vector<char> mask = trainable_mask(model);
  EXPECT_EQ(mask.front(), 0);
  EXPECT_EQ(mask.back(), 1);
  const Network& net = model.fitting.nets.back();
  const std::size_t second =
      net.layers[0].w.size() + net.layers[0].b.size() + net.layers[0].idt.size();
  std::size_t size = 0;
  for (const Layer& layer : net.layers) size += layer.w.size() + layer.b.size() + layer.idt.size();
  EXPECT_EQ(mask[values.size() - size + second], 0);
  EXPECT_EQ(mask[values.size() - size + second - 1], 1);
  EXPECT_THROW(set_parameters(model, std::vector<double>(3)), Error);
}

}  // namespace
}  // namespace vitrion::potential
