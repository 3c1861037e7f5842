#include "report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"

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
  if (x == 0) return "0";
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

namespace {

/// How an estimate is printed: its power of ten and the decimals of value and ends.
struct Digits {
  int exponent = 0;
  int decimals = 0;
  bool interval = false;
};

Digits digits_of(const analysis::Estimate& e) {
  Digits d;
  d.exponent = needs_power(*e.value) ? exponent_of(*e.value) : 0;
  const double scale = std::pow(10.0, d.exponent);
  const double shorter = std::min(*e.value - e.low, e.high - *e.value);
  // What rounding leaves of a constant is no interval.
  d.interval = shorter > 1e-9 * std::abs(*e.value);
  d.decimals = d.interval ? 1 - exponent_of(shorter / scale) : 3 - exponent_of(*e.value / scale);
  d.decimals = std::clamp(d.decimals, 0, 5);
  return d;
}

std::string power_of(const Digits& d) {
  return d.exponent == 0 ? std::string() : power_html(d.exponent);
}

std::string unit_of(const analysis::Estimate& e, bool with_unit) {
  const std::string unit = unit_html(e.unit);
  return with_unit && !unit.empty() ? fmt::format(" {}", unit) : std::string();
}

std::string ends_of(const analysis::Estimate& e, const Digits& d) {
  const double scale = std::pow(10.0, d.exponent);
  return fmt::format("[{}, {}]", fixed(e.low / scale, d.decimals),
                     fixed(e.high / scale, d.decimals));
}

}  // namespace

std::string value_html(const analysis::Estimate& e, bool with_unit) {
  const Digits d = digits_of(e);
  return fixed(*e.value / std::pow(10.0, d.exponent), d.decimals) + power_of(d) +
         unit_of(e, with_unit);
}

std::string interval_html(const analysis::Estimate& e) {
  const Digits d = digits_of(e);
  return d.interval ? ends_of(e, d) + power_of(d) : std::string();
}

std::string estimate_html(const analysis::Estimate& e, bool with_unit) {
  if (e.is_refused())
    return fmt::format("<span class=\"refused\" title=\"{}\">refused{}</span>", escaped(e.refused),
                       e.upper95 ? fmt::format(": &lt; {}{} (95 %)", number_html(*e.upper95, 2),
                                               unit_of(e, with_unit))
                                 : "");
  const Digits d = digits_of(e);
  const std::string ends =
      d.interval ? fmt::format(" <span class=\"interval\">{}</span>", ends_of(e, d)) : "";
  return fmt::format("<span title=\"{}\">{}{}{}{}</span>", escaped(e.method),
                     fixed(*e.value / std::pow(10.0, d.exponent), d.decimals), ends, power_of(d),
                     unit_of(e, with_unit));
}

std::string estimate_cell(const nlohmann::json& record, const char* key) {
  return record.is_object() && record.contains(key)
             ? estimate_html(analysis::estimate_from_json(record.at(key)), false)
             : "-";
}

std::string counted(std::size_t n, const std::string& one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

std::string list_html(const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = "<ul>\n";
  for (const std::string& line : lines) html += fmt::format("<li>{}</li>\n", escaped(line));
  return html + "</ul>\n";
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
