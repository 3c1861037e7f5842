// Claims about the bulk modulus.
#include <fmt/format.h>

#include "analysis/claims/comparisons.hpp"
#include "analysis/claims/subjects.hpp"

namespace vitrion::analysis {

namespace {

std::optional<double> modulus(const GlassFindings& glass) {
  return glass.bulk_modulus;
}

}  // namespace

std::vector<Evidence> stiffness_claims(const Findings& f) {
  Evidence rises = Evidence::of("modulus-rises", "The bulk modulus rises as x grows",
                                "Results; figure 3c", Family::compositions);
  test_trend(rises, compare_dense(f, modulus, "bulk modulus"), +1, "GPa");

  Evidence porous =
      Evidence::of("modulus-porous-lower", "Porous Na3PS4 is markedly softer than dense Na3PS4",
                   "Results; text to figure 3c", Family::porosity);
  porous.claim.test = "Student's t of the bulk modulus, porous less dense glasses at x = 0";
  test_pair(porous, compare_porous(f, 0, modulus, "bulk modulus"), -1, "GPa");
  return {rises, porous};
}

}  // namespace vitrion::analysis
