#include "analysis/claims/claim.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "analysis/claims/subjects.hpp"
#include "analysis/label_tests.hpp"

namespace vitrion::analysis {

using nlohmann::json;

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::reproduced:
      return "reproduced";
    case Verdict::not_resolved:
      return "not resolved";
    case Verdict::contradicted:
      return "contradicted";
    case Verdict::not_testable:
      return "not testable";
  }
  return "";
}

Evidence Evidence::of(const char* id, const char* statement, const char* place, Family family) {
  Evidence e;
  e.claim.id = id;
  e.claim.statement = statement;
  e.claim.place = place;
  e.claim.family = family;
  return e;
}

void Evidence::not_testable(std::string why) {
  tested = false;
  claim.verdict = Verdict::not_testable;
  claim.reason = std::move(why);
}

void Evidence::take(const Estimate& estimate) {
  if (estimate.is_refused()) {
    claim.reason = estimate.refused;
    return;
  }
  claim.value = estimate.value;
  claim.interval95 = {{estimate.low, estimate.high}};
  claim.unit = estimate.unit;
}

void against_band(Evidence& e, const Estimate& estimate, double low, double high) {
  e.tested = true;
  e.take(estimate);
  const std::string band = fmt::format("{:.4g} to {:.4g} {}", low, high, estimate.unit);
  if (estimate.is_refused()) {
    e.claim.verdict = Verdict::not_resolved;
  } else if (estimate.low >= low && estimate.high <= high) {
    e.claim.verdict = Verdict::reproduced;
    e.claim.reason = "the whole interval is inside " + band;
  } else if (estimate.high < low || estimate.low > high) {
    e.claim.verdict = Verdict::contradicted;
    e.claim.reason = "the whole interval is outside of " + band;
  } else {
    e.claim.verdict = Verdict::not_resolved;
    e.claim.reason = "the interval reaches across an edge of " + band;
  }
}

namespace {

/// Verdicts of the claims of one family.
void settle_family(std::vector<Evidence>& all, Family family) {
  std::vector<Evidence*> tested;
  std::vector<double> p_for;
  std::vector<double> p_against;
  for (Evidence& e : all)
    if (e.claim.family == family && e.tested) {
      tested.push_back(&e);
      p_for.push_back(e.p_for);
      p_against.push_back(e.p_against);
    }
  const std::vector<double> for_all = holm(p_for);
  const std::vector<double> against_all = holm(p_against);
  for (std::size_t k = 0; k < tested.size(); ++k) {
    Claim& c = tested[k]->claim;
    c.test += fmt::format(
        "; p = {:.2g} for and {:.2g} against, corrected for {} claims {:.2g} and "
        "{:.2g} (Holm); {:g} % of studies without an effect have any such claim "
        "reproduced, {:g} % any contradicted",
        p_for[k], p_against[k], tested.size(), for_all[k], against_all[k], 100 * family_level,
        100 * family_level);
    if (for_all[k] <= family_level && tested[k]->shape) {
      c.verdict = Verdict::reproduced;
      if (c.reason.empty()) c.reason = "chance does not explain it";
    } else if (against_all[k] <= family_level) {
      c.verdict = Verdict::contradicted;
      c.reason = "the data show the opposite" + (c.reason.empty() ? "" : ": " + c.reason);
    } else {
      c.verdict = Verdict::not_resolved;
      const std::string why =
          tested[k]->shape || for_all[k] > family_level
              ? "chance explains the differences between so few glasses"
              : "there is an effect, but the means are not in the claimed order";
      c.reason = why + (c.reason.empty() ? "" : ": " + c.reason);
    }
  }
}

}  // namespace

std::vector<Claim> settle(std::vector<Evidence> evidence) {
  settle_family(evidence, Family::compositions);
  settle_family(evidence, Family::porosity);
  std::vector<Claim> result;
  for (Evidence& e : evidence) result.push_back(std::move(e.claim));
  return result;
}

std::vector<Claim> claims(const Findings& findings) {
  std::vector<Evidence> all;
  for (auto* subject : {structure_claims, stiffness_claims, transport_claims, mechanism_claims})
    for (Evidence& e : subject(findings)) all.push_back(std::move(e));
  return settle(std::move(all));
}

json to_json(const Claim& c) {
  json j = {{"id", c.id},
            {"statement", c.statement},
            {"place", c.place},
            {"compares", c.family == Family::compositions ? "compositions"
                         : c.family == Family::porosity   ? "porosity"
                                                          : "nothing"},
            {"verdict", to_string(c.verdict)},
            {"value", nullptr},
            {"interval95", nullptr},
            {"unit", c.unit},
            {"test", c.test},
            {"reason", c.reason}};
  if (c.value) j["value"] = *c.value;
  if (c.interval95) j["interval95"] = *c.interval95;
  return j;
}

}  // namespace vitrion::analysis
