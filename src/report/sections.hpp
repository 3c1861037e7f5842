// The sections of the page, one function each; an empty text is a section that has nothing to show.
#pragma once

#include <functional>
#include <string>

#include "report/page.hpp"

namespace vitrion::report {

/// HTML of a drawn figure with its caption, by name; empty if there is none.
using FigureHtml = std::function<std::string(const std::string&)>;

/// What was run, the numbers that matter most, and the self-checks as traffic lights.
[[nodiscard]] std::string head_section(const Record& record);
[[nodiscard]] std::string claims_section(const Record& record);
[[nodiscard]] std::string glass_section(const Record& record, const PageInputs& inputs,
                                        const FigureHtml& figure);
[[nodiscard]] std::string structure_section(const Record& record);
[[nodiscard]] std::string transport_section(const Record& record);
[[nodiscard]] std::string mechanism_section(const Record& record);
/// The paper's figures, and why one is missing.
[[nodiscard]] std::string figures_section(const PageInputs& inputs, const FigureHtml& figure);
[[nodiscard]] std::string potential_section(const Record& record, const FigureHtml& figure);
[[nodiscard]] std::string uncertainty_section(const Record& record);
[[nodiscard]] std::string methods_section(const Record& record);
[[nodiscard]] std::string provenance_section(const Record& record, const FigureHtml& figure);

/// "Na3PS3.4O0.6" of Na3PS(4-x)Ox, to three decimals.
[[nodiscard]] std::string composition_name(double x);

}  // namespace vitrion::report
