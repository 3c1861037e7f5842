#include "app/table.hpp"

#include <fmt/format.h>

#include <charconv>
#include <fstream>
#include <limits>
#include <vector>

#include "base/error.hpp"

namespace vitrion::app {

namespace {

/// Words of a line, parted by commas or blanks.
std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words(1);
  const bool csv = line.find(',') != std::string::npos;
  for (const char c : line) {
    if (csv ? c == ',' : c == ' ' || c == '\t') {
      if (csv || !words.back().empty()) words.emplace_back();
    } else if (c != '\r') {
      words.back() += c;
    }
  }
  if (!csv && words.back().empty()) words.pop_back();
  return words;
}

}  // namespace

report::Table read_table(const std::string& path) {
  std::ifstream in(path);
  if (!in) throw InputError(fmt::format("{} cannot be read", path));
  report::Table table;
  std::string line;
  while (std::getline(in, line)) {
    if (table.names.empty()) {
      if (line.starts_with('#')) line.erase(0, 1);
      table.names = words_of(line);
      table.columns.resize(table.names.size());
      continue;
    }
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> words = words_of(line);
    if (words.size() != table.names.size()) continue;  // the last line of a curve that was cut
    for (std::size_t k = 0; k < words.size(); ++k) {
      double value = std::numeric_limits<double>::quiet_NaN();
      std::from_chars(words[k].data(), words[k].data() + words[k].size(), value);
      table.columns[k].push_back(value);
    }
  }
  return table;
}

}  // namespace vitrion::app
