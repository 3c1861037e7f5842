// Cells: what is refused and how, coordinates there and back, faces, images, strain.
#include "structures/cell.hpp"

#include <gmock/gmock.h>

#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::structures {
namespace {

using testing::HasSubstr;

/// Cartesian and fractional coordinates must not be mixed: the sum does not compile.
template <class A, class B>
concept Addable = requires(A a, B b) {
  a + b;
};
static_assert(Addable<Vec3, Vec3>);
static_assert(!Addable<Vec3, Fractional>);
static_assert(!Addable<Fractional, Fractional>);

std::string refusal(const Mat3& rows) {
  try {
    (void)Cell(rows);
  } catch (const InputError& e) {
    return e.what();
  }
  return {};
}

const Mat3 skewed = {{{6.1, 0.2, -0.1}, {1.3, 5.9, 0.4}, {-0.7, 2.1, 6.4}}};

TEST(Cell, RefusesWhatIsNoCell) {
  EXPECT_THAT(refusal({{{0, 5, 0}, {5, 0, 0}, {0, 0, 5}}}), HasSubstr("left-handed"));
  EXPECT_THAT(refusal({{{0, 5, 0}, {5, 0, 0}, {0, 0, 5}}}), HasSubstr("exchange two vectors"));
  EXPECT_THAT(refusal({{{5, 0, 0}, {0, 5, 0}, {5, 5, 0}}}), HasSubstr("flat"));
  EXPECT_THAT(refusal({{{5, 0, 0}, {0, 0, 0}, {0, 0, 5}}}), HasSubstr("flat"));
  EXPECT_THAT(refusal({}), HasSubstr("flat"));
  EXPECT_THAT(refusal({{{5, 0, 0}, {0, std::numeric_limits<double>::quiet_NaN(), 0}, {0, 0, 5}}}),
              HasSubstr("not finite"));
  EXPECT_THROW((void)Cell::from_lengths_angles({5, 5, 5}, {90, 90, 180}), InputError);
  EXPECT_THROW((void)Cell::from_lengths_angles({5, 5, 5}, {30, 30, 90}), InputError);
}

TEST(Cell, ThinButHonestCellsAreAllowed) {
  EXPECT_EQ(refusal({{{1e-3, 0, 0}, {0, 1e3, 0}, {0, 0, 1}}}), "");
}

TEST(Cell, LengthsAndAnglesComeBack) {
  const Cell hexagonal = Cell::from_lengths_angles({3, 3, 5}, {90, 90, 120});
  // Volume of a hexagonal cell: a^2 c sqrt(3)/2.
  EXPECT_NEAR(hexagonal.volume(), 9 * 5 * std::sqrt(3.0) / 2, 1e-13);
  const Cell cell(skewed);
  const Cell same = Cell::from_lengths_angles(cell.lengths(), cell.angles());
  EXPECT_NEAR(same.volume(), cell.volume(),
              1e-11);  // through cosines: a few units of the last place
  for (std::size_t k = 0; k < 3; ++k) EXPECT_NEAR(same.heights()[k], cell.heights()[k], 1e-12);
}

TEST(Cell, HeightsAreVolumeOverFace) {
  const Cell cell(skewed);
  // The height along c is the component of c on the normal of the a-b face.
  const Vec3 normal = cross(skewed[0], skewed[1]);
  EXPECT_NEAR(cell.heights()[2], dot(skewed[2], normal) / norm(normal), 1e-13);
}

TEST(Cell, FractionalAndBack) {
  const Cell cell(skewed);
  RandomStream random(1, "cell-test");
  for (int k = 0; k < 50; ++k) {
    const Vec3 r = {random.uniform(-20, 20), random.uniform(-20, 20), random.uniform(-20, 20)};
    EXPECT_LT(norm(cell.cartesian(cell.fractional(r)) - r), 1e-13);
    const Vec3 w = cell.wrapped(r);
    for (const double s : cell.fractional(w).s) {
      EXPECT_GT(s, -1e-15);  // a rounding below 0 where the coordinate is 0
      EXPECT_LT(s, 1);
    }
    for (const double s : cell.fractional(w - r).s) EXPECT_NEAR(s, std::round(s), 1e-13);
  }
  EXPECT_EQ(Cell(Mat3{{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}}).wrapped({-1e-17, 5, 10}),
            (Vec3{0, 0, 0}));
}

TEST(Cell, MinimumImageIsTheShortest) {
  const Cell cell(skewed);
  RandomStream random(2, "cell-test");
  for (int k = 0; k < 50; ++k) {
    const Vec3 d = {random.uniform(-9, 9), random.uniform(-9, 9), random.uniform(-9, 9)};
    double shortest = norm(d);
    for (int u = -4; u <= 4; ++u)
      for (int v = -4; v <= 4; ++v)
        for (int w = -4; w <= 4; ++w)
          shortest = std::min(shortest, norm(d + Vec3{double(u), double(v), double(w)} * skewed));
    EXPECT_NEAR(norm(cell.minimum_image(d)), shortest, 1e-13);
  }
}

TEST(Cell, StrainMultipliesTheVectors) {
  const Cell cell(skewed);
  const Mat3 stretch = {{{0.1, 0, 0}, {0, 0, 0}, {0, 0, 0}}};
  EXPECT_NEAR(cell.deformed(stretch).volume(), 1.1 * cell.volume(), 1e-12);
  EXPECT_NEAR(cell.deformed(stretch).rows()[2][0], 1.1 * skewed[2][0], 1e-15);
  const Mat3 shear = {{{0, 0.3, 0}, {0, 0, 0}, {0, 0, 0}}};
  EXPECT_NEAR(cell.deformed(shear).volume(), cell.volume(), 1e-12);
}

}  // namespace
}  // namespace vitrion::structures
