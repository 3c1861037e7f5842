// What the record says about itself: claims, self-checks and uncertainty, from its own numbers.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace vitrion::app {

/// Sets "reference", "claims" and "uncertainty" of a record, and puts the self-checks before the
/// entries that "checks" has already. `reference` names the user's files.
/// @throws InputError for a reference file or an estimate that does not read.
void judge(nlohmann::json& record, const std::string& run_folder,
           const std::vector<std::string>& reference);

}  // namespace vitrion::app
