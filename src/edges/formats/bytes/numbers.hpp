// Words and numbers of a line of text, without locale; numbers are written with the fewest digits
// that give back the same bits.
#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <string>
#include <string_view>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::formats {

inline bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

/// The words of a line, separated by spaces and tabs.
class Words {
 public:
  explicit Words(std::string_view line) : p_(line.data()), end_(line.data() + line.size()) {}

  /// The next word, empty at the end of the line.
  std::string_view next() {
    while (p_ != end_ && is_blank(*p_)) ++p_;
    const char* const start = p_;
    while (p_ != end_ && !is_blank(*p_)) ++p_;
    return {start, static_cast<std::size_t>(p_ - start)};
  }
  /// What is left of the line, without leading blanks.
  std::string_view rest() {
    while (p_ != end_ && is_blank(*p_)) ++p_;
    return {p_, static_cast<std::size_t>(end_ - p_)};
  }

 private:
  const char* p_;
  const char* end_;
};

/// Whether the whole word is a finite number; too small a number is zero, too large a one is
/// refused.
inline bool parse(std::string_view word, double& x) {
  if (word.starts_with('+')) word.remove_prefix(1);
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, x);
  if (error == std::errc::result_out_of_range && stop == end) {
    x = 0;
    return word.find("e-") != word.npos || word.find("E-") != word.npos;
  }
  return error == std::errc{} && stop == end && std::isfinite(x);
}

template <std::integral T>
bool parse(std::string_view word, T& n) {
  if (word.starts_with('+')) word.remove_prefix(1);
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, n);
  return error == std::errc{} && stop == end;
}

inline std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> words;
  Words all(line);
  for (std::string_view word = all.next(); !word.empty(); word = all.next()) words.push_back(word);
  return words;
}

inline void append(std::string& text, double x) {
  char digits[32];
  text.append(digits, std::to_chars(digits, digits + sizeof digits, x).ptr);
}
inline void append(std::string& text, const Vec3& v) {
  for (const double x : v) {
    text += ' ';
    append(text, x);
  }
}

}  // namespace vitrion::formats
