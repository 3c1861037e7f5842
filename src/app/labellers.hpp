// Who labels a list of frames here and now: workers that are kept, or tasks on this machine.
#pragma once

#include <memory>
#include <string>

#include "app/label_engines.hpp"
#include "learn/labeller.hpp"

namespace vitrion::app {

/// Someone who labels, and how it calls itself.
struct ChosenLabeller {
  std::string name, level, description, settings_hash;
  std::unique_ptr<learn::Labeller> labeller;
};

/// What an engine computes, as text for the identity of a stage.
[[nodiscard]] std::string label_settings(const formats::StudyLabel& label,
                                         const EngineSurroundings& around);

/// @param tasks folder of the tasks, made if missing
/// @param jobs processes at a time
/// @param retry compute again what did not converge, or failed, before
[[nodiscard]] ChosenLabeller choose_labeller(const formats::StudyLabel& label,
                                             const EngineSurroundings& around,
                                             const std::string& tasks, std::size_t jobs,
                                             bool retry);

}  // namespace vitrion::app
