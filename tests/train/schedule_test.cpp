// Learning rates against deepmd.dpmodel.utils.learning_rate of DeePMD-kit 3.1.3, printed to 17
// digits.
#include "train/schedule.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/error.hpp"

namespace vitrion::train {
namespace {

using Points = std::vector<std::pair<std::size_t, double>>;

void expect_rates(const RateOptions& options, std::size_t steps, const Points& points) {
  const LearningRate rate(options, steps);
  for (const auto& [step, value] : points)
    EXPECT_NEAR(rate.at(step), value, 1e-12 * value)
        << step;  // pow and exp differ in the last bits
}

TEST(LearningRate, ExponentialInSteps) {
  RateOptions options;
  options.stop = 3.51e-8;
  expect_rates(options, 1000000,
               {{0, 0.001},
                {4999, 0.001},
                {5000, 0.0009500064099092084},
                {12345, 0.0009025121788685831},
                {500000, 5.9245252974394665e-06},
                {999999, 3.6947119128759015e-08}});
}

TEST(LearningRate, ShortRunsGetAShorterInterval) {
  RateOptions options;
  options.stop = 1e-4;
  expect_rates(options, 100,
               {{0, 0.001},
                {1, 0.001},
                {2, 0.000954992586021436},
                {50, 0.0003162277660168383},
                {99, 0.0001047128548050902}});
  expect_rates(options, 3000,
               {{0, 0.001}, {100, 0.0009261187281287935}, {2999, 0.00010797751623277091}});
}

TEST(LearningRate, SmoothAndGivenRate) {
  RateOptions options;
  options.stop = 1e-5;
  options.decay_steps = 10;
  options.smooth = true;
  expect_rates(options, 1000,
               {{0, 0.001}, {7, 0.0009682778562612492}, {999, 1.0046157902783996e-05}});
  options.smooth = false;
  options.decay_steps = 100;
  options.decay_rate = 0.5;
  expect_rates(options, 1000, {{0, 0.001}, {500, 3.125e-05}, {999, 1e-05}});
}

TEST(LearningRate, WarmUp) {
  RateOptions options;
  options.stop = 1e-5;
  options.decay_steps = 100;
  options.warmup_steps = 100;
  options.warmup_start_factor = 0.1;
  expect_rates(options, 1000,
               {{0, 0.0001},
                {50, 0.00055},
                {100, 0.001},
                {300, 0.0003593813663804628},
                {999, 1.6681005372000593e-05}});
}

TEST(LearningRate, Cosine) {
  RateOptions options;
  options.kind = RateOptions::Kind::cosine;
  options.stop = 1e-5;
  expect_rates(
      options, 1000,
      {{0, 0.001}, {250, 0.000855017856687341}, {500, 0.000505}, {999, 1.0002442725080185e-05}});
  options.warmup_steps = 100;
  expect_rates(options, 1000,
               {{0, 0.0}, {50, 0.0005}, {550, 0.000505}, {999, 1.0003015709393756e-05}});
}

TEST(LearningRate, RefusesWhatCannotBe) {
  RateOptions options;
  options.start = 0;
  EXPECT_THROW(LearningRate(options, 10), InputError);
  options.start = 1e-3;
  options.warmup_steps = 10;
  EXPECT_THROW(LearningRate(options, 10), InputError);
  options.warmup_steps = 0;
  options.decay_rate = 1.5;
  EXPECT_THROW(LearningRate(options, 10), InputError);
}

}  // namespace
}  // namespace vitrion::train
