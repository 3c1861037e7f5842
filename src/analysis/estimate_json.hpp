// Estimates as JSON, for records and for those who read them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// {value, interval95, unit, method} or {refused, upper95, unit}.
[[nodiscard]] nlohmann::json to_json(const Estimate& estimate);
/// @throws InputError if the object is neither.
[[nodiscard]] Estimate estimate_from_json(const nlohmann::json& json);

}  // namespace vitrion::analysis
