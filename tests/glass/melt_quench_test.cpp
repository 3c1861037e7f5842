// A schedule becomes segments, or the line at fault is named.
#include "glass/melt_quench.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"

namespace vitrion::glass {
namespace {

std::string refusal(const std::vector<ScheduleLine>& schedule) {
  try {
    (void)melt_quench(schedule);
  } catch (const InputError& e) {
    return e.what();
  }
  return "accepted";
}

TEST(MeltQuench, ThePapersScheduleTakes1850Picoseconds) {
  const std::vector<md::Segment> s = melt_quench({{"ramp", {300, 1400, 100}},
                                                  {"hold", {1400, 1000}},
                                                  {"ramp", {1400, 300, 500}},
                                                  {"hold", {300, 50}},
                                                  {"npt", {300, 1, 200}}});
  ASSERT_EQ(s.size(), 5U);
  EXPECT_EQ(s[2], md::Segment::ramp(1400, 300, 500));
  EXPECT_EQ(s[4], md::Segment::npt(300, 1, 200));
  double total = 0;
  for (const md::Segment& segment : s) total += segment.time;
  EXPECT_EQ(total, 1850);  // 1.85 ns per glass
}

TEST(MeltQuench, MayQuenchAtConstantPressure) {
  const std::vector<md::Segment> s =
      melt_quench({{"npt", {1400, 1, 50}}, {"npt", {1400, 300, 1, 500}}, {"hold", {300, 5}}});
  EXPECT_EQ(s[0], md::Segment::npt(1400, 1, 50));
  EXPECT_EQ(s[1], md::Segment::npt_ramp(1400, 300, 1, 500));
  EXPECT_THAT(refusal({{"npt", {300, 1}}}),
              testing::HasSubstr("npt has 2 numbers and must read [\"npt\", K, bar, ps] or "
                                 "[\"npt\", from K, to K, bar, ps]"));
}

TEST(MeltQuench, NamesTheLineAtFault) {
  EXPECT_EQ(refusal({{"hold", {300, 1}}, {"rampe", {300, 400, 1}}}),
            "schedule, line 2: 'rampe' must be ramp, hold or npt, did you mean 'ramp'?");
  EXPECT_EQ(refusal({{"hold", {300}}}),
            "schedule, line 1: hold has 1 numbers and must read [\"hold\", K, ps]");
  EXPECT_EQ(refusal({{"hold", {300, 1}}, {"hold", {400, 1}}}),
            "schedule, line 2: it starts at 400 K but the line before ends at 300 K");
}

}  // namespace
}  // namespace vitrion::glass
