// Batch sizes, probabilities and the order of frames by DeePMD's rules; the sequence as a function
// of its position.
#include "train/batches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "train/small_data.hpp"

namespace vitrion::train {
namespace {

using ::testing::ElementsAre;

/// Systems of 2, 3 and 5 atoms with 10, 7 and 1 frames.
Dataset three_systems() {
  std::vector<System> systems;
  for (const auto& [atoms, frames] : {std::pair{2, 10}, {3, 7}, {5, 1}}) {
    System system{"s" + std::to_string(atoms), {}};
    for (int f = 0; f < frames; ++f)
      system.frames.push_back(random_frame(static_cast<std::uint64_t>(f), {"A"},
                                           std::vector<int>(static_cast<std::size_t>(atoms), 0)));
    systems.push_back(std::move(system));
  }
  ThreadPool threads(1);
  return {std::move(systems), {"A"}, 4.0, threads};
}

BatchRule atoms_rule(BatchRule::Kind kind, std::size_t atoms) {
  BatchRule rule;
  rule.kind = kind;
  rule.atoms = atoms;
  return rule;
}

BatchRule sizes_rule(std::vector<std::size_t> sizes) {
  BatchRule rule;
  rule.kind = BatchRule::Kind::each;
  rule.sizes = std::move(sizes);
  return rule;
}

std::vector<std::size_t> sizes_of(const BatchRule& rule) {
  const Batches batches(three_systems(), rule, {}, 1, "t");
  return {batches.sizes().begin(), batches.sizes().end()};
}

TEST(BatchSizes, FollowTheRule) {
  EXPECT_THAT(sizes_of(atoms_rule(BatchRule::Kind::at_least_atoms, 7)), ElementsAre(4, 3, 2));
  EXPECT_THAT(sizes_of(atoms_rule(BatchRule::Kind::at_most_atoms, 4)), ElementsAre(2, 1, 1));
  EXPECT_THAT(sizes_of(sizes_rule({3})), ElementsAre(3, 3, 3));
  EXPECT_THAT(sizes_of(sizes_rule({3, 2, 1})), ElementsAre(3, 2, 1));
  EXPECT_THROW((void)sizes_of(sizes_rule({3, 2})), InputError);
}

std::vector<double> probabilities_of(const SamplingRule& rule) {
  const Batches batches(three_systems(), sizes_rule({2}), rule, 1, "t");  // 5, 4 and 1 batches
  return {batches.probabilities().begin(), batches.probabilities().end()};
}

void expect_near(const std::vector<double>& p, const std::vector<double>& expected) {
  ASSERT_EQ(p.size(), expected.size());
  for (std::size_t k = 0; k < p.size(); ++k) EXPECT_NEAR(p[k], expected[k], 1e-15);  // rounding
}

TEST(Sampling, ProbabilitiesFollowTheRule) {
  SamplingRule rule;
  expect_near(probabilities_of(rule), {0.5, 0.4, 0.1});
  rule.kind = SamplingRule::Kind::uniform;
  expect_near(probabilities_of(rule), {1.0 / 3, 1.0 / 3, 1.0 / 3});
  rule.kind = SamplingRule::Kind::blocks;
  rule.blocks = {{0, 1, 3}, {1, 3, 1}};
  expect_near(probabilities_of(rule), {0.75, 0.2, 0.05});
  rule.blocks = {{0, 4, 1}};
  EXPECT_THROW((void)probabilities_of(rule), InputError);
  rule.kind = SamplingRule::Kind::given;
  rule.probabilities = {0.5, -1, -1};
  expect_near(probabilities_of(rule), {0.5, 0.4, 0.1});
  rule.probabilities = {0.5, 0.2, 0.2};
  EXPECT_THROW((void)probabilities_of(rule), InputError);
}

TEST(Sampling, EpochIsTheLongestWait) {
  // 5, 4 and 1 batches: by size all wait 10 steps; uniform: max(15, 12, 3).
  const Dataset data = three_systems();
  EXPECT_EQ(Batches(data, sizes_rule({2}), {}, 1, "t").epoch(), 10U);
  SamplingRule uniform;
  uniform.kind = SamplingRule::Kind::uniform;
  EXPECT_EQ(Batches(data, sizes_rule({2}), uniform, 1, "t").epoch(), 15U);
}

TEST(Sampling, EveryPassHoldsEveryFrameOnce) {
  const Dataset data = three_systems();
  SamplingRule only_second;
  only_second.kind = SamplingRule::Kind::given;
  only_second.probabilities = {0, 1, 0};
  Batches batches(data, sizes_rule({2}), only_second, 5, "t");
  std::vector<std::vector<std::size_t>> orders;
  for (int pass = 0; pass < 3; ++pass) {
    std::vector<std::size_t> order;
    for (int b = 0; b < 4; ++b) {
      const Batch batch = batches.next();
      EXPECT_EQ(batch.system, 1U);
      EXPECT_EQ(batch.frames.size(), b < 3 ? 2U : 1U);  // 7 frames: the last batch is partial
      order.insert(order.end(), batch.frames.begin(), batch.frames.end());
    }
    EXPECT_EQ(std::set(order.begin(), order.end()).size(), 7U);
    orders.push_back(order);
  }
  EXPECT_NE(orders[0], orders[1]);
}

TEST(Sampling, DrawsFollowTheProbabilities) {
  const Dataset data = three_systems();
  Batches batches(data, sizes_rule({2}), {}, 11, "t");
  std::vector<int> drawn(3, 0);
  for (int k = 0; k < 10000; ++k) ++drawn[batches.next().system];
  EXPECT_NEAR(drawn[0], 5000, 250);  // five standard deviations of a binomial
  EXPECT_NEAR(drawn[1], 4000, 245);
}

TEST(Sampling, SeekGoesOnExactly) {
  const Dataset data = three_systems();
  Batches batches(data, sizes_rule({2}), {}, 7, "t");
  for (int k = 0; k < 23; ++k) (void)batches.next();
  Batches other(data, sizes_rule({2}), {}, 7, "t");
  other.seek(batches.position());
  for (int k = 0; k < 40; ++k) {
    const Batch a = batches.next();
    const Batch b = other.next();
    EXPECT_EQ(a.system, b.system);
    EXPECT_EQ(a.frames, b.frames);
  }
  EXPECT_THROW(other.seek({1, 2}), InputError);
}

}  // namespace
}  // namespace vitrion::train
