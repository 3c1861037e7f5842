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
  band,           ///< filled between low and high, drawn under the lines
  points,         ///< filled circles; error bars where low and high are given
  open_points,    ///< hollow circles
  diamonds,       ///< hollow diamonds: the porous glass
  open_squares,   ///< hollow squares: experiment
  upper_limit,    ///< downward triangles: a bound, not a value
  coloured_line,  ///< a line whose colour follows `low` on the figure's colour bar
  bars,  ///< horizontal bars of length x at the height y; low and high are the ends of an error bar
  vertical  ///< a dashed guide at each x over the whole height
};

/// A NaN in x or y breaks a line.
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

/// A filled polygon, or a circle if it has one corner; in the axes' numbers.
struct Shape {
  std::vector<double> x;
  std::vector<double> y;
  double radius = 0;
  std::string fill = "#ffffff";
  std::string edge;  ///< empty: none
  double opacity = 1;
};

struct Words {
  double x = 0;
  double y = 0;
  std::string text;
  int size = 12;
  bool centred = true;
  bool bold = false;
};

struct Arrow {
  double x[2] = {0, 0};
  double y[2] = {0, 0};
  bool head = true;
};

struct Panel {
  std::string title;
  Axis x;
  Axis y;
  std::vector<Series> series;
  std::string note;  ///< a line of small text under the title
  bool square = false;
  bool legend = true;
  bool legend_below = false;                  ///< at the bottom right instead of the top right
  bool legend_left = false;                   ///< at the top left
  bool bare = false;                          ///< no axes: a drawing
  std::optional<std::vector<double>> window;  ///< two ends in x, shaded behind the series
  std::vector<Shape> shapes;                  ///< drawn in this order
  std::vector<Words> words;
  std::vector<Arrow> arrows;
  /// A small panel in the upper left corner.
  std::vector<Panel> inset;
};

struct Figure {
  std::string name;            ///< of the files: "fig4d"
  std::string caption;         ///< what is seen, from what data
  std::string panel_of_paper;  ///< "figure 4d"; empty: the paper has none
  int columns = 1;
  int panel_width = 420;  ///< pixels
  int panel_height = 320;
  std::vector<Panel> panels;
  bool picture = false;  ///< too many strokes for a page: the page shows its PNG
  /// Of coloured lines: a label and the two ends.
  std::string colour_label;
  double colour_low = 0;
  double colour_high = 1;

  [[nodiscard]] bool empty() const { return panels.empty(); }
};

}  // namespace vitrion::report
