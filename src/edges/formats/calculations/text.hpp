// What readers of program outputs share: lines, and numbers that stand glued together.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/units.hpp"
#include "base/vec3.hpp"

namespace vitrion::formats {

/// VASP gives stresses in kB.
inline constexpr double kB_per_eV_A3 = units::eV_per_A3_in_bar / 1000;

/// The lines of a text, one after another, without their ends.
class TextLines {
 public:
  explicit TextLines(std::string_view text) : rest_(text) {}
  /// The next line, or nothing at the end.
  [[nodiscard]] std::optional<std::string_view> next();

 private:
  std::string_view rest_;
};

/// The numbers of a line; Fortran prints "1.50000-12.25000" where a column is full. Stops at the
/// first word that is none.
[[nodiscard]] std::vector<double> numbers_of(std::string_view line);
/// The first number after `key`, or nothing.
[[nodiscard]] std::optional<double> number_after(std::string_view line, std::string_view key);
[[nodiscard]] inline bool has(std::string_view line, std::string_view text) {
  return line.find(text) != line.npos;
}
/// Without blanks at both ends.
[[nodiscard]] std::string_view trimmed(std::string_view text);

}  // namespace vitrion::formats
