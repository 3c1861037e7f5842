// What a study will cost: its potential is tried for a second at the study's size.
#pragma once

#include <string>
#include <vector>

#include "edges/formats/study/file.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// A stand-in for a glass that is not made yet: its atoms at its density, on a grid, mixed at
/// random. Neighbour counts, and so times, are near those of the glass.
[[nodiscard]] structures::Frame stand_in(const formats::Study& study);

struct StepCost {
  double seconds = 0;  ///< of one step on one core
  std::size_t atoms = 0;
  std::string how;  ///< "model napso-0.dp", "a net of the study's shape with random weights"
};

/// Times energy, forces and virial of the stand-in, on one core, for about a second.
[[nodiscard]] StepCost measure_step(const formats::Study& study);

/// Wall seconds of everything in plan_of() that is counted in steps, on so many cores.
[[nodiscard]] double wall_seconds(const formats::Study& study, const StepCost& cost,
                                  std::size_t cores);

/// Neighbours within the cutoff against the places (sel) of the given models, over the labelled
/// frames and the stand-in: a sentence, and whether there are too few.
struct Neighbours {
  std::string text;
  bool too_many = false;
};
[[nodiscard]] Neighbours look_at_neighbours(const formats::Study& study);

}  // namespace vitrion::app
