// Self-checks: each passes on a sound study, speaks on one that is not, and is not run without
// data.
#include "analysis/claims/checks.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <map>

#include "analysis/synthetic_study.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;

Findings sound() {
  Findings f = synthetic({.replicas = 2, .porous = false}, 1);
  for (CompositionFindings& c : f.compositions) {
    c.target_temperature = 300;
    c.modulus_agreement = Agreement{true, "they differ by 3 %"};
    const int P = 200;
    const int O = static_cast<int>(std::lround(c.x * P));
    for (GlassFindings& g : c.glasses) {
      g.atoms = {{"Na", 3 * P}, {"P", P}, {"S", 4 * P - O}, {"O", O}};
      g.smallest_distance = 1.46;
      g.settled = g.energy_settled = g.melt_equilibrated = true;
      g.mean_temperature = CorrelatedMean{300.4, 0.5, 50};
      g.mean_pressure = CorrelatedMean{0.004, 0.01, 50};
      std::erase_if(g.runs, [](const RunFindings& r) { return !r.D; });
      for (RunFindings& r : g.runs) {
        r.guard = "passed";
        r.framework_flow = 0.3;
        r.framework_msd = r.framework_msd_cartesian = 0.25;
        *r.sigma *= std::exp((r.temperature - 393) / 20);
      }
    }
  }
  return f;
}

std::map<std::string, Check> by_name(const Findings& f) {
  std::map<std::string, Check> result;
  for (Check& check : self_checks(f)) result[check.name] = std::move(check);
  return result;
}

TEST(Checks, PassOnASoundStudy) {
  const auto all = by_name(sound());
  EXPECT_EQ(all.size(), 16U);
  for (const auto& [name, check] : all)
    EXPECT_EQ(check.state, CheckState::pass) << name << ": " << check.detail;
}

TEST(Checks, AreNotRunWithoutData) {
  for (const Check& check : self_checks({})) {
    EXPECT_EQ(check.state, CheckState::not_run) << check.name;
    EXPECT_FALSE(check.detail.empty()) << check.name;
  }
}

TEST(Checks, EachSpeaksOfItsOwnFault) {
  struct Fault {
    const char* name;
    CheckState state;
    const char* words;
    std::function<void(Findings&)> make;
  };
  const auto glass = [](Findings& f) -> GlassFindings& { return f.compositions[1].glasses[0]; };
  const auto run = [&](Findings& f) -> RunFindings& { return glass(f).runs[0]; };
  const std::vector<Fault> faults = {
      {"neutral", CheckState::fail, "charge -2", [&](Findings& f) { ++glass(f).atoms["S"]; }},
      {"composition", CheckState::fail, "holds Na", [&](Findings& f) { ++glass(f).atoms["O"]; }},
      {"smallest distance", CheckState::fail, "0.90 A",
       [&](Findings& f) { glass(f).smallest_distance = 0.9; }},
      {"melt forgot its start", CheckState::warn, "bonds kept",
       [&](Findings& f) {
         glass(f).melt_equilibrated = false;
         glass(f).melt = "bonds kept";
       }},
      {"volume has settled", CheckState::warn, "still drifts",
       [&](Findings& f) { glass(f).settled = false; }},
      {"mean temperature", CheckState::warn, "340",
       [&](Findings& f) {
         glass(f).mean_temperature = CorrelatedMean{340, 0.5, 50};
       }},
      {"mean pressure", CheckState::warn, "0.5 ",
       [&](Findings& f) {
         glass(f).mean_pressure = CorrelatedMean{0.5, 0.01, 50};
       }},
      {"bridges and free anions", CheckState::warn, "3 of 400",
       [](Findings& f) { f.compositions[0].units->frames_broken = 3; }},
      {"two ways to the bulk modulus", CheckState::warn, "30 %",
       [](Findings& f) {
         f.compositions[0].modulus_agreement = Agreement{false, "30 % apart"};
       }},
      {"runs that diffuse", CheckState::warn, "caged",
       [&](Findings& f) {
         run(f).D.reset();
         run(f).refused = "caged";
       }},
      {"fit of D", CheckState::warn, "degraded",
       [&](Findings& f) { run(f).guard = "degraded: condition"; }},
      {"hops enough", CheckState::warn, "20 hops",
       [](Findings& f) {
         for (GlassFindings& g : f.compositions[0].glasses) g.runs[0].hops = 10;
       }},
      {"unwrapping", CheckState::warn, "0.52",
       [&](Findings& f) { run(f).framework_msd_cartesian = 0.52; }},
      {"framework is solid", CheckState::warn, "40 A2",
       [&](Findings& f) { run(f).framework_flow = 40; }},
      {"conductivity rises with temperature", CheckState::warn, "S/cm at 393 K",
       [](Findings& f) {
         for (GlassFindings& g : f.compositions[0].glasses) *g.runs[0].sigma *= 100;
       }},
  };
  for (const Fault& fault : faults) {
    Findings f = sound();
    fault.make(f);
    const auto all = by_name(f);
    EXPECT_EQ(all.at(fault.name).state, fault.state) << fault.name;
    EXPECT_THAT(all.at(fault.name).detail, HasSubstr(fault.words)) << fault.name;
  }
}

}  // namespace
}  // namespace vitrion::analysis
