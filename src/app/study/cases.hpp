// Cases: the glasses of a study, each composition once, and the porous one beside them.
#pragma once

#include <string>
#include <vector>

#include "app/study/pipeline.hpp"
#include "glass/composition.hpp"

namespace vitrion::app {

/// A glass that the study makes in several replicas.
struct Case {
  std::string key;   ///< "x0.15", "x0-porous": in names of stages and files, and of random streams
  std::string name;  ///< "x = 0.15", "x = 0, porous"
  glass::Composition composition;  ///< of the dense glass
  bool porous = false;
};

/// The compositions that the study asks for, in its order, the porous one last. Where glass.round
/// makes one of two, it is kept once.
/// @throws InputError "study.toml:41: glass.x: ..." for an x that cannot be built.
[[nodiscard]] std::vector<Case> study_cases(const formats::Study& study);

/// A glass as far as it has come; letters: R replicas, T temperatures of measure.temperature.
struct Glass {
  Case what;
  std::vector<Stage> relaxed;                ///< (R) at the end of its making
  std::vector<Stage> strained;               ///< (R) its stiffness at 0 K
  std::vector<std::vector<Stage>> measured;  ///< (T)(R)
};

}  // namespace vitrion::app
