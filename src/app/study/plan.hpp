// The plan of a study: every stage that it will come to, with the work that can be counted before.
#pragma once

#include <string>
#include <vector>

#include "edges/formats/study/file.hpp"

namespace vitrion::app {

struct PlannedStage {
  std::string name;  ///< "measure-x0.15-423K-1"
  std::string kind;  ///< "measure"
  double steps = 0;  ///< evaluations of the potential; 0: its work is not counted in them
  std::size_t atoms = 0;
  double frames = 0;  ///< that are kept
};

/// In the order in which they run. @throws InputError for a glass that cannot be built.
[[nodiscard]] std::vector<PlannedStage> plan_of(const formats::Study& study);

}  // namespace vitrion::app
