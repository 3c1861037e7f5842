// Logs of real runs (LAMMPS 29 Sep 2021, Debian 12), whole, cut anywhere, and of runs that
// exploded.
#include "edges/engines/lammps_log.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "places.hpp"

namespace vitrion::engines {
namespace {

using Kind = md::Failure::Kind;
using ::testing::HasSubstr;

std::string real_log(const std::string& name) {
  std::ifstream in(std::string(VITRION_TEST_DATA) + "/edges/engines/data/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_FALSE(text.str().empty()) << name;
  return text.str();
}

md::Chunk chunk() {
  return {0, md::Kind::hold, 300, 300, 0, 0, 100};
}

TEST(LammpsLog, AWholeLogGivesItsRows) {
  const auto rows = judge_lammps_chunk(chunk(), real_log("lammps_ok.log"), "");
  ASSERT_TRUE(rows.has_value()) << rows.error().cause;
  ASSERT_EQ(rows->size(), 6U);
  EXPECT_EQ(rows->back().step, 100U);
  EXPECT_GT(rows->back().temperature, 0);
  EXPECT_NEAR(rows->front().volume, 1000, 1e-9);  // the box of the run: 10 A a side
}

TEST(LammpsLog, CutAnywhereItNeverCounts) {
  const std::string text = real_log("lammps_ok.log");
  for (std::size_t length = 0; length + 30 < text.size(); length += 37) {
    const auto rows = judge_lammps_chunk(chunk(), text.substr(0, length), "");
    ASSERT_FALSE(rows.has_value()) << length;
    EXPECT_EQ(rows.error().kind, Kind::incomplete);
  }
}

TEST(LammpsLog, ARunThatGotTooHotHasExploded) {
  const auto rows = judge_lammps_chunk(chunk(), real_log("lammps_halt.log"), "");
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().kind, Kind::exploded);
  EXPECT_THAT(rows.error().cause, HasSubstr("Fix halt condition for fix-id guard met on step"));
}

TEST(LammpsLog, AnErrorInTheInputIsTheEngines) {
  const auto rows = judge_lammps_chunk(chunk(), real_log("lammps_error.log"), "");
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().kind, Kind::engine_error);
  EXPECT_THAT(rows.error().cause, HasSubstr("Unrecognized pair style"));
}

TEST(LammpsLog, WithoutALogTheScreenSpeaks) {
  const auto rows = judge_lammps_chunk(chunk(), "", "vitrion: model.dp does not exist\n");
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().cause, "vitrion: model.dp does not exist");
}

TEST(LammpsLog, AWholeLogOfAnotherLengthDoesNotCount) {
  md::Chunk longer = chunk();
  longer.steps = 200;
  const auto rows = judge_lammps_chunk(longer, real_log("lammps_ok.log"), "");
  ASSERT_FALSE(rows.has_value());
  EXPECT_EQ(rows.error().cause, "the last row is of step 100, not 200");
}

TEST(Deviations, KeepWholeRowsAndTakeNanForInfinite) {
  const std::string text =
      "#       step         max_devi_v         min_devi_v         avg_devi_v         max_devi_f\n"
      "           0  1.0e-02  1.0e-03  5.0e-03  2.5e-01  1.0e-02  9.0e-02\n"
      "          50  nan  nan  nan  nan  nan  nan\n"
      "         100  1.0e-02  1.0e-03  5.0e-03  2.5e-0";
  const auto samples = read_deviations(text);
  ASSERT_EQ(samples.size(), 2U);
  EXPECT_EQ(samples[0].max_force, 0.25);
  EXPECT_TRUE(samples[1].max_force > 1e300);
  EXPECT_THROW((void)read_deviations("0 1 2 3 x 5 6\n"), InputError);
}

}  // namespace
}  // namespace vitrion::engines
