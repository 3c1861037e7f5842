// Random streams: the published generator, named streams that differ, moments, exact restart.
#include "base/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "base/error.hpp"

namespace vitrion {
namespace {

TEST(Random, HashIsFnv1a) {
  // Test vectors of Fowler, Noll and Vo (draft-eastlake-fnv).
  EXPECT_EQ(hash64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(hash64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(hash64("foobar"), 0x85944171f73967e8ULL);
}

TEST(Random, GeneratorIsXoshiro256StarStar) {
  // State 1 2 3 4: the test vector of the rand_xoshiro crate, from Blackman and Vigna's C code.
  RandomStream stream(0, "x");
  stream.restore({1, 2, 3, 4, 0, 0});
  EXPECT_EQ(stream.bits(), 11520U);
  EXPECT_EQ(stream.bits(), 0U);
  EXPECT_EQ(stream.bits(), 1509978240U);
  EXPECT_EQ(stream.bits(), 1215971899390074240U);
}

TEST(Random, StreamsDependOnSeedNameAndIndexOnly) {
  const auto first = [](std::uint64_t seed, const char* name, std::uint64_t index) {
    return RandomStream(seed, name, index).bits();
  };
  EXPECT_EQ(first(1, "pack", 2), first(1, "pack", 2));
  EXPECT_NE(first(1, "pack", 2), first(2, "pack", 2));
  EXPECT_NE(first(1, "pack", 2), first(1, "packs", 2));
  EXPECT_NE(first(1, "pack", 2), first(1, "pack", 3));
}

TEST(Random, MomentsOfUniformAndNormal) {
  RandomStream stream(7, "moments");
  constexpr int n = 200'000;
  double sum = 0, square = 0, fourth = 0, uniform = 0;
  for (int k = 0; k < n; ++k) {
    const double x = stream.normal();
    sum += x;
    square += x * x;
    fourth += x * x * x * x;
    const double u = stream.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    uniform += u;
  }
  // Five standard errors: 1/sqrt(n), sqrt(2/n), sqrt(96/n), sqrt(1/12n).
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(square / n, 1, 5 * std::sqrt(2.0 / n));
  EXPECT_NEAR(fourth / n, 3, 5 * std::sqrt(96.0 / n));
  EXPECT_NEAR(uniform / n, 0.5, 5 * std::sqrt(1.0 / 12 / n));
}

TEST(Random, BelowIsUniformAndShuffleIsAPermutation) {
  RandomStream stream(8, "below");
  std::array<int, 5> counts{};
  for (int k = 0; k < 50'000; ++k) ++counts[stream.below(5)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 5 * std::sqrt(50'000 * 0.2 * 0.8));
  EXPECT_EQ(stream.below(1), 0U);
  std::vector<int> items(20);
  std::iota(items.begin(), items.end(), 0);
  std::vector<int> shuffled = items;
  stream.shuffle(shuffled);
  EXPECT_NE(shuffled, items);
  std::sort(shuffled.begin(), shuffled.end());
  EXPECT_EQ(shuffled, items);
}

TEST(Random, RestoredStreamGoesOnWithTheSameBits) {
  RandomStream stream(9, "restart");
  (void)stream.normal();  // leaves a spare
  RandomStream copy(0, "other");
  copy.restore(stream.state());
  for (int k = 0; k < 10; ++k) EXPECT_EQ(copy.normal(), stream.normal());
  EXPECT_EQ(copy.bits(), stream.bits());
  EXPECT_THROW(copy.restore({1, 2}), InputError);
}

}  // namespace
}  // namespace vitrion
