// Parts of a record that may be absent: numbers, estimates and tables, or nothing.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "analysis/claims/findings.hpp"
#include "analysis/estimate.hpp"
#include "analysis/statistics.hpp"

namespace vitrion::app::parts {

/// The object or array at this key, or null; also of what is not an object.
[[nodiscard]] const nlohmann::json& at(const nlohmann::json& object, const std::string& key);
[[nodiscard]] std::optional<double> number(const nlohmann::json& object, const std::string& key);
[[nodiscard]] std::optional<bool> truth(const nlohmann::json& object, const std::string& key);
[[nodiscard]] std::string text(const nlohmann::json& object, const std::string& key);
/// An estimate; a refusal if there is none.
[[nodiscard]] analysis::Estimate estimate(const nlohmann::json& object, const std::string& key);
/// The value of an estimate; nothing if it is refused or absent.
[[nodiscard]] std::optional<double> value(const nlohmann::json& object, const std::string& key);

}  // namespace vitrion::app::parts
