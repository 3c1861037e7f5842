// The script names rows of the CSV by their number (every ::first::last), so that figure, data and
// script are three views of one thing and the data stay readable.
#include "edges/engines/gnuplot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <vector>

namespace vitrion::engines {

using report::Axis;
using report::Figure;
using report::Mark;
using report::Panel;
using report::Series;

namespace {

constexpr const char* frame_colour = "#52606d";
constexpr const char* grid_colour = "#e9edf1";

std::string number(double x) {
  if (!std::isfinite(x)) return "NaN";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

/// gnuplot's single quotes: nothing is special but the quote itself.
std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result += '\'';
}

/// "#rrggbb" with an opacity as gnuplot's "#aarrggbb", whose first byte is transparency.
std::string colour(const Series& s) {
  if (s.opacity >= 1) return quoted(s.colour);
  const int transparency =
      static_cast<int>(std::lround(255 * (1 - std::clamp(s.opacity, 0.0, 1.0))));
  return quoted(fmt::format("#{:02x}{}", transparency, s.colour.substr(1)));
}

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  bool logarithmic = false;

  void add(double v) {
    if (!std::isfinite(v) || (logarithmic && v <= 0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

/// From the axis where it says so, else from the data with a margin.
Range range_of(const Panel& panel, bool x_axis) {
  const Axis& axis = x_axis ? panel.x : panel.y;
  Range r;
  r.logarithmic = axis.logarithmic;
  if (!axis.names.empty()) {
    // The first category on top.
    r.low = static_cast<double>(axis.names.size()) - 0.4;
    r.high = -0.6;
    return r;
  }
  for (const Series& s : panel.series) {
    if (s.mark == Mark::vertical && !x_axis) continue;
    for (const double v : x_axis || s.mark == Mark::vertical ? s.x : s.y) r.add(v);
    const bool across = s.mark == Mark::bars;  // error bars lie along x for bars, along y else
    if (across == x_axis) {
      for (const double v : s.low) r.add(v);
      for (const double v : s.high) r.add(v);
    }
    if (across && x_axis && !axis.logarithmic) r.add(0);
  }
  if (!(r.low <= r.high)) r.low = r.high = 1;
  if (axis.logarithmic) {
    const double margin = std::pow(r.high / r.low, 0.04) * 1.02;
    r.low /= margin;
    r.high *= margin;
  } else {
    const double margin =
        r.high > r.low ? 0.04 * (r.high - r.low) : 0.1 * std::max(1.0, std::abs(r.low));
    const bool at_zero = r.low == 0;
    r.low -= at_zero ? 0 : margin;
    r.high += margin;
  }
  if (axis.low) r.low = *axis.low;
  if (axis.high) r.high = *axis.high;
  return r;
}

/// Labels 1, 2, 5 a decade on short logarithmic axes, whole decades on long ones.
std::string logarithmic_tics(const Range& r) {
  const double decades = std::log10(r.high / r.low);
  const bool plain = r.low >= 0.8e-3 && r.high <= 2e4;
  const auto label = [&](int mantissa, int exponent) {
    if (plain) return fmt::format("{:g}", mantissa * std::pow(10.0, exponent));
    if (mantissa == 1) return fmt::format("10^{{{}}}", exponent);
    return fmt::format("{}×10^{{{}}}", mantissa, exponent);
  };
  const int step = decades > 8 ? 2 : 1;
  std::string text;
  for (int e = static_cast<int>(std::floor(std::log10(r.low)));
       e <= static_cast<int>(std::ceil(std::log10(r.high))); e += step)
    for (const int mantissa : {1, 2, 3, 5}) {
      if (mantissa == 3 ? decades > 1 : mantissa != 1 && decades > 2.2) continue;
      const double value = mantissa * std::pow(10.0, e);
      if (value < r.low || value > r.high) continue;
      text += fmt::format("{}{} {}", text.empty() ? "" : ", ", quoted(label(mantissa, e)),
                          number(value));
    }
  return "(" + text + ")";
}

/// A step of 1, 2 or 5 times a power of ten that gives four to seven labels.
double nice_step(double range) {
  const double rough = range / 5;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  const double m = rough / power;
  return (m < 1.5 ? 1 : m < 3.5 ? 2 : m < 7.5 ? 5 : 10) * power;
}

std::string axis_lines(const Axis& axis, char name, const Range& r) {
  std::string text;
  if (!axis.label.empty())
    text += fmt::format("set {}label {} noenhanced textcolor rgb '{}'\n", name, quoted(axis.label),
                        frame_colour);
  text += fmt::format("set {}range [{}:{}]\n", name, number(r.low), number(r.high));
  if (!axis.logarithmic && axis.names.empty())
    text += fmt::format("set {}tics {}\n", name, number(nice_step(r.high - r.low)));
  if (axis.logarithmic)
    text += fmt::format("set logscale {0}\nset {0}tics {1}\n", name, logarithmic_tics(r));
  if (!axis.names.empty()) {
    std::string names;
    for (std::size_t k = 0; k < axis.names.size(); ++k)
      names += fmt::format("{}{} {}", k > 0 ? ", " : "", quoted(axis.names[k]), k);
    text += fmt::format("set {}tics ({}) noenhanced scale 0\n", name, names);
  }
  return text;
}

/// The clauses of one series for `plot`; `rows` picks its rows of the CSV.
std::vector<std::string> clauses(const Series& s, const std::string& rows) {
  const std::string title =
      s.label.empty() ? "notitle" : "title " + quoted(s.label) + " noenhanced";
  const std::string rgb = "lc rgb " + colour(s);
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
    case Mark::points:
      points(7);
      break;
    case Mark::open_points:
      points(6);
      break;
    case Mark::upper_limit:
      points(11);
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

std::string panel_lines(const Figure& figure, std::size_t k, const std::string& csv,
                        std::size_t& row) {
  const Panel& panel = figure.panels[k];
  const auto columns = static_cast<std::size_t>(figure.columns);
  const std::size_t lines = (figure.panels.size() + columns - 1) / columns;
  const double w = 1.0 / figure.columns;
  const double h = 1.0 / static_cast<double>(lines);
  std::string text = fmt::format("\nset origin {:.5f},{:.5f}\nset size {:.5f},{:.5f}\n",
                                 static_cast<double>(k % columns) * w,
                                 1 - static_cast<double>(k / columns + 1) * h, w, h);
  text +=
      "unset label\nunset arrow\nunset logscale\nunset title\nunset xlabel\nunset ylabel\n"
      "set xtics autofreq enhanced\nset ytics autofreq enhanced\n";
  text += panel.square ? "set size square\n" : "set size nosquare\n";
  text += axis_lines(panel.x, 'x', range_of(panel, true));
  text += axis_lines(panel.y, 'y', range_of(panel, false));
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
  text +=
      panel.legend
          ? fmt::format(
                "set key {} Left reverse samplen 1.6 spacing 1.1 font ',11' textcolor rgb '{}'\n",
                panel.legend_below ? "bottom right" : "top right", frame_colour)
          : "unset key\n";
  std::string plots;
  for (const Series& s : panel.series) {
    if (s.mark == Mark::vertical)
      for (const double x : s.x)
        text += fmt::format(
            "set arrow from first {0}, graph 0 to first {0}, graph 1 nohead back lw 1 dt (3,3) lc "
            "rgb {1}\n",
            number(x), colour(s));
    const std::string rows =
        fmt::format("{} every ::{}::{} skip 1", quoted(csv), row, row + s.x.size() - 1);
    row += s.x.size();
    if (s.x.empty()) continue;
    for (const std::string& clause : clauses(s, rows))
      plots += fmt::format("{}{}", plots.empty() ? "" : ", \\\n  ", clause);
  }
  // A panel without curves still shows its axes and guides.
  text += "plot " + (plots.empty() ? std::string("NaN notitle") : plots) + "\n";
  return text;
}

}  // namespace

std::string figure_csv(const Figure& figure) {
  std::string text = "panel,series,label,x,y,low,high\n";
  for (std::size_t p = 0; p < figure.panels.size(); ++p) {
    const std::vector<Series>& all = figure.panels[p].series;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const Series& s = all[k];
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
  return text;
}

std::string gnuplot_script(const Figure& figure, const std::string& csv, const std::string& svg,
                           const std::string& answer) {
  const auto columns = static_cast<std::size_t>(figure.columns);
  const std::size_t lines = (figure.panels.size() + columns - 1) / columns;
  std::string text = fmt::format(
      "# {}\n"
      "set terminal svg size {},{} dynamic enhanced rounded font 'Helvetica,12' name {}\n"
      "set encoding utf8\n"
      "set output {}\n"
      "set datafile separator comma\n"
      "set border 3 lw 1 lc rgb '{}'\n"
      "set tics nomirror out scale 0.5 textcolor rgb '{}'\n"
      "set grid back lt 1 lw 0.8 lc rgb '{}'\n"
      "set lmargin 9\nset rmargin 2.5\nset bmargin 3.6\n"
      "set style fill solid noborder\n"
      "set errorbars small\n"
      "set multiplot\n",
      figure.name, figure.panel_width * figure.columns,
      static_cast<std::size_t>(figure.panel_height) * lines, quoted(figure.name), quoted(svg),
      frame_colour, frame_colour, grid_colour);
  for (const Panel& panel : figure.panels)
    if (!panel.y.names.empty()) {
      std::size_t longest = 0;
      for (const std::string& name : panel.y.names) longest = std::max(longest, name.size());
      text += fmt::format("set lmargin {}\n", 3 + longest);
      break;
    }
  std::size_t row = 0;
  for (std::size_t k = 0; k < figure.panels.size(); ++k) text += panel_lines(figure, k, csv, row);
  text += fmt::format("\nunset multiplot\nunset output\nset print '-'\nprint {}\n", quoted(answer));
  return text;
}

}  // namespace vitrion::engines
