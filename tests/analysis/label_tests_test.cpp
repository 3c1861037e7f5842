// Tests that compare compositions, against full enumeration, published numbers and their own
// false-alarm rate.
#include "analysis/label_tests.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

/// Rising pairs of values of different groups.
std::size_t rising(const std::vector<int>& labels) {
  // labels[i] is the group of the i-th smallest value.
  std::size_t count = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t j = i + 1; j < labels.size(); ++j) count += labels[j] > labels[i] ? 1 : 0;
  return count;
}

TEST(OrderTest, IsExact) {
  // All ways to put three labels on seven values, each against the enumeration.
  std::vector<int> labels = {0, 0, 1, 2, 2, 2, 2};
  std::vector<std::vector<int>> ways;
  do ways.push_back(labels);
  while (std::next_permutation(labels.begin(), labels.end()));
  ASSERT_EQ(ways.size(), 105U);  // 7! / (2! 1! 4!)
  for (const std::vector<int>& way : ways) {
    Groups groups(3);
    for (std::size_t i = 0; i < way.size(); ++i)
      groups[static_cast<std::size_t>(way[i])].push_back(static_cast<double>(i));
    const std::size_t observed = rising(way);
    const auto as_large = std::ranges::count_if(
        ways, [&](const std::vector<int>& other) { return rising(other) >= observed; });
    const auto as_small = std::ranges::count_if(
        ways, [&](const std::vector<int>& other) { return rising(other) <= observed; });
    const OrderTest test = order_test(groups);
    EXPECT_EQ(test.statistic, static_cast<double>(observed));
    EXPECT_NEAR(test.p_rising, static_cast<double>(as_large) / 105, 1e-12);
    EXPECT_NEAR(test.p_falling, static_cast<double>(as_small) / 105, 1e-12);
  }
}

TEST(OrderTest, TwoGlassesOfFourCompositionsInPerfectOrder) {
  const OrderTest test = order_test({{1, 2}, {3, 4}, {5, 6}, {7, 8}});
  EXPECT_NEAR(test.p_rising, 1.0 / 2520, 1e-15);  // 8! / 2!^4
  EXPECT_NEAR(test.p_falling, 1, 1e-12);
}

TEST(OrderTest, TiesCountAgainstEitherOrder) {
  const OrderTest test = order_test({{1, 1}, {1, 1}, {1, 1}});
  EXPECT_DOUBLE_EQ(test.p_rising, 1);
  EXPECT_DOUBLE_EQ(test.p_falling, 1);
}

TEST(PairTest, IsStudentsT) {
  // Pooled variance (2 + 8) / 4 = 2.5, error sqrt(2.5 * 2 / 3), t^2 = 2.4. With four degrees of
  // freedom F(t) = 1/2 + 3/8 u (1 - u^2 / 12), u = t / sqrt(1 + t^2 / 4); 2.7764 is in every table.
  const double u = -std::sqrt(2.4 / 1.6);
  const double below = 0.5 + 0.375 * u * (1 - u * u / 12);
  const PairTest pair = pair_test({{1, 2, 3}, {2, 4, 6}}, 0, 1);
  EXPECT_NEAR(pair.difference, -2, 1e-15);
  EXPECT_NEAR(pair.error, 1.2909944487358056, 1e-12);
  EXPECT_EQ(pair.dof, 4);
  EXPECT_NEAR(pair.p_under(), below, 1e-12);
  EXPECT_NEAR(pair.p_over(), 1 - below, 1e-12);
  EXPECT_NEAR(pair.interval("1").half_width(), 2.7764451 * 1.2909944487358056, 1e-6);
}

TEST(PairTest, OneGlassEachSaysNothing) {
  const PairTest pair = pair_test({{1}, {9}}, 1, 0);
  EXPECT_EQ(pair.p_over(), 1);
  EXPECT_TRUE(pair.interval("1").is_refused());
}

TEST(Permutation, FindsAPerfectOrderAndIsNeverZero) {
  // Of the 70 ways to choose four of eight, one has the four largest.
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8};
  const std::vector<std::size_t> sizes = {4, 4};
  const auto second_sum = [&](std::span<const std::size_t> glasses) {
    double sum = 0;
    for (std::size_t k = 4; k < 8; ++k) sum += values[glasses[k]];
    return sum;
  };
  const double p = permutation_p(sizes, second_sum, 1);
  // A hundred hits are awaited: a tenth of p is one standard deviation, four are taken.
  EXPECT_NEAR(p, 1.0 / 70, 0.4 / 70);
  const auto constant = [](std::span<const std::size_t>) { return 1.0; };
  EXPECT_EQ(permutation_p(sizes, constant, 1), 1);
  const auto first_way = [](std::span<const std::size_t> glasses) {
    return std::ranges::is_sorted(glasses) ? 1.0 : 0.0;
  };
  EXPECT_GE(permutation_p(sizes, first_way, 1), 1e-4);
}

TEST(Permutation, IsUnderALevelAsOftenAsTheLevelSays) {
  // 400 data sets without an effect, level 0.1: expected 40, s.d. 6; over 60 by chance once in
  // 1600.
  RandomStream random(5, "permutation");
  const std::vector<std::size_t> sizes = {3, 3};
  std::size_t under = 0;
  for (std::uint64_t set = 0; set < 400; ++set) {
    std::vector<double> values;
    for (std::size_t k = 0; k < 6; ++k) values.push_back(random.normal());
    const auto difference = [&](std::span<const std::size_t> g) {
      return values[g[3]] + values[g[4]] + values[g[5]] - values[g[0]] - values[g[1]] -
             values[g[2]];
    };
    under += permutation_p(sizes, difference, set, 499) <= 0.1 ? 1 : 0;
  }
  EXPECT_LE(under, 60U);
  EXPECT_GE(under, 20U);
}

TEST(Holm, StepsDown) {
  const std::vector<double> p = {0.01, 0.04, 0.03};
  EXPECT_THAT(holm(p), testing::Pointwise(testing::DoubleNear(1e-15),
                                          std::vector<double>{0.03, 0.06, 0.06}));
  EXPECT_TRUE(holm(std::vector<double>{}).empty());
}

TEST(Shares, WilsonAndBinomial) {
  const Estimate none = wilson_share(0, 10);
  EXPECT_NEAR(none.high, 0.2775, 5e-5);  // z^2 / (n + z^2)
  EXPECT_EQ(none.low, 0);
  EXPECT_NEAR(binomial_tail(4, 5, 0.5), 6.0 / 32, 1e-12);
  EXPECT_EQ(binomial_tail(0, 5, 0.5), 1);
}

}  // namespace
}  // namespace vitrion::analysis
