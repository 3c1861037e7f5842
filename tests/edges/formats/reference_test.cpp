// Reference files: what is in the repository reads, and each mistake is told with its line.
#include "edges/formats/reference.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "base/error.hpp"
#include "places.hpp"

namespace vitrion::formats {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;

const std::string head = "quantity,x,temperature,value,unit,error,confidence,source,note\n";

std::string file_of(const std::string& text) {
  const std::string path = testing::TempDir() + "reference_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
  std::ofstream(path) << text;
  return path;
}

std::string error_of(const std::string& text) {
  try {
    (void)read_reference(file_of(text));
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Reference, ReadsWhatTheRepositoryHolds) {
  std::vector<ReferencePoint> all;
  for (const auto& entry : fs::directory_iterator(VITRION_SOURCE_DIR "/data/reference"))
    if (entry.path().extension() == ".csv")
      for (const ReferencePoint& p : read_reference(entry.path().string())) all.push_back(p);
  const auto find = [&](const std::string& quantity, double x) {
    return std::ranges::find_if(all, [&](const ReferencePoint& p) {
      return p.quantity == quantity && p.x == x && p.confidence != "unverified" && !p.upper_bound;
    });
  };
  const auto density = find("density", 0);
  ASSERT_NE(density, all.end());
  EXPECT_EQ(density->value, 2.0);
  EXPECT_EQ(density->error, 0.05);
  const auto rise = find("conductivity_ratio_to_x0", 0.15);
  ASSERT_NE(rise, all.end());
  EXPECT_EQ(rise->value, 6);
  EXPECT_FALSE(rise->temperature);
  // The cell and the density it gives: two Na3PS4 of 228.183 g/mol.
  const double density_of_cell =
      2 * 228.183 / 0.602214076 / find("cell_volume_tetragonal", 0)->value;
  EXPECT_NEAR(find("crystal_density_tetragonal", 0)->value, density_of_cell, 5e-4);
}

TEST(Reference, AnUpperBoundAndEmptyFields) {
  const auto points = read_reference(file_of(
      head + "conductivity,0,298,<1.1e-5,S/cm,,read,\"Tsuji, 2021\",\"a \"\"glass\"\"\"\n\n"));
  ASSERT_EQ(points.size(), 1U);
  EXPECT_TRUE(points[0].upper_bound);
  EXPECT_EQ(points[0].value, 1.1e-5);
  EXPECT_FALSE(points[0].error);
  EXPECT_EQ(points[0].source, "Tsuji, 2021");
  EXPECT_EQ(points[0].note, "a \"glass\"");
}

TEST(Reference, EveryMistakeIsToldWithItsLine) {
  const std::string good = "density,0,298,2,g/cm3,,read,here,\n";
  EXPECT_THAT(error_of(""), HasSubstr("is empty"));
  EXPECT_THAT(error_of("quantity,x,temperature,value,unit,error,source\n"),
              AllOf(HasSubstr(":1:"), HasSubstr("'confidence' is missing")));
  EXPECT_THAT(error_of("quantity,x,temperatur,value,unit,error,confidence,source\n"),
              HasSubstr("did you mean 'temperature'?"));
  EXPECT_THAT(error_of(head + good + "density,0,298,two,g/cm3,,read,here,\n"),
              AllOf(HasSubstr(":3:"), HasSubstr("value = 'two' must be a number")));
  EXPECT_THAT(error_of(head + good + good + "density,0,-3,2,g/cm3,,read,here,\n"),
              AllOf(HasSubstr(":4:"), HasSubstr("temperature = -3 K must be positive")));
  EXPECT_THAT(error_of(head + "density,0,298,2,g/cm3,-1,read,here,\n"),
              HasSubstr("error = -1 must not be negative"));
  EXPECT_THAT(error_of(head + "density,0,298,2,g/cm3,,quotd,here,\n"),
              HasSubstr("did you mean 'quoted'?"));
  EXPECT_THAT(error_of(head + "density,0,298,2,g/cm3,,read,,\n"),
              HasSubstr("source is empty, but is needed"));
  EXPECT_THAT(error_of(head + "density,0,298,2\n"), HasSubstr("the row has 4 fields"));
}

}  // namespace
}  // namespace vitrion::formats
