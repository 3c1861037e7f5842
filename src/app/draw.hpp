// One figure into one SVG file.
#pragma once

#include <string>

#include "report/figure.hpp"

namespace vitrion::app {

/// Runs gnuplot. @throws Error with its last words if nothing was drawn.
void draw_figure(const report::Figure& figure, const std::string& svg);

}  // namespace vitrion::app
