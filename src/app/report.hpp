// report.html of a run folder, from its record.json and the files that it names.
#pragma once

#include <string>

namespace vitrion::app {

/// Draws the figures into RUN/figures and writes RUN/report.html; returns its path. A figure that
/// cannot be drawn (no gnuplot) is named in the page and on standard error, and the rest is made.
/// @throws InputError if there is no record or it is not one.
std::string write_report(const std::string& run_folder);

}  // namespace vitrion::app
