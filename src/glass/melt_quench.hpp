// Melt-quench: the schedule by which a packed box becomes a glass, as a protocol of molecular
// dynamics.
#pragma once

#include <string>
#include <vector>

#include "md/protocol.hpp"

namespace vitrion::glass {

/// One line of a schedule as a study file gives it: ["ramp", 300, 1400, 100], ["hold", 1400, 1000],
/// ["npt", 300, 1.0, 200], or a ramp at constant pressure ["npt", 1400, 300, 1.0, 500];
/// temperatures in K, pressure in bar, times in ps.
struct ScheduleLine {
  std::string kind;
  std::vector<double> numbers;
};

/// @throws InputError naming the line, from 1, and the rule: an unknown kind, the wrong number of
/// numbers, a segment that does not start where the one before ended.
[[nodiscard]] std::vector<md::Segment> melt_quench(const std::vector<ScheduleLine>& schedule);

}  // namespace vitrion::glass
