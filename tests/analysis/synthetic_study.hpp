// A study made of random numbers: what each glass shows follows the paper's statements by a
// strength that is chosen, with a spread from glass to glass.
#pragma once

#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "analysis/claims/findings.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

struct SyntheticStudy {
  double strength = 1;  ///< 0: no effect of x; 1: all that the paper says; -1: the opposite
  std::size_t replicas = 5;
  bool porous = true;
  double time_scale = 1;
};

inline constexpr std::array synthetic_x = {0.0, 0.15, 0.30, 0.60};

/// An MSD that grows as t^0.7 before 10 ns and as t^slope after.
inline TimeSeries synthetic_msd(double at_10ns, double slope, double duration) {
  TimeSeries msd;
  for (double t = 250; t <= duration; t += 250) {
    msd.time.push_back(t);
    msd.value.push_back(at_10ns * std::pow(t / 10000, t >= 10000 ? slope : 0.7));
  }
  return msd;
}

inline RunFindings synthetic_run(double temperature, std::size_t c, double s, double mobile,
                                 RandomStream& random) {
  // ln sigma over x = 0, 0.15, 0.30, 0.60 at 393, 423 and 473 K.
  constexpr double ln_sigma[3][4] = {
      {0, 0.6, 1.2, -0.3}, {0, 1.2, 0.6, -0.3}, {0, 0.30, 0.1, -0.05}};
  constexpr double narrowing[4] = {0, 0.02, 0.04, 0.08};
  RunFindings run;
  run.temperature = temperature;
  run.duration = temperature < 390 ? 50000 : 20000;
  run.ions = 600;
  run.hops = 5000;
  run.volume = 37000;
  const std::size_t t = temperature > 450 ? 2 : temperature > 410 ? 1 : 0;
  const double excess = s * ln_sigma[t][c];
  if (temperature < 390) {
    run.refused = "not diffusive";
  } else {
    run.sigma = 1e-3 * std::exp(excess + mobile + 0.06 * random.normal());
    run.D = 1e-8 * *run.sigma / 1e-3;
    run.relative_error = 0.06;
  }
  run.mobile_msd = synthetic_msd(10, 1 + 0.1 * random.normal(), run.duration);
  run.phosphorus_msd = 0.3 * std::exp(excess + 0.5 * mobile + 0.1 * random.normal());
  run.phosphorus_first = synthetic_msd(*run.phosphorus_msd, 0.3, run.duration);
  run.gate_radius = 0.60 - s * narrowing[c] + 0.006 * random.normal();
  run.gate_flexibility = 0.15 * std::exp(0.3 * excess + 0.2 * mobile + 0.05 * random.normal());
  return run;
}

inline GlassFindings synthetic_glass(std::size_t c, double s, RandomStream& random) {
  constexpr double contraction[4] = {0, 0.02, 0.04, 0.08};
  constexpr double stiffening[4] = {0, 1.5, 3.0, 5.0};
  GlassFindings glass;
  glass.density = 2.0 + 0.008 * random.normal();
  glass.volume_per_atom = 23.7 * (1 - s * contraction[c] + 0.003 * random.normal());
  glass.bulk_modulus = 15 + s * stiffening[c] + 0.4 * random.normal();
  // Twice what the contraction of the whole gives.
  const double shift = 1 - s * contraction[c] * 2 / 3;
  for (const auto& [pair, r] :
       {std::pair{"Na-Na", 3.5}, std::pair{"P-P", 6.05}, std::pair{"S-S", 6.6}})
    glass.peaks[pair] = r * shift * (1 + 0.002 * random.normal());
  const double mobile = 0.05 * random.normal();
  for (const double temperature : {333.0, 363.0, 393.0, 423.0, 473.0})
    glass.runs.push_back(synthetic_run(temperature, c, s, mobile, random));
  return glass;
}

inline UnitFindings synthetic_units(double x, std::size_t replicas) {
  UnitFindings u;
  u.PS4 = Estimate::of(x == 0 ? 0.9 : 0.7, 0.65, 0.95, "1", "");
  u.four_coordinated = Estimate::of(0.95, 0.93, 0.97, "1", "");
  u.free_sulfur = Estimate::of(20, 15, 25, "1", "");
  u.sulfur = 800;
  u.bound_oxygen =
      x > 0 ? Estimate::of(0.97, 0.95, 0.99, "1", "") : Estimate::refusal("no O", {}, "1");
  u.oxygen_share = x / 4;
  const double n = 200.0 * static_cast<double>(replicas);
  const double choose[5] = {1, 4, 6, 4, 1};
  for (int k = 0; k < 5; ++k)
    u.oxygen_on_P.push_back(n * choose[k] * std::pow(x / 4, k) * std::pow(1 - x / 4, 4 - k));
  u.frames = 100;
  return u;
}

inline Findings synthetic(const SyntheticStudy& o, std::uint64_t seed) {
  RandomStream random(seed, "synthetic study");
  Findings f;
  f.time_scale = o.time_scale;
  for (std::size_t c = 0; c < synthetic_x.size() + (o.porous ? 1 : 0); ++c) {
    CompositionFindings& composition = f.compositions.emplace_back();
    composition.porous = c == synthetic_x.size();
    const std::size_t like = composition.porous ? 0 : c;
    composition.x = synthetic_x[like];
    composition.key = "x" + std::to_string(composition.x) + (composition.porous ? "-porous" : "");
    composition.name = "x = " + std::to_string(composition.x);
    for (std::size_t r = 0; r < o.replicas; ++r) {
      GlassFindings glass = synthetic_glass(like, o.strength, random);
      glass.replica = static_cast<int>(r) + 1;
      if (composition.porous) {
        *glass.bulk_modulus -= 5 * o.strength;
        for (RunFindings& run : glass.runs)
          if (run.sigma) *run.sigma *= std::exp(-1.5 * o.strength);
      }
      composition.glasses.push_back(std::move(glass));
    }
    composition.units = synthetic_units(composition.x, o.replicas);
    for (const double t : {393.0, 423.0, 473.0}) {
      composition.shuttling.push_back({t, Estimate::of(0.9, 0.85, 0.95, "1", "")});
      if (composition.porous)
        composition.void_crossing.push_back({t, Estimate::of(0, 0, 0.1, "1", "")});
    }
  }
  f.reference.push_back({"density", 0, 298, 2.0, false, "g/cm3", 0.05, "quoted", "powder"});
  f.reference.push_back(
      {"conductivity_ratio_to_x0", 0.15, {}, 6, false, "1", 0.5, "quoted", "measured"});
  return f;
}

}  // namespace vitrion::analysis
