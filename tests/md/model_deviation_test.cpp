// Model deviation on numbers that can be checked by hand, and the rows as DeePMD-kit writes them.
#include "md/model_deviation.hpp"

#include <gmock/gmock.h>

#include <array>

namespace vitrion::md {
namespace {

TEST(ModelDeviation, ForceOfTwoMembersIsHalfTheirDistance) {
  const std::vector<Vec3> a = {{1, 0, 0}, {0, 2, 0}}, b = {{1, 0, 4}, {0, 4, 0}};
  const std::vector<std::span<const Vec3>> members = {a, b};
  std::vector<double> eps(2);
  force_deviation(members, std::nullopt, eps);
  EXPECT_THAT(eps, testing::ElementsAre(2, 1));
  const Spread spread = force_spread(eps);
  EXPECT_EQ(spread.max, 2);
  EXPECT_EQ(spread.min, 1);
  EXPECT_EQ(spread.avg, 1.5);

  force_deviation(members, 1.0, eps);  // |<F>| = sqrt(1 + 4) and 3
  EXPECT_DOUBLE_EQ(eps[0], 2 / (std::sqrt(5.0) + 1));
  EXPECT_DOUBLE_EQ(eps[1], 0.25);
}

TEST(ModelDeviation, VirialIsTakenByComponent) {
  Mat3 a{}, b{};
  a[0][1] = 2;
  b[0][1] = 8;  // mean 5, deviation 3; all others 0
  const Spread plain = virial_spread(std::array{a, b}, std::nullopt);
  EXPECT_EQ(plain.max, 3);
  EXPECT_EQ(plain.min, 0);
  EXPECT_DOUBLE_EQ(plain.avg, 1);  // sqrt(9 / 9)
  EXPECT_DOUBLE_EQ(virial_spread(std::array{a, b}, 1.0).max, 0.5);
}

TEST(ModelDeviation, NoAtomsHaveNoDeviation) {
  EXPECT_EQ(force_spread({}).min, 0);
}

// Widths and precision of DeePMD-kit 3.1.3's model_devi.out (the example of its documentation).
TEST(ModelDeviation, RowsAreThoseOfDeePMD) {
  EXPECT_EQ(
      deviation_header(true),
      "#       step         max_devi_v         min_devi_v         avg_devi_v         max_devi_f"
      "         min_devi_f         avg_devi_f      atm_devi_f(N)\n");
  EXPECT_EQ(deviation_row(0, {8.427915e-03, 5.381944e-04, 4.014585e-03},
                          {6.426034e-02, 1.066602e-02, 2.992327e-02}),
            "           0       8.427915e-03       5.381944e-04       4.014585e-03"
            "       6.426034e-02       1.066602e-02       2.992327e-02\n");
  EXPECT_THAT(deviation_row(7, {}, {}, std::array{0.5}), testing::EndsWith(" 5.000000e-01\n"));
}

}  // namespace
}  // namespace vitrion::md
