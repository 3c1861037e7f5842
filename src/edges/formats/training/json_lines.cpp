#include "edges/formats/training/json_lines.hpp"

#include <vector>

namespace vitrion::formats {

namespace {

/// One open object or array on the way down.
struct Level {
  bool object;
  std::string key;  ///< the current key of an object
};

/// The end of the string literal that begins at `at` (its closing quote).
std::size_t closing_quote(std::string_view text, std::size_t at) {
  for (++at; at < text.size() && text[at] != '"'; ++at)
    if (text[at] == '\\') ++at;
  return at;
}

std::string path_of(const std::vector<Level>& levels) {
  std::string path;
  for (const Level& level : levels) {
    if (!level.object) continue;
    if (!path.empty()) path += '.';
    path += level.key;
  }
  return path;
}

}  // namespace

std::map<std::string, int, std::less<>> json_key_lines(std::string_view text) {
  std::map<std::string, int, std::less<>> lines;
  std::vector<Level> levels;
  int line = 1;
  bool key_expected = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (c == '\n') ++line;
    if (c == '{' || c == '[') levels.push_back({c == '{', {}});
    if ((c == '}' || c == ']') && !levels.empty()) levels.pop_back();
    if (c == '{' || c == ',')
      key_expected = !levels.empty() && levels.back().object;
    else if (c == ':' || c == '[')
      key_expected = false;
    if (c != '"') continue;
    const std::size_t end = closing_quote(text, at);
    if (key_expected && !levels.empty()) {
      levels.back().key = std::string(text.substr(at + 1, end - at - 1));
      lines.emplace(path_of(levels), line);
    }
    at = end;
  }
  return lines;
}

}  // namespace vitrion::formats
