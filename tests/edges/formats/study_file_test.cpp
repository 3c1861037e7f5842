// Study files: values and lines as written, and one clear sentence for each kind of mistake.
#include "edges/formats/study/file.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "places.hpp"

namespace vitrion::formats {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

const std::string good = R"([study]
name = "t"
elements = ["Na", "P", "S", "O"]
[[level]]
name = "dft"
files = ["a.extxyz"]
[glass]
x = 0.3
schedule = [["ramp", 300, 1400, 5], ["hold", 1400, 2]]
[measure]
temperature = [900]
)";

class StudyFile : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::temp_directory_path() /
            (std::string("vitrion-") +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".toml");
  }
  void TearDown() override { fs::remove(path_); }

  Study read(const std::string& text) {
    std::ofstream(path_) << text;
    return read_study(path_.string());
  }
  /// The message without the file's name.
  std::string refusal(const std::string& text) {
    try {
      (void)read(text);
    } catch (const InputError& e) {
      return std::string(e.what()).substr(path_.string().size());
    }
    return "accepted";
  }
  static std::string replaced(const std::string& what, const std::string& with) {
    std::string text = good;
    return text.replace(text.find(what), what.size(), with);
  }

  fs::path path_;
};

TEST_F(StudyFile, ReadsValuesAndKeepsTheirLines) {
  const Study study = read(good);
  EXPECT_EQ(study.name, "t");
  EXPECT_EQ(study.glass.x, std::vector<double>{0.3});
  ASSERT_EQ(study.glass.schedule.size(), 2U);
  EXPECT_EQ(study.glass.schedule[0].kind, "ramp");
  EXPECT_EQ(study.glass.schedule[0].numbers, (std::vector<double>{300, 1400, 5}));
  EXPECT_FALSE(study.explore.has_value());
  EXPECT_THAT(study.place("glass.x"), EndsWith(":8: glass.x"));
}

TEST_F(StudyFile, TheQuickstartIsAStudy) {
  const Study study = read_study(std::string(VITRION_SOURCE_DIR) + "/studies/quickstart.toml");
  EXPECT_TRUE(study.demonstration);
  EXPECT_EQ(study.levels.size(), 2U);
  EXPECT_EQ(study.measure.temperature.size(), 3U);
}

TEST_F(StudyFile, AnUnknownKeyNamesTheNearestOne) {
  EXPECT_EQ(refusal(replaced("x = 0.3", "densty = 2")),
            ":8: unknown key glass.densty, did you mean 'density'?");
  EXPECT_EQ(refusal(good + "[mesure]\n"), ":12: unknown key mesure, did you mean 'measure'?");
}

TEST_F(StudyFile, AWrongTypeOrRangeNamesValueAndRule) {
  EXPECT_EQ(refusal(replaced("x = 0.3", "x = \"much\"")),
            ":8: glass.x = \"much\" must be a number or a list of numbers");
  EXPECT_EQ(refusal(good + "[potential]\ncutoff = 6.0\nsmooth = 6.2\n"),
            ":14: potential.smooth = 6.2 A must be below potential.cutoff = 6 A");
  EXPECT_EQ(refusal(good + "[potential]\nensemble = -1\n"),
            ":13: potential.ensemble = -1 must be a whole number, not negative");
}

TEST_F(StudyFile, SeveralCompositionsAndAPore) {
  const Study study =
      read(replaced("x = 0.3", "x = [0, 0.15]\npore = { x = 0, diameter = 12, time = 50 }"));
  EXPECT_EQ(study.glass.x, (std::vector<double>{0, 0.15}));
  ASSERT_TRUE(study.glass.pore.has_value());
  EXPECT_EQ(study.glass.pore->diameter, 12);
  EXPECT_EQ(study.glass.pore->time, 50);
  EXPECT_EQ(refusal(replaced("x = 0.3", "x = [0, 0.15]\npore = { x = 0.3 }")),
            ":9: glass.pore.x = 0.3 must be one of glass.x");
  EXPECT_EQ(refusal(replaced("x = 0.3", "x = [0, 0.15, 0]")),
            ":8: glass.x = [0, 0.15, 0] must name each composition once");
  EXPECT_EQ(refusal(replaced("x = 0.3", "x = []")),
            ":8: glass.x = [] must hold at least one number");
}

TEST_F(StudyFile, TheTimeOfAMeasurementMayDependOnItsTemperature) {
  const std::string two = "temperature = [333, 423]\n";
  EXPECT_EQ(read(replaced("temperature = [900]\n", two + "time = 40\n")).measure.time,
            (std::vector<double>{40, 40}));
  EXPECT_EQ(read(replaced("temperature = [900]\n",
                          two + "time = { below_390 = 50_000, above_390 = 20_000 }\n"))
                .measure.time,
            (std::vector<double>{50000, 20000}));
  EXPECT_THAT(refusal(replaced("temperature = [900]\n",
                               two + "time = { below_390 = 50, above_400 = 20 }\n")),
              HasSubstr("must be a number of ps or a table { below_K = ps, above_K = ps }"));
  EXPECT_THAT(refusal(replaced("temperature = [900]\n",
                               two + "time = { below_423 = 50, above_423 = 20 }\n")),
              HasSubstr("leaves open how long 423 K is measured"));
}

TEST_F(StudyFile, GivenModelsNeedNoLabels) {
  const std::string labels = "[[level]]\nname = \"dft\"\nfiles = [\"a.extxyz\"]\n";
  const std::string models = "[potential]\nmodels = [\"a.dp\", \"b.dp\"]\n";
  const Study study = read(replaced(labels, models));
  EXPECT_TRUE(study.levels.empty());
  EXPECT_TRUE(study.has_potential());
  EXPECT_EQ(study.potential.models.size(), 2U);
  EXPECT_EQ(read(good + models).levels.size(), 1U);
  EXPECT_THAT(refusal(good + models + "[explore]\nx = 0\n"),
              HasSubstr("potential.models are not trained again"));
}

TEST_F(StudyFile, WhatIsMissingIsNamed) {
  EXPECT_THAT(refusal(replaced("name = \"t\"", "")), HasSubstr("study.name is missing"));
  EXPECT_THAT(refusal(replaced("temperature = [900]", "")),
              HasSubstr("measure.temperature is missing"));
}

TEST_F(StudyFile, ATomlMistakeHasItsLine) {
  EXPECT_THAT(refusal(replaced("x = 0.3", "x = = 3")), testing::StartsWith(":8: "));
}

}  // namespace
}  // namespace vitrion::formats
