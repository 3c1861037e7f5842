#include "app/claims/judge.hpp"

#include <algorithm>

#include "analysis/claims/checks.hpp"
#include "analysis/claims/claim.hpp"
#include "analysis/uncertainty.hpp"
#include "app/claims/findings.hpp"
#include "app/claims/parts.hpp"

namespace vitrion::app {

using nlohmann::json;

namespace {

// Frames times ions of the simulated runs of the coverage: under twenty seconds.
constexpr double coverage_budget = 4e7;

}  // namespace

void judge(json& record, const std::string& run_folder, const std::vector<std::string>& reference) {
  record["reference"] = reference_record(reference);
  const analysis::Findings findings = findings_of(record, run_folder);
  record["claims"] = json::array();
  for (const analysis::Claim& claim : analysis::claims(findings))
    record["claims"].push_back(to_json(claim));
  record["uncertainty"] = analysis::uncertainty_record(
      findings, coverage_budget,
      static_cast<std::uint64_t>(parts::number(parts::at(record, "study"), "seed").value_or(1)));
  json checks = json::array();
  std::vector<std::string> names;
  for (const analysis::Check& check : analysis::self_checks(findings)) {
    names.push_back(check.name);
    checks.push_back(to_json(check));
  }
  // Those of an earlier judgement give way.
  for (const json& check : parts::at(record, "checks"))
    if (std::ranges::find(names, parts::text(check, "name")) == names.end())
      checks.push_back(check);
  record["checks"] = std::move(checks);
}

}  // namespace vitrion::app
