// The script names rows of the CSV by their number (every ::first::last), so that figure, data and
// script are three views of one thing and the data stay readable.
#include "edges/engines/gnuplot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "edges/engines/gnuplot_axes.hpp"

namespace vitrion::engines {

using report::Figure;
using report::Mark;
using report::Panel;
using report::Series;

namespace {

/// Where a panel stands on the page, as shares of it.
struct Place {
  double left, bottom, width, height;
};

/// The clauses of one series for `plot`; `rows` picks its rows of the CSV.
std::vector<std::string> clauses(const Series& s, const std::string& rows) {
  const std::string title =
      s.label.empty() ? "notitle" : "title " + quoted(s.label) + " noenhanced";
  const std::string rgb = "lc rgb " + colour(s.colour, s.opacity);
  const auto clause = [&](const std::string& columns, const std::string& style,
                          const std::string& key) {
    return fmt::format("{} using {} with {} {}", rows, columns, style, key);
  };
  const double size = s.width / 4;
  std::vector<std::string> result;
  const auto points = [&](int type) {
    if (!s.low.empty())
      result.push_back(clause(
          "4:5:6:7", fmt::format("yerrorbars pt {} ps {:.2f} lw 1.1 {}", type, size, rgb), title));
    else
      result.push_back(
          clause("4:5", fmt::format("points pt {} ps {:.2f} {}", type, size, rgb), title));
  };
  switch (s.mark) {
    case Mark::line:
      result.push_back(clause("4:5", fmt::format("lines lw {:.2f} {}", s.width, rgb), title));
      break;
    case Mark::dashed:
      result.push_back(
          clause("4:5", fmt::format("lines lw {:.2f} dt (6,4) {}", s.width, rgb), title));
      break;
    case Mark::band:
      result.push_back(
          clause("4:6:7", fmt::format("filledcurves {} fillstyle solid noborder", rgb), title));
      break;
    case Mark::coloured_line:
      result.push_back(clause("4:5:6", fmt::format("lines lw {:.2f} lc palette", s.width), title));
      break;
    case Mark::points:
      points(7);
      break;
    case Mark::open_points:
      points(6);
      break;
    case Mark::diamonds:
      points(12);
      break;
    case Mark::open_squares:
      points(4);
      break;
    case Mark::upper_limit:
      points(10);
      break;
    case Mark::bars:
      result.push_back(clause("($4/2):5:($4/2):(0.32)",
                              fmt::format("boxxyerror {} fillstyle solid noborder", rgb), title));
      if (!s.low.empty())
        result.push_back(clause("4:5:6:7",
                                fmt::format("xerrorbars pt -1 lw 1.1 lc rgb '{}'", frame_colour),
                                "notitle"));
      break;
    case Mark::vertical:
      break;  // drawn as arrows
  }
  return result;
}

/// Shapes, words and arrows, in the order in which they lie over each other.
std::string object_lines(const Panel& panel) {
  std::string text;
  if (panel.window)
    text += fmt::format(
        "set object rectangle from first {}, graph 0 to first {}, graph 1 behind fillcolor rgb "
        "'#fdf1d6' fillstyle solid noborder\n",
        number(panel.window->at(0)), number(panel.window->at(1)));
  for (const report::Shape& s : panel.shapes) {
    text += "set object ";
    if (s.x.size() == 1) {
      text += fmt::format("circle at {:.4g},{:.4g} size {:.4g}", s.x[0], s.y[0], s.radius);
    } else {
      text += "polygon from ";
      for (std::size_t k = 0; k < s.x.size(); ++k)
        text += fmt::format("{:.4g},{:.4g} to ", s.x[k], s.y[k]);
      text += fmt::format("{:.4g},{:.4g}", s.x[0], s.y[0]);
    }
    text += fmt::format(" front fillcolor rgb {} fillstyle solid {} lw 0.5\n",
                        colour(s.fill, s.opacity),
                        s.edge.empty() ? "noborder" : "border lc rgb " + colour(s.edge, s.opacity));
  }
  for (const report::Arrow& a : panel.arrows)
    text +=
        fmt::format("set arrow from {:.4g},{:.4g} to {:.4g},{:.4g} {} front lw 1.3 lc rgb '{}'\n",
                    a.x[0], a.y[0], a.x[1], a.y[1],
                    a.head ? "head filled size screen 0.008,20" : "nohead", frame_colour);
  for (const report::Words& w : panel.words)
    text += fmt::format(
        "set label {} at {:.4g},{:.4g} {} front noenhanced font '{},{}' textcolor rgb '#1f2933'\n",
        quoted(w.text), w.x, w.y, w.centred ? "center" : "left", w.bold ? "Helvetica-Bold" : "",
        w.size);
  return text;
}

std::string heading_lines(const Panel& panel) {
  std::string text;
  const auto label = [&](int tag, const std::string& words, double height, int size,
                         const char* rgb) {
    text += fmt::format(
        "set label {} {} at graph 0, graph 1 offset 0,{} left noenhanced font ',{}' "
        "textcolor rgb '{}'\n",
        tag, quoted(words), height, size, rgb);
  };
  if (!panel.title.empty()) label(1, panel.title, panel.note.empty() ? 0.9 : 2.0, 13, "#1f2933");
  if (!panel.note.empty()) label(2, panel.note, 0.8, 11, frame_colour);
  text += fmt::format("set tmargin {}\n", panel.title.empty()  ? 1.0
                                          : panel.note.empty() ? 2.4
                                                               : 3.6);
  if (!panel.legend) return text + "unset key\n";
  return text + fmt::format(
                    "set key {} Left reverse samplen 1.6 spacing 1.1 font ',11' textcolor "
                    "rgb '{}'\n",
                    panel.legend_below  ? "bottom right"
                    : panel.legend_left ? "top left"
                                        : "top right",
                    frame_colour);
}

/// `row` is the first row of the panel in the CSV and becomes that of the next.
std::string panel_lines(const Panel& panel, const Place& at, const std::string& csv,
                        std::size_t& row) {
  std::string text = fmt::format("\nset origin {:.5f},{:.5f}\nset size {:.5f},{:.5f}\n", at.left,
                                 at.bottom, at.width, at.height);
  text +=
      "unset label\nunset arrow\nunset object\nunset logscale\nunset title\nunset xlabel\nunset "
      "ylabel\nset xtics nomirror autofreq enhanced\nset ytics nomirror autofreq enhanced\n";
  text += panel.square ? "set size square\n" : "set size nosquare\n";
  text += axis_lines(panel.x, 'x', range_of(panel, true));
  text += axis_lines(panel.y, 'y', range_of(panel, false));
  if (panel.bare) text += "unset border\nunset xtics\nunset ytics\nunset grid\n";
  text += heading_lines(panel) + object_lines(panel);
  std::string plots;
  for (const Series& s : panel.series) {
    if (s.mark == Mark::vertical)
      for (const double x : s.x)
        text += fmt::format(
            "set arrow from first {0}, graph 0 to first {0}, graph 1 nohead back lw 1 dt (3,3) lc "
            "rgb {1}\n",
            number(x), colour(s.colour, s.opacity));
    const std::string rows =
        fmt::format("{} every ::{}::{} skip 1", quoted(csv), row, row + s.x.size() - 1);
    row += s.x.size();
    if (s.x.empty()) continue;
    for (const std::string& clause : clauses(s, rows))
      plots += fmt::format("{}{}", plots.empty() ? "" : ", \\\n  ", clause);
  }
  // A panel without curves still shows its axes and guides.
  text += "plot " + (plots.empty() ? std::string("NaN notitle") : plots) + "\n";
  if (panel.bare)
    text += fmt::format("set border 3 lw 1 lc rgb '{}'\nset grid back lt 1 lw 0.8 lc rgb '{}'\n",
                        frame_colour, grid_colour);
  return text;
}

/// A small panel in the upper left of another.
std::string inset_lines(const Panel& inset, const Place& host, const std::string& csv,
                        std::size_t& row) {
  std::string text = fmt::format(
      "\nset lmargin 0\nset rmargin 0\nset bmargin 0\nunset grid\nset border 1\nset tics font "
      "',9'\n");
  Panel small = inset;
  small.title.clear();
  small.legend = false;
  std::string lines = panel_lines(small,
                                  {host.left + 0.27 * host.width, host.bottom + 0.56 * host.height,
                                   0.25 * host.width, 0.2 * host.height},
                                  csv, row);
  // Its heights are counts that nobody reads; the middle and the ends of x are enough.
  const std::size_t at = lines.find("plot ");
  lines.insert(
      at, fmt::format("unset ytics\nset xtics ({0:.2g}, 0, {1:.2g}) font ',9'\nset tmargin 0\n",
                      inset.x.low.value_or(0) / 2, inset.x.high.value_or(0) / 2));
  text += lines;
  return text +
         fmt::format(
             "set lmargin 9\nset rmargin 2.5\nset bmargin 3.6\nset border 3 lw 1 lc rgb '{}'\n"
             "set grid back lt 1 lw 0.8 lc rgb '{}'\nset tics font ',12'\n",
             frame_colour, grid_colour);
}

std::string body_lines(const Figure& figure, const std::string& csv) {
  const auto columns = static_cast<std::size_t>(figure.columns);
  const std::size_t lines = (figure.panels.size() + columns - 1) / columns;
  std::string text = fmt::format(
      "set encoding utf8\nset datafile separator comma\n"
      "set border 3 lw 1 lc rgb '{0}'\n"
      "set tics nomirror out scale 0.5 textcolor rgb '{0}'\n"
      "set grid back lt 1 lw 0.8 lc rgb '{1}'\n"
      "set lmargin 9\nset rmargin 2.5\nset bmargin 3.6\n"
      "set style fill solid noborder\n"
      "set errorbars small\n",
      frame_colour, grid_colour);
  if (!figure.colour_label.empty())
    text += fmt::format(
        "set palette defined (0 '#440154', 1 '#414487', 2 '#2a788e', 3 '#22a884', 4 '#7ad151', 5 "
        "'#fde725')\nset cbrange [{}:{}]\nset cblabel {} textcolor rgb '{}'\nset rmargin 9\n",
        number(figure.colour_low), number(figure.colour_high), quoted(figure.colour_label),
        frame_colour);
  text += "set multiplot\n";
  for (const Panel& panel : figure.panels)
    if (!panel.y.names.empty()) {
      std::size_t longest = 0;
      for (const std::string& name : panel.y.names) longest = std::max(longest, name.size());
      text += fmt::format("set lmargin {}\n", 3 + longest);
      break;
    }
  std::size_t row = 0;
  const double w = 1.0 / figure.columns;
  const double h = 1.0 / static_cast<double>(lines);
  for (std::size_t k = 0; k < figure.panels.size(); ++k) {
    const Place place{static_cast<double>(k % columns) * w,
                      1 - static_cast<double>(k / columns + 1) * h, w, h};
    text += panel_lines(figure.panels[k], place, csv, row);
    for (const Panel& inset : figure.panels[k].inset) text += inset_lines(inset, place, csv, row);
  }
  return text + "\nunset multiplot\nunset output\n";
}

/// Pixels of the page are 1/96 inch; a PNG has twice as many, for screens that show them.
std::string terminal_line(const Figure& figure, const Drawing& drawing) {
  const auto columns = static_cast<std::size_t>(figure.columns);
  const std::size_t lines = (figure.panels.size() + columns - 1) / columns;
  const int width = figure.panel_width * figure.columns;
  const int height = figure.panel_height * static_cast<int>(lines);
  switch (drawing.kind) {
    case Drawing::svg:
      return fmt::format(
          "set terminal svg size {},{} dynamic enhanced rounded font 'Helvetica,12' name {}\n",
          width, height, quoted(figure.name));
    case Drawing::pdf:
      return fmt::format(
          "set terminal pdfcairo size {:.3f}in,{:.3f}in enhanced rounded font 'Helvetica,12' "
          "fontscale 0.75 linewidth 0.75 pointscale 0.75\n",
          width / 96.0, height / 96.0);
    case Drawing::png:
      return fmt::format(
          "set terminal pngcairo size {},{} enhanced rounded font 'Helvetica,12' fontscale 1.5 "
          "linewidth 2 pointscale 2\n",
          2 * width, 2 * height);
  }
  return {};
}

void add_rows(const Panel& panel, std::size_t p, std::string& text) {
  for (std::size_t k = 0; k < panel.series.size(); ++k) {
    const Series& s = panel.series[k];
    std::string label =
        s.label;  // a quoted field would shift gnuplot's columns only if it held a comma
    std::replace(label.begin(), label.end(), ',', ';');
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      text += fmt::format("{},{},{},{},", p, k, label, number(s.x[i]));
      if (i < s.y.size()) text += number(s.y[i]);
      text += ',';
      if (i < s.low.size()) text += number(s.low[i]);
      text += ',';
      if (i < s.high.size()) text += number(s.high[i]);
      text += '\n';
    }
  }
}

/// Drawings after all curves, whose rows the script counts.
void add_drawing_rows(const Panel& panel, std::size_t p, std::string& text) {
  for (const report::Shape& s : panel.shapes)
    for (std::size_t i = 0; i < s.x.size(); ++i)
      text += fmt::format("{},{},{},{:.6g},{:.6g},{:.6g},\n", p,
                          s.x.size() > 1 ? "polygon" : "disc", s.fill, s.x[i], s.y[i], s.radius);
  for (const report::Words& w : panel.words) {
    std::string words = w.text;
    std::replace(words.begin(), words.end(), ',', ';');
    text += fmt::format("{},words,{},{:.6g},{:.6g},,\n", p, words, w.x, w.y);
  }
}

}  // namespace

std::string figure_csv(const Figure& figure) {
  std::string text = "panel,series,label,x,y,low,high\n";
  for (std::size_t p = 0; p < figure.panels.size(); ++p) {
    add_rows(figure.panels[p], p, text);
    for (const Panel& inset : figure.panels[p].inset) add_rows(inset, p, text);
  }
  for (std::size_t p = 0; p < figure.panels.size(); ++p)
    add_drawing_rows(figure.panels[p], p, text);
  return text;
}

std::string gnuplot_script(const Figure& figure, const std::string& csv,
                           const std::vector<Drawing>& drawings, const std::string& answer) {
  std::string text = fmt::format("# {}\n", figure.name);
  const std::string body = body_lines(figure, csv);
  for (const Drawing& d : drawings)
    text += "reset\n" + terminal_line(figure, d) + "set output " + quoted(d.path) + "\n" + body;
  return text + fmt::format("set print '-'\nprint {}\n", quoted(answer));
}

}  // namespace vitrion::engines
