// Vectors, views, units, threads, durations: the small things every room uses.
#include <gtest/gtest.h>

#include <atomic>
#include <numeric>
#include <span>
#include <stdexcept>

#include "base/expected.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "base/units.hpp"
#include "base/vec3.hpp"
#include "base/view.hpp"

namespace vitrion {
namespace {

TEST(Vec3, ProductsAndInverse) {
  const Mat3 m = {{{2, 1, 0}, {0, 3, 1}, {1, 0, 4}}};
  EXPECT_EQ(cross({1, 0, 0}, {0, 1, 0}), (Vec3{0, 0, 1}));
  EXPECT_EQ(determinant(m), 25);
  EXPECT_EQ((Vec3{1, 2, 3} * m), (Vec3{5, 7, 14}));  // row vector times matrix
  const Mat3 one = m * inverse(m);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) EXPECT_NEAR(one[a][b], a == b ? 1 : 0, 1e-15);
  EXPECT_EQ(outer({1, 2, 3}, {4, 5, 6})[1][2], 12);
  EXPECT_EQ(transpose(m)[0][2], 1);
  EXPECT_EQ(trace(m), 9);
}

TEST(View, IsRowMajor) {
  std::vector<int> data(24);
  std::iota(data.begin(), data.end(), 0);
  const View<int, 3> view(std::span<int>(data), {2, 3, 4});
  EXPECT_EQ(view(1, 2, 3), 23);
  EXPECT_EQ(view(1, 0, 2), 14);
  EXPECT_EQ(view.extent(1), 3U);
  EXPECT_EQ(view.size(), 24U);
  view(0, 0, 1) = 7;
  EXPECT_EQ(data[1], 7);
}

TEST(Units, AreCodata2018) {
  EXPECT_NEAR(units::boltzmann_eV_per_K, 8.617333262e-5, 1e-14);  // NIST, printed digits
  // 1 eV/A^3 = 1.602176634e-19 J / 1e-30 m^3.
  EXPECT_DOUBLE_EQ(units::eV_per_A3_in_GPa, 160.2176634);
  EXPECT_DOUBLE_EQ(units::eV_per_A3_in_bar, 1e4 * units::eV_per_A3_in_GPa);
  // LAMMPS metal's mvv2e is 1.0364269e-4 (its update.cpp, eight digits).
  EXPECT_NEAR(units::amu_A2_per_ps2_in_eV, 1.0364269e-4, 1e-11);
}

TEST(Threads, EachBlockRunsOnce) {
  for (const std::size_t threads : {1U, 2U, 5U}) {
    ThreadPool pool(threads);
    EXPECT_EQ(pool.size(), threads);
    for (int repeat = 0; repeat < 20; ++repeat) {
      std::vector<std::atomic<int>> runs(97);
      pool.for_each(runs.size(), [&](std::size_t block, std::size_t thread) {
        ASSERT_LT(thread, threads);
        ++runs[block];
      });
      for (const auto& n : runs) EXPECT_EQ(n, 1);
    }
  }
}

TEST(Threads, AnExceptionIsRethrownAndThePoolGoesOn) {
  ThreadPool pool(3);
  const auto fail = [](std::size_t block, std::size_t) {
    if (block == 13) throw std::runtime_error("block 13");
  };
  EXPECT_THROW(pool.for_each(40, fail), std::runtime_error);
  std::atomic<int> runs = 0;
  pool.for_each(40, [&](std::size_t, std::size_t) { ++runs; });
  EXPECT_EQ(runs, 40);
}

TEST(Progress, DurationsReadWell) {
  EXPECT_EQ(duration_text(0.42), "0.4 s");
  EXPECT_EQ(duration_text(9.96), "10 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(3725), "1 h 02 min");
}

TEST(Expected, HoldsAValueOrAReason) {
  const expected<int, std::string> good = 3;
  const expected<int, std::string> bad = unexpected<std::string>("cut");
  EXPECT_EQ(good.value_or(0), 3);
  EXPECT_FALSE(bad.has_value());
  EXPECT_EQ(bad.error(), "cut");
}

}  // namespace
}  // namespace vitrion
