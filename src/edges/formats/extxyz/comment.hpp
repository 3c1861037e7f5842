// The second line of an extended XYZ frame: key=value pairs with the quoting of ASE and libAtoms.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::formats {

struct KeyValue {
  std::string key;
  std::string value;  ///< without quotes or braces; "T" for a key without a value
  bool has_value = true;
};

/// Keys and values may be bare or in "..." or '...' (backslash escapes); a value also in {...} or
/// [...].
/// @throws InputError for a quote or bracket that is not closed.
[[nodiscard]] std::vector<KeyValue> parse_comment(std::string_view line);
/// The numbers of a value such as "1 0 0", "[[1,0,0],[0,1,0]]"; nothing if something else stands
/// there.
[[nodiscard]] std::optional<std::vector<double>> parse_numbers(std::string_view value);
/// " key=value" with quotes where they are needed.
void append_key_value(std::string& line, std::string_view key, std::string_view value);

}  // namespace vitrion::formats
