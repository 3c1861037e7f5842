// Claim: a statement of the paper with its verdict, and how a verdict is reached so that many
// claims together raise few false alarms.
#pragma once

#include <array>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/claims/findings.hpp"
#include "analysis/estimate.hpp"

namespace vitrion::analysis {

enum class Verdict { reproduced, not_resolved, contradicted, not_testable };
/// "reproduced", "not resolved", "contradicted", "not testable".
[[nodiscard]] const char* to_string(Verdict verdict);

/// What a claim compares, and so with which others its false alarms are counted together.
enum class Family {
  compositions,  ///< one x with another
  porosity,      ///< the porous glass with the dense one
  single         ///< a number with a band that the paper's words draw
};

struct Claim {
  std::string id;
  std::string statement;
  std::string place;  ///< in the paper
  Family family = Family::single;
  Verdict verdict = Verdict::not_testable;
  std::optional<double> value;
  std::optional<std::array<double, 2>> interval95;
  std::string unit;
  std::string test;    ///< what was computed and compared, with its false-alarm rate
  std::string reason;  ///< why this verdict
};

/// Share of studies without an effect in which a family has any claim reproduced, at most; the same
/// for contradicted.
inline constexpr double family_level = 0.025;

/// A claim and what its test found, before the others of its family are looked at.
struct Evidence {
  Claim claim;
  double p_for = 1;      ///< of data so much in favour if there were no effect
  double p_against = 1;  ///< of data so much against
  /// The means themselves have the claimed shape; else nothing is reproduced, whatever p says.
  bool shape = true;
  bool tested = false;

  static Evidence of(const char* id, const char* statement, const char* place,
                     Family family = Family::single);
  void not_testable(std::string why);
  /// Value and interval of the claim from an estimate; a refusal becomes the reason.
  void take(const Estimate& estimate);
};

/// Turns evidence into verdicts. In the families `compositions` and `porosity` the p-values are
/// corrected by Holm's rule, each family on its own, and compared with family_level; a claim of the
/// family `single` has its verdict already.
[[nodiscard]] std::vector<Claim> settle(std::vector<Evidence> evidence);

/// Verdict of an interval against a band: inside, outside, or across its edges.
void against_band(Evidence& evidence, const Estimate& estimate, double low, double high);

/// All claims of the paper, in its order (docs/claims.md).
[[nodiscard]] std::vector<Claim> claims(const Findings& findings);

[[nodiscard]] nlohmann::json to_json(const Claim& claim);

}  // namespace vitrion::analysis
