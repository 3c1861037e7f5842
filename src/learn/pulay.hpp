// The plane-wave (Pulay) part of a stress: what a finite cutoff leaves out, measured against a
// higher one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::learn {

/// Pressures of the same frames at two cutoffs.
struct StressCheck {
  std::vector<double> low, high;  ///< (frames) a third of the trace of the virial over V, GPa
  double largest = 0;             ///< of |low - high|, GPa
  /// What each atom of a species should add to every diagonal element of W at the lower cutoff, eV;
  /// least squares of the smallest norm where the compositions do not tell species apart.
  std::vector<std::string> species;
  std::vector<double> constants;
  double largest_after = 0;  ///< of |low - high| once these are added, GPa
};

/// @throws InputError if the frames are not the same structures, or lack a virial.
[[nodiscard]] StressCheck check_stress(std::span<const structures::Frame> low,
                                       std::span<const structures::Frame> high);

}  // namespace vitrion::learn
