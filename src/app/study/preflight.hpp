// Preflight: everything about a study that can be known to fail before any work is done.
#pragma once

#include <string>
#include <vector>

#include "edges/formats/study/file.hpp"

namespace vitrion::app {

/// What was looked at: a sentence, and whether it is a fault.
struct Finding {
  std::string text;
  bool fault = false;
  /// The stage that needs it ("pack", "label"); empty: every run does.
  std::string stage = {};
  bool warning = false;  ///< may end badly, or is not what one may think
};

/// Files of the labels, the glass's composition, the schedule, programs and environments.
[[nodiscard]] std::vector<Finding> preflight(const formats::Study& study);

}  // namespace vitrion::app
