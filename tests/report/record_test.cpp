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
  const Record r = record_from_json({{"schema", 2}, {"study", {{"name", "x"}}}}, "record.json");
  EXPECT_TRUE(r.stages.empty());
  EXPECT_TRUE(r.glasses.empty());
  EXPECT_TRUE(r.uncertainty.is_null());
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
  json = to_json(small_record());
  json["claims"][0]["verdict"] = "true";
  EXPECT_THAT(
      message_of(json),
      testing::HasSubstr("record.json.claims[0].verdict = 'true' must be one of: reproduced, "
                         "not resolved"));
  json = to_json(small_record());
  json["glasses"][0].erase("key");
  EXPECT_THAT(message_of(json), testing::HasSubstr("record.json.glasses[0].key is missing"));
  json["schema"] = "vitrion.report/1";
  EXPECT_THAT(message_of(json),
              testing::HasSubstr("schema = \"vitrion.report/1\", but this program reads 2"));
  EXPECT_THAT(message_of(nlohmann::json::array()), testing::HasSubstr("must be an object"));
  EXPECT_THAT(message_of({{"schema", 2}}), testing::HasSubstr("record.json.study is missing"));
  EXPECT_THAT(message_of({{"schema", 2}, {"study", {{"seed", 3}}}}),
              testing::HasSubstr("record.json.study.name is missing"));
}

}  // namespace
}  // namespace vitrion::report
