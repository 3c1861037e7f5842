// The sections of the page, one function each; an empty text is a section that has nothing to show.
#pragma once

#include <functional>
#include <string>

#include "report/page.hpp"

namespace vitrion::report {

/// HTML of a drawn figure with its caption, by name; empty if there is none.
using FigureHtml = std::function<std::string(const std::string&)>;

[[nodiscard]] std::string head_section(const Record& record);
[[nodiscard]] std::string run_section(const Record& record, const FigureHtml& figure);
[[nodiscard]] std::string potential_section(const Record& record, const FigureHtml& figure);
[[nodiscard]] std::string glass_section(const Record& record, const Snapshot& snapshot,
                                        const FigureHtml& figure);
[[nodiscard]] std::string structure_section(const Record& record, const FigureHtml& figure);
[[nodiscard]] std::string transport_section(const Record& record, const FigureHtml& figure);
[[nodiscard]] std::string provenance_section(const Record& record);

}  // namespace vitrion::report
