// Colours that the colour-blind can tell apart (Okabe and Ito), and sequential ones for
// temperatures.
#pragma once

#include <algorithm>
#include <array>
#include <string>

namespace vitrion::report::palette {

inline const std::string ink = "#1f2933";
inline const std::string grey = "#9aa5b1";
inline const std::string light_grey = "#d3dae2";
inline const std::string blue = "#0072b2";
inline const std::string sky = "#56b4e9";
inline const std::string green = "#009e73";
inline const std::string orange = "#e69f00";
inline const std::string vermilion = "#d55e00";
inline const std::string purple = "#cc79a7";

/// Distinct hues for replicas and members.
inline const std::string& distinct(std::size_t k) {
  static const std::array<std::string, 6> all = {blue, vermilion, green, purple, orange, sky};
  return all[k % all.size()];
}

/// Dense glasses, in the order of their x; the porous one is purple.
inline const std::string& of_glass(std::size_t k) {
  static const std::array<std::string, 6> all = {"#2a78b5", "#12a37a", "#e09a16",
                                                 "#d9601a", "#8a6fc9", "#5ab4d8"};
  return all[k % all.size()];
}

/// From cold to hot, dark enough for thin lines on white; the k-th of n.
inline const std::string& heat(std::size_t k, std::size_t n) {
  static const std::array<std::string, 6> all = {"#2c4c8c", "#3b82a8", "#4aa38a",
                                                 "#d19a1f", "#cf5c1f", "#9e1f3d"};
  if (n <= 1) return all[0];
  return all[std::min(all.size() - 1, k * (all.size() - 1) / (n - 1))];
}

}  // namespace vitrion::report::palette
