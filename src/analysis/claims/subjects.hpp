// The claims by subject; each function returns the evidence for its claims, in the paper's order.
#pragma once

#include <vector>

#include "analysis/claims/claim.hpp"

namespace vitrion::analysis {

/// Density, units, pair distances and volume of the glasses at 300 K.
[[nodiscard]] std::vector<Evidence> structure_claims(const Findings& findings);
/// Bulk modulus.
[[nodiscard]] std::vector<Evidence> stiffness_claims(const Findings& findings);
/// Mean squared displacement and conductivity of Na.
[[nodiscard]] std::vector<Evidence> transport_claims(const Findings& findings);
/// Doorways, phosphorus, and what they have to do with the conductivity.
[[nodiscard]] std::vector<Evidence> mechanism_claims(const Findings& findings);

}  // namespace vitrion::analysis
