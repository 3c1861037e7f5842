// K-points of a cell by rule, the same for every engine that has no rule of its own.
#pragma once

#include <array>
#include <string>

#include "structures/frame.hpp"

namespace vitrion::engines {

/// "auto": the mean-value point (1/4,1/4,1/4) for disordered cells (space group P1 at 0.1 A) whose
/// heights all exceed 8.5 A, the spacing grid else; "spacing"; "mean-value"; or three numbers such
/// as "2 2 1".
struct KPointRule {
  std::string rule = "auto";
  double spacing = 0.5;  ///< 1/A, of the reciprocal lattice with its factor 2 pi

  /// @throws InputError that names the setting, its value and the rule.
  void validate() const;
};

/// A Monkhorst-Pack grid, or the mean-value point where `size` is 1 1 1: never Gamma alone.
struct KPoints {
  std::array<int, 3> size = {1, 1, 1};

  [[nodiscard]] bool mean_value() const { return size == std::array{1, 1, 1}; }
  /// "0.25 0.25 0.25", "monkhorst-pack 2 2 1": what a label says of itself.
  [[nodiscard]] std::string text() const;
};

[[nodiscard]] KPoints kpoints_of(const structures::Frame& frame, const KPointRule& rule);

}  // namespace vitrion::engines
