// Assets: the page's style sheet and the viewer's script, built into the program.
#pragma once

#include <string_view>

namespace vitrion::report::assets {

extern const std::string_view style;   ///< report.css
extern const std::string_view viewer;  ///< viewer.js

}  // namespace vitrion::report::assets
