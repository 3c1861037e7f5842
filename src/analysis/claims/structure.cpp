// Claims about density, units, pair distances and volume at 300 K.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "analysis/claims/comparisons.hpp"
#include "analysis/claims/subjects.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::array paper_pairs = {"Na-Na", "P-P", "S-S"};  // of the paper's figure 3b

/// Says that units cannot be judged where a melt kept the bonds of the molecules that were packed:
/// they, and where their oxygen is, are then what was put in. False if every melt may be judged.
bool kept_what_was_packed(const Findings& f, Evidence& e) {
  for (const CompositionFindings* c : f.dense())
    for (const GlassFindings& glass : c->glasses)
      if (glass.melt_equilibrated == false) {
        e.not_testable(fmt::format(
            "the melt of {}, replica {}, did not equilibrate, so its units may be those "
            "that were packed",
            c->name, glass.replica));
        return true;
      }
  return false;
}

Evidence density_of_x0(const Findings& f) {
  Evidence e =
      Evidence::of("density-x0", "Glassy Na3PS4 has the density 2.0 g/cm3 of the measured powder",
                   "Results, structural and mechanical properties; text");
  e.claim.test =
      "95 % interval of the mean over glasses against the measured value and half of its last "
      "printed digit; false alarm at most 2.5 % either way";
  const ReferenceValue* measured = f.trusted_reference("density", 0);
  const CompositionFindings* c = f.near(0);
  if (c == nullptr) {
    e.not_testable("there is no dense glass at x = 0");
  } else if (measured == nullptr || !measured->error) {
    e.not_testable("no measured density of the glass at x = 0 is at hand");
  } else {
    std::vector<double> values;
    for (const GlassFindings& glass : c->glasses)
      if (glass.density) values.push_back(*glass.density);
    if (values.empty())
      e.not_testable("there is no density");
    else
      against_band(e, mean_over_glasses(values, "g/cm3"), measured->value - *measured->error,
                   measured->value + *measured->error);
  }
  return e;
}

Evidence framework_of_PS4(const Findings& f) {
  Evidence e = Evidence::of(
      "framework-ps4", "At x = 0 the framework is made of PS4 units, with some free S between them",
      "Results; figure 3a");
  e.claim.test =
      "95 % intervals of the share of P in PS4 (over one half) and of the free S (more than none); "
      "false alarm at most 2.5 %";
  if (kept_what_was_packed(f, e)) return e;
  const CompositionFindings* c = f.near(0);
  if (c == nullptr || !c->units) {
    e.not_testable(c == nullptr ? "there is no dense glass at x = 0"
                                : "there is no census of units");
    return e;
  }
  e.tested = true;
  const UnitFindings& u = *c->units;
  e.take(u.PS4);
  e.claim.unit = "share of P in PS4";
  if (u.PS4.is_refused() || u.free_sulfur.is_refused()) {
    e.claim.verdict = Verdict::not_resolved;
    return e;
  }
  e.claim.reason =
      fmt::format("{:.3g} free S of {:g} a frame, 95 % {:.3g} to {:.3g}", *u.free_sulfur.value,
                  u.sulfur, u.free_sulfur.low, u.free_sulfur.high);
  // "Some" is taken as one in a thousand at least: fewer are a defect, not a feature.
  const double none = 1e-3 * u.sulfur;
  if (u.PS4.low > 0.5 && u.free_sulfur.low > 0 && *u.free_sulfur.value > none)
    e.claim.verdict = Verdict::reproduced;
  else if (u.PS4.high < 0.5 || u.free_sulfur.high < none)
    e.claim.verdict = Verdict::contradicted;
  else
    e.claim.verdict = Verdict::not_resolved;
  return e;
}

Evidence oxygen_in_units(const Findings& f) {
  Evidence e = Evidence::of(
      "oxygen-in-units",
      "Oxygen takes the place of S in the units, as PS(4-k)O(k), rather than being free",
      "Results; figure 3a");
  e.claim.test =
      "95 % interval of the share of O that is bonded to P, at the composition where it is least "
      "(over one half); false alarm at most 2.5 %";
  if (kept_what_was_packed(f, e)) return e;
  const Estimate* least = nullptr;
  for (const CompositionFindings* c : f.dense())
    if (c->units && !c->units->bound_oxygen.is_refused() &&
        (least == nullptr || c->units->bound_oxygen.low < least->low))
      least = &c->units->bound_oxygen;
  if (least == nullptr)
    e.not_testable("no glass with oxygen has a census of units");
  else
    against_band(e, *least, 0.5, 1);
  return e;
}

Evidence oxygen_at_random(const Findings& f) {
  Evidence e = Evidence::of("oxygen-random", "Oxygen is spread over the units at random",
                            "Results, atomic mechanisms; figure 5a");
  e.claim.test =
      "variance of the number of O a unit, as a multiple of the binomial law's (1 is random, more "
      "is "
      "clustered), all compositions weighted together; its 95 % interval against 0.8 to 1.25";
  if (kept_what_was_packed(f, e)) return e;
  double weights = 0;
  double sum = 0;
  for (const CompositionFindings* c : f.dense()) {
    if (!c->units || c->units->oxygen_on_P.size() != 5 || !(c->units->oxygen_share > 0)) continue;
    const std::vector<double>& n = c->units->oxygen_on_P;
    double units = 0;
    double first = 0;
    double second = 0;
    for (std::size_t k = 0; k < n.size(); ++k) {
      const auto k_ = static_cast<double>(k);
      units += n[k];
      first += k_ * n[k];
      second += k_ * k_ * n[k];
    }
    if (!(units > 1)) continue;
    const double p = c->units->oxygen_share;
    const double variance = 4 * p * (1 - p);
    const double found = (second - first * first / units) / (units - 1);
    // Of the variance of n numbers of a binomial law of four: fourth moment 4pq (1 + 6pq).
    const double fourth = variance * (1 + 6 * p * (1 - p));
    const double relative = (fourth / (variance * variance) - 1) / units;
    weights += 1 / relative;
    sum += found / variance / relative;
  }
  if (!(weights > 0)) {
    e.not_testable("no glass with oxygen has a census of units");
    return e;
  }
  const double half = 1.96 / std::sqrt(weights);
  const double ratio = sum / weights;
  against_band(e, Estimate::of(ratio, ratio - half, ratio + half, "1", "binomial fourth moment"),
               0.8, 1.25);
  return e;
}

/// Mean of ln r over the paper's three pairs; nothing if one has no peak.
std::optional<double> mean_ln_peak(const GlassFindings& glass) {
  double sum = 0;
  for (const char* pair : paper_pairs) {
    const auto found = glass.peaks.find(pair);
    if (found == glass.peaks.end()) return std::nullopt;
    sum += std::log(found->second) / static_cast<double>(paper_pairs.size());
  }
  return sum;
}

Evidence peaks_shift(const Findings& f) {
  Evidence e = Evidence::of(
      "peaks-shift-left",
      "The non-bonded peaks of Na-Na, P-P and S-S move to shorter distances as x grows",
      "Results; figure 3b", Family::compositions);
  test_trend(e, compare_dense(f, mean_ln_peak, "non-bonded peak of Na-Na, P-P and S-S"), -1,
             "ln r, mean of the pairs,");
  return e;
}

Evidence peaks_beyond_contraction(const Findings& f) {
  Evidence e =
      Evidence::of("peaks-beyond-contraction",
                   "The peaks move by more than the contraction of the whole, as V^(1/3)",
                   "Results; figures 3b and S2 (a question of ours)", Family::compositions);
  test_trend(e,
             compare_dense(
                 f,
                 [](const GlassFindings& g) -> std::optional<double> {
                   const std::optional<double> ln_r = mean_ln_peak(g);
                   const std::optional<double> ln_v = logarithm(g.volume_per_atom);
                   if (!ln_r || !ln_v) return std::nullopt;
                   return *ln_r - *ln_v / 3;
                 },
                 "non-bonded peak with a volume"),
             -1, "ln of r / V^(1/3)");
  return e;
}

Evidence phosphorus_distance(const Findings& f) {
  Evidence e = Evidence::of("pp-peak-6A", "The P-P distribution has its peak near 6 A",
                            "Results; figure 3b");
  e.claim.test =
      "95 % interval of the mean over all dense glasses against 5.5 to 6.5 A (6 A in whole "
      "numbers); "
      "false alarm at most 2.5 % either way. The crystal has this peak too (6.06 A): it is no "
      "proof "
      "of a glass";
  std::vector<double> values;
  for (const CompositionFindings* c : f.dense())
    for (const GlassFindings& glass : c->glasses)
      if (const auto found = glass.peaks.find("P-P"); found != glass.peaks.end())
        values.push_back(found->second);
  if (values.empty())
    e.not_testable("there is no non-bonded P-P peak");
  else
    against_band(e, mean_over_glasses(values, "A"), 5.5, 6.5);
  return e;
}

Evidence volume_falls(const Findings& f) {
  Evidence e =
      Evidence::of("volume-falls",
                   "The volume falls as x grows, per atom and so per formula unit (eight atoms at "
                   "every x)",
                   "Results; figure S2", Family::compositions);
  test_trend(e,
             compare_dense(
                 f, [](const GlassFindings& g) { return g.volume_per_atom; }, "volume per atom"),
             -1, "A3 per atom");
  return e;
}

}  // namespace

std::vector<Evidence> structure_claims(const Findings& f) {
  return {density_of_x0(f),       framework_of_PS4(f), oxygen_in_units(f),
          oxygen_at_random(f),    peaks_shift(f),      peaks_beyond_contraction(f),
          phosphorus_distance(f), volume_falls(f)};
}

}  // namespace vitrion::analysis
