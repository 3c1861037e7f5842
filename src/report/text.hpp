// Text of a page: escaped words, numbers with as many digits as their interval deserves, units as
// printed.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::report {

/// & < > " ' as entities.
[[nodiscard]] std::string escaped(std::string_view text);

/// "cm2/s" as "cm² s⁻¹"; what is not known stays as it is, escaped.
[[nodiscard]] std::string unit_html(const std::string& unit);

/// A number with `digits` significant digits, as 1.2 × 10⁻⁵ where it is small or large.
[[nodiscard]] std::string number_html(double x, int digits = 3);

/// "2.043 g cm⁻³" and "[2.031, 2.055]" of an estimate that is not refused, with two significant
/// digits of the shorter side of the interval. An interval without width is an empty text.
[[nodiscard]] std::string value_html(const analysis::Estimate& e, bool with_unit = true);
[[nodiscard]] std::string interval_html(const analysis::Estimate& e);

/// "2.043 [2.031, 2.055] g cm⁻³"; or "refused", with the bound if there is one. The reason or the
/// method is the title that a pointer shows.
[[nodiscard]] std::string estimate_html(const analysis::Estimate& e, bool with_unit = true);

/// The same without unit, of the estimate that an analysis record keeps under `key`; "-" without
/// one.
[[nodiscard]] std::string estimate_cell(const nlohmann::json& record, const char* key);

/// "1 frame", "3 frames".
[[nodiscard]] std::string counted(std::size_t n, const std::string& one);

/// Lines of plain text as a list; nothing if there are none.
[[nodiscard]] std::string list_html(const std::vector<std::string>& lines);

/// "Na₃PS₃.₄O₀.₆" from "Na3PS3.4O0.6": digits after letters as subscripts.
[[nodiscard]] std::string formula_html(const std::string& formula);

/// `svg` without its XML head and with every id, and every reference to one, given a prefix: two
/// figures in one page must not share names.
[[nodiscard]] std::string inline_svg(std::string svg, const std::string& prefix);

}  // namespace vitrion::report
