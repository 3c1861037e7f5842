// The choice nearest to a word, however far it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitrion {

/// The entry of `choices` nearest to `word` by edit distance, those that contain it first; empty if
/// there is none. base/error.hpp's nearest() also asks that it is near enough to be meant.
[[nodiscard]] std::string nearest_of_all(std::string_view word,
                                         const std::vector<std::string>& choices);

}  // namespace vitrion
