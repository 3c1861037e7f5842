// gnuplot: a figure as a CSV file and a script that draws it; a person can run the script by hand.
#pragma once

#include <string>
#include <vector>

#include "report/figure.hpp"

namespace vitrion::engines {

/// The program that runs the scripts, by its name in PATH.
inline constexpr const char* gnuplot_program = "gnuplot";

/// A picture file.
struct Drawing {
  enum Kind { svg, pdf, png } kind = svg;
  std::string path;
};

/// All numbers of a figure: `panel,series,label,x,y,low,high`, one row a point, empty where there
/// is none; an inset's after its panel's, shapes and words of drawings at the end.
[[nodiscard]] std::string figure_csv(const report::Figure& figure);

/// A script that reads `csv`, draws each of `drawings` and, when it came to its end, prints
/// `answer` as a line.
[[nodiscard]] std::string gnuplot_script(const report::Figure& figure, const std::string& csv,
                                         const std::vector<Drawing>& drawings,
                                         const std::string& answer);

}  // namespace vitrion::engines
