// gnuplot: a figure as a CSV file and a script that draws it to SVG; a person can run the script by
// hand.
#pragma once

#include <string>

#include "report/figure.hpp"

namespace vitrion::engines {

/// The program that runs the scripts, by its name in PATH.
inline constexpr const char* gnuplot_program = "gnuplot";

/// All numbers of a figure: `panel,series,label,x,y,low,high`, one row a point, empty where there
/// is none.
[[nodiscard]] std::string figure_csv(const report::Figure& figure);

/// A script that reads `csv`, draws to `svg` and, when it came to its end, prints `answer` as a
/// line.
[[nodiscard]] std::string gnuplot_script(const report::Figure& figure, const std::string& csv,
                                         const std::string& svg, const std::string& answer);

}  // namespace vitrion::engines
