#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace vitrion::report {

namespace {

int exponent_of(double x) {
  return x == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::abs(x))));
}

bool needs_power(double x) {
  return x != 0 && (std::abs(x) < 1e-3 || std::abs(x) >= 1e5);
}

std::string power_html(int exponent) {
  return fmt::format(" × 10<sup>{}{}</sup>", exponent < 0 ? "−" : "", std::abs(exponent));
}

/// A minus sign instead of a hyphen.
std::string fixed(double x, int decimals) {
  std::string text = fmt::format("{:.{}f}", x, std::clamp(decimals, 0, 12));
  if (text[0] == '-') text = fmt::format("−{}", text.substr(1));
  return text;
}

void replace_all(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += c;
    }
  return result;
}

std::string unit_html(const std::string& unit) {
  static const std::map<std::string, std::string> known = {{"1", ""},
                                                           {"cm2/s", "cm² s⁻¹"},
                                                           {"S/cm", "S cm⁻¹"},
                                                           {"g/cm3", "g cm⁻³"},
                                                           {"A3", "Å³"},
                                                           {"eV/A", "eV Å⁻¹"},
                                                           {"eV/atom", "eV/atom"},
                                                           {"A2", "Å²"},
                                                           {"A", "Å"},
                                                           {"ln(S K/cm)", "ln(S K cm⁻¹)"}};
  const auto found = known.find(unit);
  return found == known.end() ? escaped(unit) : found->second;
}

std::string number_html(double x, int digits) {
  if (!needs_power(x)) return fixed(x, digits - 1 - exponent_of(x));
  const int e = exponent_of(x);
  return fixed(x / std::pow(10.0, e), digits - 1) + power_html(e);
}

std::string estimate_html(const analysis::Estimate& e, bool with_unit) {
  const std::string unit =
      with_unit && !unit_html(e.unit).empty() ? fmt::format(" {}", unit_html(e.unit)) : "";
  if (e.is_refused()) {
    const std::string bound =
        e.upper95 ? fmt::format(": &lt; {}{} (95 %)", number_html(*e.upper95, 2), unit) : "";
    return fmt::format("<span class=\"refused\" title=\"{}\">refused{}</span>", escaped(e.refused),
                       bound);
  }
  const double half = e.half_width();
  const int e10 = needs_power(*e.value) ? exponent_of(*e.value) : 0;
  const double scale = std::pow(10.0, e10);
  // Two digits of the interval; a value without one gets four of its own.
  const int decimals = half > 0 ? 1 - exponent_of(half / scale) : 3 - exponent_of(*e.value / scale);
  std::string text = fixed(*e.value / scale, decimals);
  if (half > 0)
    text += fmt::format(" <span class=\"interval\">[{}, {}]</span>", fixed(e.low / scale, decimals),
                        fixed(e.high / scale, decimals));
  if (e10 != 0) text += power_html(e10);
  return fmt::format("<span title=\"{}\">{}{}</span>", escaped(e.method), text, unit);
}

std::string formula_html(const std::string& formula) {
  std::string result;
  bool in_number = false;
  for (std::size_t i = 0; i < formula.size(); ++i) {
    const char c = formula[i];
    const bool digit = std::isdigit(static_cast<unsigned char>(c)) != 0 || (c == '.' && in_number);
    const bool after_letter =
        i > 0 &&
        (std::isalpha(static_cast<unsigned char>(formula[i - 1])) != 0 || formula[i - 1] == ')');
    if (digit && !in_number && after_letter) {
      result += "<sub>";
      in_number = true;
    }
    if (!digit && in_number) {
      result += "</sub>";
      in_number = false;
    }
    result += escaped(std::string(1, c));
  }
  return in_number ? result + "</sub>" : result;
}

std::string inline_svg(std::string svg, const std::string& prefix) {
  const std::size_t start = svg.find("<svg");
  if (start != std::string::npos) svg.erase(0, start);
  for (const char quote : {'"', '\''}) {
    replace_all(svg, fmt::format(" id={}", quote), fmt::format(" id={}{}-", quote, prefix));
    replace_all(svg, fmt::format("href={}#", quote), fmt::format("href={}#{}-", quote, prefix));
  }
  replace_all(svg, "url(#", fmt::format("url(#{}-", prefix));
  return svg;
}

}  // namespace vitrion::report
