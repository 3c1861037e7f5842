// Which line of a JSON text a key stands on, so that an error can name it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace vitrion::formats {

/// Lines (from 1) of all keys of a valid JSON text, by dotted path: "model.descriptor.rcut".
[[nodiscard]] std::map<std::string, int, std::less<>> json_key_lines(std::string_view text);

}  // namespace vitrion::formats
