#include "app/study/cases.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "app/study/stages.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace {

Case case_of(const glass::Composition& composition, bool porous) {
  return {fmt::format("x{:g}{}", composition.x, porous ? "-porous" : ""),
          fmt::format("x = {:g}{}", composition.x, porous ? ", porous" : ""), composition, porous};
}

}  // namespace

std::vector<Case> study_cases(const formats::Study& study) {
  std::vector<Case> cases;
  const auto is_there = [&](const std::string& key) {
    return std::ranges::find(cases, key, &Case::key) != cases.end();
  };
  for (const double x : study.glass.x) {
    Case one = case_of(study_composition(study, x), false);
    if (!is_there(one.key)) cases.push_back(std::move(one));
  }
  if (study.glass.pore)
    cases.push_back(case_of(study_composition(study, study.glass.pore->x), true));
  return cases;
}

}  // namespace vitrion::app
