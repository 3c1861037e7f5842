// Ranges, tics and texts of gnuplot scripts.
#pragma once

#include <limits>
#include <string>

#include "report/figure.hpp"

namespace vitrion::engines {

inline constexpr const char* frame_colour = "#52606d";
inline constexpr const char* grid_colour = "#e9edf1";

/// The shortest text that reads back the same; "NaN" for what is no number.
[[nodiscard]] std::string number(double x);
/// gnuplot's single quotes: nothing is special but the quote itself.
[[nodiscard]] std::string quoted(const std::string& text);
/// "#rrggbb" with an opacity as gnuplot's quoted "#aarrggbb", whose first byte is transparency.
[[nodiscard]] std::string colour(const std::string& rgb, double opacity);

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool logarithmic = false;

  void add(double v);
};

/// From the axis where it says so, else from the data with a margin.
[[nodiscard]] Range range_of(const report::Panel& panel, bool x_axis);
/// Label, range, tics and scale of axis `name`, 'x' or 'y'.
[[nodiscard]] std::string axis_lines(const report::Axis& axis, char name, const Range& range);

}  // namespace vitrion::engines
