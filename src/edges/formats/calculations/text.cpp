#include "edges/formats/calculations/text.hpp"

#include "edges/formats/bytes/numbers.hpp"

namespace vitrion::formats {

std::optional<std::string_view> TextLines::next() {
  if (rest_.empty()) return std::nullopt;
  const std::size_t end = rest_.find('\n');
  std::string_view line = rest_.substr(0, end);
  rest_ = end == rest_.npos ? std::string_view() : rest_.substr(end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::vector<double> numbers_of(std::string_view line) {
  std::vector<double> numbers;
  Words words(line);
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    while (!word.empty()) {
      // A sign that follows no exponent begins the next number.
      std::size_t end = word.find_first_of("+-", 1);
      while (end != word.npos && (word[end - 1] == 'E' || word[end - 1] == 'e'))
        end = word.find_first_of("+-", end + 1);
      double value = 0;
      if (!parse(word.substr(0, end), value)) return numbers;
      numbers.push_back(value);
      word = end == word.npos ? std::string_view() : word.substr(end);
    }
  }
  return numbers;
}

std::optional<double> number_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == line.npos) return std::nullopt;
  std::string_view rest = line.substr(at + key.size());
  const std::size_t begin = rest.find_first_of("+-.0123456789");
  if (begin == rest.npos) return std::nullopt;
  rest = rest.substr(begin);
  double value = 0;
  if (!parse(rest.substr(0, rest.find_first_not_of("+-.0123456789eE")), value)) return std::nullopt;
  return value;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

}  // namespace vitrion::formats
