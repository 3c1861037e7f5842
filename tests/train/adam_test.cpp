// Adam against torch.optim of PyTorch 2.10 in float64: four steps, rates 0.01 * 0.9^k.
#include "train/adam.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "base/threads.hpp"

namespace vitrion::train {
namespace {

constexpr std::array<std::array<double, 3>, 4> gradients = {
    {{0.3, -2.0, 1e-5}, {0.1, 4.0, -2e-5}, {-0.7, 0.5, 3e-3}, {0.2, 0.25, 1e-3}}};

std::vector<double> after_four_steps(const AdamOptions& options,
                                     std::vector<char> mask = {1, 1, 1}) {
  ThreadPool threads(1);
  Adam adam(options, mask);
  std::vector<double> p = {0.5, -1.25, 2.0};
  for (std::size_t k = 0; k < gradients.size(); ++k) {
    std::array<double, 3> g = gradients[k];
    adam.step(p, g, 0.01 * std::pow(0.9, static_cast<double>(k)), threads);
  }
  return p;
}

void expect_equal(const std::vector<double>& p, const std::array<double, 3>& expected) {
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(p[k], expected[k], 4e-16);  // two last bits
}

TEST(Adam, EqualsPyTorch) {
  AdamOptions options;
  expect_equal(after_four_steps(options),
               {0.485329005314843, -1.2484838571043606, 1.983198763082915});
  options.weight_decay = 0.1;
  expect_equal(after_four_steps(options),
               {0.48323326457483645, -1.2474391016016977, 1.9656113489623188});
  options.decoupled_decay = true;
  expect_equal(after_four_steps(options),
               {0.48364633949349844, -1.2442078434079262, 1.976352626958872});
}

TEST(Adam, ClipsLongGradientsAsPyTorch) {
  AdamOptions options;
  options.gradient_max_norm = 1;
  expect_equal(after_four_steps(options),
               {0.4886880278959602, -1.2448102340712461, 1.9804095806872206});
}

TEST(Adam, MaskedParametersStay) {
  const std::vector<double> p = after_four_steps({}, {1, 0, 1});
  EXPECT_EQ(p[1], -1.25);
  EXPECT_NE(p[0], 0.5);
}

TEST(Adam, BitsDoNotDependOnThreads) {
  AdamOptions options;
  options.gradient_max_norm = 0.5;
  const std::size_t n = 100000;
  std::vector<std::vector<double>> results;
  for (const std::size_t count : {1, 3}) {
    ThreadPool threads(count);
    Adam adam(options, std::vector<char>(n, 1));
    std::vector<double> p(n, 1.0);
    std::vector<double> g(n);
    for (int step = 0; step < 3; ++step) {
      for (std::size_t k = 0; k < n; ++k) g[k] = std::sin(static_cast<double>(k * (step + 1)));
      adam.step(p, g, 0.01, threads);
    }
    results.push_back(std::move(p));
  }
  EXPECT_EQ(results[0], results[1]);
}

}  // namespace
}  // namespace vitrion::train
