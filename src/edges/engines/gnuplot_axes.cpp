#include "edges/engines/gnuplot_axes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace vitrion::engines {

using report::Axis;
using report::Mark;
using report::Panel;
using report::Series;

namespace {

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

/// A label as gnuplot's enhanced text, in which ^{...} is a superscript and _ is none.
std::string enhanced(const std::string& label) {
  std::string text;
  for (const char c : label)
    text.append(c == '_' || c == '@' || c == '&' || c == '~' ? "\\" : "") += c;
  return text;
}

}  // namespace

std::string number(double x) {
  if (!std::isfinite(x)) return "NaN";
  char text[32];
  return {text, std::to_chars(text, text + sizeof text, x).ptr};
}

std::string quoted(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'') result += '\'';
    result += c == '\n' ? ' ' : c;
  }
  return result += '\'';
}

std::string colour(const std::string& rgb, double opacity) {
  if (opacity >= 1) return quoted(rgb);
  const int transparency = static_cast<int>(std::lround(255 * (1 - std::clamp(opacity, 0.0, 1.0))));
  return quoted(fmt::format("#{:02x}{}", transparency, rgb.substr(1)));
}

void Range::add(double v) {
  if (!std::isfinite(v) || (logarithmic && v <= 0)) return;
  low = std::min(low, v);
  high = std::max(high, v);
}

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
    // The colours of a coloured line are no heights.
    const bool coloured = s.mark == Mark::coloured_line;
    for (const double v : x_axis || s.mark == Mark::vertical ? s.x : s.y) r.add(v);
    const bool across = s.mark == Mark::bars;  // error bars lie along x for bars, along y else
    if (across == x_axis && !coloured) {
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

std::string axis_lines(const Axis& axis, char name, const Range& r) {
  std::string text;
  if (!axis.label.empty())
    text += fmt::format("set {}label {} textcolor rgb '{}'\n", name, quoted(enhanced(axis.label)),
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

}  // namespace vitrion::engines
