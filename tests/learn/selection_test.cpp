// Which frames are picked: the window, the spread among candidates, and what fills a lack of them.
#include "learn/selection.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/error.hpp"

namespace vitrion::learn {
namespace {

using structures::Cell;
using structures::Frame;

constexpr double exploded = std::numeric_limits<double>::infinity();

/// Two atoms in a box, `r` A apart.
Frame pair(double r) {
  Frame f;
  f.cell = Cell(Mat3{{{20, 0, 0}, {0, 20, 0}, {0, 0, 20}}});
  f.species = {{"Na", "S"}, {0, 1}};
  f.positions = {{1, 1, 1}, {1 + r, 1, 1}};
  return f;
}

TEST(Selection, VerdictsFollowTheWindow) {
  const TrustLevels levels{0.15, 0.35};
  EXPECT_EQ(verdict(0.1, levels), Verdict::accurate);
  EXPECT_EQ(verdict(0.15, levels), Verdict::candidate);
  EXPECT_EQ(verdict(0.35, levels), Verdict::failed);
  EXPECT_EQ(verdict(std::numeric_limits<double>::quiet_NaN(), levels), Verdict::exploded);
  EXPECT_THROW((TrustLevels{0.3, 0.2}.validate()), InputError);
}

TEST(Selection, TakesTheLargestDeviationThenTheMostDifferentStructure) {
  const std::vector<Frame> frames = {pair(2.0), pair(2.51), pair(2.5), pair(5.0)};
  const std::vector<double> deviations = {0.1, 0.20, 0.30, 0.21};
  const Selection s = select(frames, deviations, {0.15, 0.35}, 2, false);
  EXPECT_EQ(s.picked, (std::vector<std::size_t>{2, 3}));  // 2.51 A is nearly the first pick
  EXPECT_EQ(s.from_window, 2U);
  EXPECT_EQ(s.count(Verdict::accurate), 1U);
}

// Three of a kind that differ more in structure, one of another: without marks it comes last.
TEST(Selection, MarksAreBalanced) {
  const std::vector<Frame> frames = {pair(2.0), pair(2.3), pair(2.6), pair(5.0)};
  const std::vector<double> deviations = {0.30, 0.2, 0.2, 0.2};
  const Marks hot = {{"1200"}}, cold = {{"400"}};
  const std::vector<Marks> marks = {hot, hot, hot, cold};
  EXPECT_EQ(select(frames, deviations, {0.15, 0.35}, 3, false).picked,
            (std::vector<std::size_t>{0, 1, 2}));
  EXPECT_EQ(select(frames, deviations, {0.15, 0.35}, 3, false, marks).picked,
            (std::vector<std::size_t>{0, 3, 1}));
}

TEST(Selection, MarksTellCompositionTemperatureDensityAndMotif) {
  Frame frame = pair(2.5);
  frame.info["temperature"] = "1350";
  const Marks marks = marks_of(frame);
  EXPECT_EQ(marks, (Marks{{"Na0.5 S0.5"}, {"1200"}, {"0"}, {"free anion"}}));
}

TEST(Selection, SpreadKeepsAwayFromWhatIsKnown) {
  const std::vector<Frame> pool = {pair(2.0), pair(3.5), pair(5.0)}, known = {pair(5.0), pair(2.0)};
  EXPECT_EQ(spread(pool, known, 1, 0, {}), std::vector<std::size_t>{1});
  EXPECT_EQ(spread(pool, {}, 1, 2, {}), std::vector<std::size_t>{2});
  EXPECT_EQ(spread(pool, pool, 3, 0, {}), std::vector<std::size_t>{});
}

TEST(Selection, EqualFramesArePickedOnce) {
  const std::vector<Frame> frames = {pair(2.5), pair(2.5)};
  const std::vector<double> deviations = {0.2, 0.3};
  EXPECT_EQ(select(frames, deviations, {0.15, 0.35}, 2, false).picked, std::vector<std::size_t>{1});
}

TEST(Selection, FillsFromBesideTheWindowButNeverWithExplodedFrames) {
  const std::vector<Frame> frames = {pair(2.0), pair(2.4), pair(2.8), pair(3.2)};
  const std::vector<double> deviations = {0.02, 0.10, exploded, 0.60};
  const Selection s = select(frames, deviations, {0.15, 0.35}, 4, true);
  EXPECT_EQ(s.picked, (std::vector<std::size_t>{1, 0, 3}));
  EXPECT_EQ(s.from_window, 0U);
}

TEST(Fingerprint, DoesNotKnowOfTranslation) {
  Frame moved = pair(2.5);
  for (Vec3& r : moved.positions) r += Vec3{3, -7, 11};
  const auto a = fingerprint(pair(2.5));
  const auto b = fingerprint(moved);
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k)
    EXPECT_NEAR(a[k], b[k], 1e-12);  // rounding of differences
}

}  // namespace
}  // namespace vitrion::learn
