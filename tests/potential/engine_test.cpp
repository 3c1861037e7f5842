// The engine against the reference: all options of the model, both precisions, any number of
// threads.
#include "potential/engine.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "base/threads.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/golden.hpp"
#include "potential/harness.hpp"
#include "potential/kernels/gemm.hpp"
#include "potential/random_model.hpp"
#include "potential/reference/evaluate.hpp"

namespace vitrion::potential {
namespace {

using structures::Frame;

Potential engine_of(const Model& model, Precision precision, const std::string& gemm = {}) {
  auto engine = std::make_shared<Engine>(model, EngineOptions{precision, gemm, true},
                                         std::make_shared<ThreadPool>(2));
  return [engine](const Frame& frame) {
    const FrameConfiguration configuration(frame, engine->model());
    Result result;
    engine->compute(configuration.configuration(), result);
    return result;
  };
}

Result reference_on(const Model& model, const Frame& frame) {
  const FrameConfiguration configuration(frame, model);
  return reference::evaluate(model, configuration.configuration());
}

/// The largest of all numbers of a result: what a relative tolerance is relative to.
double scale_of(const Result& result) {
  Result zero = result;
  zero.energy = 0;
  std::fill(zero.atom_energy.begin(), zero.atom_energy.end(), 0.0);
  std::fill(zero.force.begin(), zero.force.end(), Vec3{});
  zero.virial = Mat3{};
  std::fill(zero.atom_virial.begin(), zero.atom_virial.end(), Mat3{});
  const Differences d = differences(result, zero);
  return std::max({1.0, d.energy, d.atom_energy, d.force, d.virial, d.atom_virial});
}

void expect_close(const Result& result, const Result& expected, double relative) {
  const double tolerance = relative * scale_of(expected);
  const Differences d = differences(result, expected);
  EXPECT_LT(d.energy, tolerance);
  EXPECT_LT(d.atom_energy, tolerance);
  EXPECT_LT(d.force, tolerance);
  EXPECT_LT(d.virial, tolerance);
  EXPECT_EQ(result.atom_virial.size(), expected.atom_virial.size());
  EXPECT_LT(d.atom_virial, tolerance);
}

class EngineOn : public testing::TestWithParam<std::tuple<Variant, NamedFrame>> {
 protected:
  [[nodiscard]] Model model() const { return random_model(std::get<0>(GetParam()).options, 21); }
  [[nodiscard]] const Frame& frame() const { return std::get<1>(GetParam()).frame; }
};

TEST_P(EngineOn, DoubleIsTheReference) {
  const Result expected = reference_on(model(), frame());
  // The order of sums and the tables (1e-13 in g, 5e-12 in its slope) together stay below 1e-10.
  for (const std::string& gemm : kernels::gemm_names())
    expect_close(engine_of(model(), Precision::float64, gemm)(frame()), expected, 1e-10);
}

TEST_P(EngineOn, SingleIsTheReferenceToItsRounding) {
  // A net of three layers rounds to some 6e-8 of its largest term per layer; forces multiply that
  // by the slope of the environment (up to 20 / A with the random dstd) and by up to a hundred
  // neighbours.
  expect_close(engine_of(model(), Precision::float32)(frame()), reference_on(model(), frame()),
               3e-5);
}

INSTANTIATE_TEST_SUITE_P(All, EngineOn,
                         testing::Combine(testing::ValuesIn(model_variants()),
                                          testing::ValuesIn(test_frames())),
                         [](const auto& tested) {
                           return std::get<0>(tested.param).name + "_" +
                                  std::get<1>(tested.param).name;
                         });

class EngineGolden : public testing::TestWithParam<std::tuple<const char*, const char*>> {};

TEST_P(EngineGolden, GivesTheDigits) {
  check_golden([](const Model& model) { return engine_of(model, Precision::float64); },
               std::get<0>(GetParam()), std::get<1>(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(All, EngineGolden,
                         testing::Combine(testing::ValuesIn(golden_folders),
                                          testing::ValuesIn(golden_models)),
                         [](const auto& tested) {
                           return std::string(std::get<0>(tested.param)) + "_" +
                                  std::get<1>(tested.param);
                         });

/// A model that differs in its slots alone.
Model roomy_model(std::vector<int> sel, std::uint64_t seed) {
  RandomModelOptions options;
  options.sel = std::move(sel);
  return random_model(options, seed);
}

/// More atoms than a block holds, so that blocks, shares and threads all take part.
const Frame& large_frame() {
  static const Frame frame =
      random_frame({140, 60, 40}, {{{16, 0, 0}, {0, 17, 0}, {1, 0, 16}}}, true, 1.4, 5);
  return frame;
}

TEST(Engine, PassesTheHarness) {
  const Model model = random_model({}, 22);
  const Frame& frame = test_frames().front().frame;
  const Potential potential = engine_of(model, Precision::float64);
  check_forces(potential, frame, double_precision());
  check_virial(potential, frame, double_precision());
  check_sums(potential, frame, double_precision());
  check_invariance(potential, frame, double_precision());
}

TEST(Engine, SinglePassesTheHarness) {
  const Model model = random_model({}, 22);
  const Frame& frame = test_frames().front().frame;
  const Potential potential = engine_of(model, Precision::float32);
  check_forces(potential, frame, single_precision());
  check_virial(potential, frame, single_precision());
}

TEST(Engine, ManyBlocksAreTheReference) {
  const Model model = roomy_model({60, 30, 24}, 23);
  expect_close(engine_of(model, Precision::float64)(large_frame()),
               reference_on(model, large_frame()), 1e-10);
}

TEST(Engine, BitsDoNotDependOnThreads) {
  const Model model = roomy_model({60, 30, 24}, 23);
  const FrameConfiguration configuration(large_frame(), model);
  for (const Precision precision : {Precision::float64, Precision::float32}) {
    Result first;
    for (const std::size_t threads : {1, 2, 3, 5}) {
      Engine engine(model, {precision, {}, true}, std::make_shared<ThreadPool>(threads));
      Result result;
      engine.compute(configuration.configuration(), result);
      if (threads == 1) first = result;
      const Differences d = differences(result, first);
      EXPECT_EQ(std::max({d.energy, d.atom_energy, d.force, d.virial, d.atom_virial}), 0)
          << threads << " threads";
    }
  }
}

TEST(Engine, BitsDoNotDependOnWhatWasComputedBefore) {
  const Model model = roomy_model({60, 30, 24}, 23);
  const Potential potential = engine_of(model, Precision::float64);
  const Frame& small = test_frames().front().frame;
  const Result before = potential(small);
  (void)potential(large_frame());
  const Differences d = differences(potential(small), before);
  EXPECT_EQ(std::max({d.energy, d.atom_energy, d.force, d.virial, d.atom_virial}), 0);
}

TEST(Engine, AtomsCloserThanTheTableAreTheReference) {
  const Model model = random_model({}, 24);
  Frame frame = test_frames()[2].frame;
  frame.positions[1] = frame.positions[0] + Vec3{0.3, 0.2, 0.1};
  expect_close(engine_of(model, Precision::float64)(frame), reference_on(model, frame), 1e-10);
}

TEST(Engine, VirtualAtomsAreNotThere) {
  const Model model = random_model({}, 25);
  Frame frame = test_frames().front().frame;
  frame.species.of_atom[2] = -1;
  frame.species.of_atom[7] = -1;
  const Result result = engine_of(model, Precision::float64)(frame);
  expect_close(result, reference_on(model, frame), 1e-10);
  EXPECT_EQ(result.atom_energy[2], 0);
  EXPECT_EQ(norm(result.force[7]), 0);
}

TEST(Engine, GhostsReceiveTheForcesOfTheirOwners) {
  const Model model = random_model({}, 26);
  const Frame& frame = test_frames().front().frame;
  const FrameConfiguration owned(frame, model);
  const Configuration plain = owned.configuration();
  // Each neighbour becomes a ghost of its own.
  std::vector<int> types(plain.types.begin(), plain.types.end());
  std::vector<int> index;
  for (const int owner : plain.index) {
    index.push_back(static_cast<int>(types.size()));
    types.push_back(plain.types[static_cast<std::size_t>(owner)]);
  }
  const Configuration ghosts{types, plain.first, index, plain.displacement};
  Engine engine(model, {Precision::float64, {}, true}, std::make_shared<ThreadPool>(1));
  Result expected, result;
  engine.compute(plain, expected);
  engine.compute(ghosts, result);
  ASSERT_EQ(result.force.size(), types.size());
  for (std::size_t k = 0; k < index.size(); ++k) {
    const auto owner = static_cast<std::size_t>(plain.index[k]);
    const auto ghost = static_cast<std::size_t>(index[k]);
    result.force[owner] += result.force[ghost];
    result.atom_virial[owner] += result.atom_virial[ghost];
  }
  result.force.resize(frame.size());
  result.atom_virial.resize(frame.size());
  // The same terms in another order.
  expect_close(result, expected, 1e-12);
}

TEST(Engine, CountsTheNeighboursThatDoNotFit) {
  const Model model = roomy_model({9, 5, 3}, 27);
  const Frame& frame = test_frames()[1].frame;
  EXPECT_EQ(engine_of(model, Precision::float64)(frame).most_neighbours,
            reference_on(model, frame).most_neighbours);
}

TEST(Engine, TakesTheModelsOwnPrecision) {
  const auto described = [](Precision precision) {
    RandomModelOptions options;
    options.precision = precision;
    return Engine(random_model(options, 28), {}, std::make_shared<ThreadPool>(1)).description();
  };
  EXPECT_EQ(described(Precision::float32).rfind("single", 0), 0);
  EXPECT_EQ(described(Precision::float64).rfind("double", 0), 0);
}

}  // namespace
}  // namespace vitrion::potential
