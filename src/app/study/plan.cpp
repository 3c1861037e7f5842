#include "app/study/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "app/strain.hpp"
#include "app/study/cases.hpp"
#include "app/study/stages.hpp"

namespace vitrion::app {

namespace {

// Evaluations of a relaxation (FIRE): of a fresh glass, and of one that is strained a little more.
constexpr double first_relaxation = 500;
constexpr double next_relaxation = 100;

double total_time(const std::vector<md::Segment>& segments) {
  double ps = 0;
  for (const md::Segment& s : segments) ps += s.time;
  return ps;
}

void plan_training(const formats::Study& study, std::vector<PlannedStage>& plan) {
  if (!study.levels.empty()) plan.push_back({"data", "data"});
  if (!study.potential.models.empty()) {
    plan.push_back({"potential", "potential"});
    return;
  }
  plan.push_back({"train-first", "train"});
  if (study.levels.size() > 1 && study.train.finish.steps > 0) {
    plan.push_back({"offset", "offset"});
    plan.push_back({"train-finish", "train"});
  }
  if (!study.explore) return;
  for (const char* name : {"explore", "label", "retrain"}) plan.push_back({name, name});
}

}  // namespace

std::vector<PlannedStage> plan_of(const formats::Study& study) {
  std::vector<PlannedStage> plan;
  plan_training(study, plan);
  const formats::StudyMeasure& m = study.measure;
  const double timestep = study.dynamics.timestep;
  const std::vector<md::Segment> schedule = study_schedule(study);
  const std::vector<Case> cases = study_cases(study);
  const auto each = [&](const char* kind, const Case& what, const std::string& more, double steps,
                        double frames) {
    for (std::size_t replica = 1; replica <= study.glass.replicas; ++replica)
      plan.push_back({fmt::format("{}-{}{}-{}", kind, what.key, more, replica), kind, steps,
                      what.composition.atoms, frames});
  };
  const auto kept = [](double ps) { return ps / std::clamp(ps / 100, 0.1, 1.0); };
  for (const Case& what : cases)
    if (!what.porous) each("pack", what, "", 0, 0);
  for (const Case& what : cases)
    if (!what.porous)
      each("quench", what, "", total_time(schedule) / timestep, kept(total_time(schedule)));
  for (const Case& what : cases)
    if (what.porous)
      each("pore", what, "", study.glass.pore->time / timestep, kept(study.glass.pore->time));
  const StrainOptions strain;
  for (const Case& what : cases)
    each("strain", what, "",
         first_relaxation + static_cast<double>(2 * strain.points) * next_relaxation, 0);
  for (const Case& what : cases)
    for (std::size_t t = 0; t < m.temperature.size(); ++t) {
      const double heat = std::abs(m.temperature[t] - schedule.back().to) / m.heat_rate;
      const double settle = m.settle_npt + (m.ensemble == "nvt" ? m.settle_nvt : 0);
      each("measure", what, fmt::format("-{:g}K", m.temperature[t]),
           (heat + settle + m.time[t]) / timestep, m.time[t] / m.every);
    }
  for (const Case& what : cases)
    plan.push_back({"analyse-" + what.key, "analyse", 0, what.composition.atoms});
  plan.push_back({"analysis", "analysis"});
  return plan;
}

}  // namespace vitrion::app
