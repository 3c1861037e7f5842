// Self-checks: what must be true of a study before its numbers mean anything.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/claims/findings.hpp"

namespace vitrion::analysis {

enum class CheckState { pass, warn, fail, not_run };
/// "pass", "warn", "fail", "not run".
[[nodiscard]] const char* to_string(CheckState state);

struct Check {
  std::string name;
  CheckState state = CheckState::not_run;
  std::string detail;
};

/// All of them, those that the data do not allow as "not run" with the reason (docs/claims.md).
/// Fail: the numbers mean nothing (charge, composition, atoms that overlap). Warn: a reader must
/// know (a melt that kept its bonds, a run that does not diffuse).
[[nodiscard]] std::vector<Check> self_checks(const Findings& findings);

[[nodiscard]] nlohmann::json to_json(const Check& check);

}  // namespace vitrion::analysis
