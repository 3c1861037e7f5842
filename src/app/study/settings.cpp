// What several stages read out of a study: paths, compositions, the schedule, the dynamics.
#include <fmt/format.h>

#include <filesystem>

#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "glass/melt_quench.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;

namespace {

/// Errors of a body get the place of a key in front.
template <class Body>
auto at_key(const Study& study, const char* key, const Body& body) {
  try {
    return body();
  } catch (const InputError& e) {
    throw InputError(fmt::format("{}: {}", study.place(key), e.what()));
  }
}

}  // namespace

std::string study_path(const Study& study, const std::string& path) {
  const fs::path given(path);
  if (given.is_absolute()) return path;
  return (fs::path(study.path).parent_path() / given).lexically_normal().string();
}

void describe_dynamics(learn::Identity& identity, const Study& study) {
  const formats::StudyDynamics& d = study.dynamics;
  identity.add("dynamics", {d.timestep, d.chunk}).add("precision", d.precision);
  if (d.repulsion) identity.add("repulsion", {(*d.repulsion)[0], (*d.repulsion)[1]});
}

std::vector<md::Segment> study_schedule(const Study& study) {
  std::vector<glass::ScheduleLine> lines;
  for (const formats::StudyScheduleLine& line : study.glass.schedule)
    lines.push_back({line.kind, line.numbers});
  return at_key(study, "glass.schedule", [&] { return glass::melt_quench(lines); });
}

glass::Composition explored_composition(const Study& study) {
  const formats::StudyExplore& e = *study.explore;
  const std::vector<std::string>& units = e.units.empty() ? study.glass.units : e.units;
  const glass::Recipe recipe = at_key(
      study, "explore.units", [&] { return glass::Recipe::parse(study.glass.formula, units); });
  return at_key(study, "explore.x", [&] { return glass::compose(recipe, e.x, e.atoms, false); });
}

glass::Composition study_composition(const Study& study, double x) {
  const glass::Recipe recipe = at_key(study, "glass.units", [&] {
    return glass::Recipe::parse(study.glass.formula, study.glass.units);
  });
  return at_key(study, "glass.x",
                [&] { return glass::compose(recipe, x, study.glass.atoms, study.glass.round); });
}

}  // namespace vitrion::app
