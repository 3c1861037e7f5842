#include "learn/ledger.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::learn {

namespace {
constexpr const char* schema = "vitrion.task/1";
}  // namespace

Identity::Identity(std::string_view task, int version)
    : text_(fmt::format("{}/{}\n", task, version)) {}

Identity& Identity::add(std::string_view key, std::string_view value) {
  text_ += fmt::format("{} = {}\n", key, value);
  return *this;
}

Identity& Identity::add(std::string_view key, double value) {
  text_ += fmt::format("{} = {}\n", key, value);
  return *this;
}

Identity& Identity::add(std::string_view key, const std::vector<double>& values) {
  text_ += fmt::format("{} =", key);
  for (const double value : values) text_ += fmt::format(" {}", value);
  text_ += '\n';
  return *this;
}

Identity& Identity::add(std::string_view key, const std::vector<std::string>& values) {
  text_ += fmt::format("{} =", key);
  for (const std::string& value : values) text_ += fmt::format(" {}", value);
  text_ += '\n';
  return *this;
}

std::string Identity::hash() const {
  return fmt::format("{:016x}", hash64(text_));
}

nlohmann::json to_json(const Manifest& m) {
  return {{"schema", schema},       {"task", m.task},         {"identity", m.identity},
          {"computes", m.computes}, {"finished", m.finished}, {"seconds", m.seconds},
          {"detail", m.detail},     {"results", m.results}};
}

Manifest manifest_from_json(const nlohmann::json& json, const std::string& place) {
  try {
    if (json.at("schema") != schema)
      throw InputError(
          fmt::format("{}: schema = {} must be {}", place, json.at("schema").dump(), schema));
    return {json.at("task"),    json.at("identity"), json.at("computes"), json.at("finished"),
            json.at("seconds"), json.at("detail"),   json.at("results")};
  } catch (const nlohmann::json::exception& e) {
    throw InputError(fmt::format("{}: not a manifest: {}", place, e.what()));
  }
}

}  // namespace vitrion::learn
