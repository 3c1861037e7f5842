#include "app/claims/parts.hpp"

#include "analysis/estimate_json.hpp"

namespace vitrion::app::parts {

using analysis::Estimate;
using nlohmann::json;

const json& at(const json& object, const std::string& key) {
  static const json nothing;
  if (!object.is_object()) return nothing;
  const auto found = object.find(key);
  return found == object.end() ? nothing : *found;
}

std::optional<double> number(const json& object, const std::string& key) {
  const json& found = at(object, key);
  if (!found.is_number()) return std::nullopt;
  return found.get<double>();
}

std::optional<bool> truth(const json& object, const std::string& key) {
  const json& found = at(object, key);
  if (!found.is_boolean()) return std::nullopt;
  return found.get<bool>();
}

std::string text(const json& object, const std::string& key) {
  const json& found = at(object, key);
  return found.is_string() ? found.get<std::string>() : "";
}

Estimate estimate(const json& object, const std::string& key) {
  const json& found = at(object, key);
  if (!found.is_object()) return Estimate::refusal("it is not in the record", std::nullopt, "");
  return analysis::estimate_from_json(found);
}

std::optional<double> value(const json& object, const std::string& key) {
  const json& found = at(object, key);
  return found.is_object() ? number(found, "value") : std::nullopt;
}

}  // namespace vitrion::app::parts
