// Assets: the page's style sheet and script, built into the program.
#pragma once

#include <string_view>

namespace vitrion::report::assets {

extern const std::string_view style;   ///< assets/style, one after the other
extern const std::string_view script;  ///< the other folders of assets, in one closure

}  // namespace vitrion::report::assets
