#include "analysis/estimate_json.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"

namespace vitrion::analysis {

using nlohmann::json;

json to_json(const Estimate& e) {
  if (e.is_refused())
    return {{"refused", e.refused},
            {"upper95", e.upper95 ? json(*e.upper95) : json(nullptr)},
            {"unit", e.unit}};
  return {
      {"value", *e.value}, {"interval95", {e.low, e.high}}, {"unit", e.unit}, {"method", e.method}};
}

Estimate estimate_from_json(const json& j) {
  try {
    if (j.contains("refused")) {
      std::optional<double> upper;
      if (j.contains("upper95") && j["upper95"].is_number()) upper = j["upper95"].get<double>();
      return Estimate::refusal(j.at("refused").get<std::string>(), upper, j.value("unit", ""));
    }
    const json& interval = j.at("interval95");
    return Estimate::of(j.at("value").get<double>(), interval.at(0).get<double>(),
                        interval.at(1).get<double>(), j.value("unit", ""), j.value("method", ""));
  } catch (const json::exception&) {
    throw InputError(fmt::format(
        "not an estimate: {} has neither {{value, interval95}} nor {{refused}}", j.dump()));
  }
}

}  // namespace vitrion::analysis
