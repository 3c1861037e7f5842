// Figure: what is to be drawn, in words that any plotting program could follow; the port of the
// drawing edge.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vitrion::report {

/// How a series looks.
enum class Mark {
  line,
  dashed,
  band,         ///< filled between low and high, drawn under the lines
  points,       ///< filled circles; error bars where low and high are given
  open_points,  ///< hollow circles
  upper_limit,  ///< downward triangles: a bound, not a value
  bars,  ///< horizontal bars of length x at the height y; low and high are the ends of an error bar
  vertical  ///< a dashed guide at each x over the whole height
};

struct Series {
  std::string label;  ///< in the legend; empty: not in the legend
  Mark mark = Mark::line;
  std::string colour = "#000000";
  double width = 1.6;  ///< of lines; of points the diameter in pixels over three
  double opacity = 1;  ///< of bands and points
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> low;  ///< empty, or as long as x
  std::vector<double> high;
};

struct Axis {
  std::string label;
  bool logarithmic = false;
  std::optional<double> low;  ///< absent: from the data
  std::optional<double> high;
  std::vector<std::string> names;  ///< categories at 0, 1, 2, ... instead of numbers
};

struct Panel {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::string note;  ///< a line of small text under the title
  bool square = false;
  bool legend = true;
  bool legend_below = false;  ///< at the bottom right instead of the top right
};

struct Figure {
  std::string name;     ///< of the files: "msd"
  std::string caption;  ///< what is seen, from what data
  int columns = 1;
  int panel_width = 420;  ///< pixels
  int panel_height = 320;
  std::vector<Panel> panels;

  [[nodiscard]] bool empty() const { return panels.empty(); }
};

}  // namespace vitrion::report
