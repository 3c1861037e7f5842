// The record: written and read back the same; what is wrong in it is named with its key.
#include "report/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "report/small_record.hpp"

namespace vitrion::report {
namespace {

TEST(Record, ComesBackFromJsonWhole) {
  const nlohmann::json written = to_json(small_record());
  EXPECT_EQ(to_json(record_from_json(written, "record.json")), written);
}

TEST(Record, PartsMayBeAbsent) {
  const Record r =
      record_from_json({{"schema", "vitrion.report/1"}, {"study", {{"name", "x"}}}}, "record.json");
  EXPECT_TRUE(r.stages.empty());
  EXPECT_TRUE(r.units.is_null());
}

std::string message_of(const nlohmann::json& json) {
  try {
    (void)record_from_json(json, "record.json");
  } catch (const InputError& e) {
    return e.what();
  }
  return "nothing was thrown";
}

TEST(Record, FaultsAreNamedWithTheirKey) {
  nlohmann::json json = to_json(small_record());
  json["stages"][1]["seconds"] = "long";
  EXPECT_THAT(message_of(json),
              testing::HasSubstr("record.json.stages[1].seconds = \"long\" has the wrong type"));
  json["schema"] = "vitrion.report/9";
  EXPECT_THAT(message_of(json), testing::HasSubstr("schema = 'vitrion.report/9'"));
  EXPECT_THAT(message_of(nlohmann::json::array()), testing::HasSubstr("must be an object"));
  EXPECT_THAT(message_of({{"schema", "vitrion.report/1"}}),
              testing::HasSubstr("study.name is missing"));
}

}  // namespace
}  // namespace vitrion::report
