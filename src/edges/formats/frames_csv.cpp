#include "edges/formats/frames_csv.hpp"

#include <fmt/format.h>

#include <set>

#include "edges/formats/bytes/csv.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

namespace {

void append_field(std::string& text, const std::string& value) {
  if (!value.empty() && value.find_first_of(",\"\r\n") == value.npos) {
    text += value;
    return;
  }
  text += '"';
  for (const char c : value) {
    if (c == '"') text += '"';
    text += c;
  }
  text += '"';
}

}  // namespace

std::vector<structures::Info> read_frames_csv(const std::string& path) {
  const std::string text = read_whole_file(path);
  CsvParser parser(path, text);
  const std::vector<std::string> keys = parser.head();
  std::vector<structures::Info> rows;
  while (!parser.done()) {
    std::vector<CsvParser::Field> fields = parser.record();
    if (fields.size() != keys.size())
      parser.fail(fmt::format("the row has {} fields, but the head has {} keys", fields.size(),
                              keys.size()));
    structures::Info info;
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (fields[k]) info[keys[k]] = std::move(*fields[k]);
    rows.push_back(std::move(info));
  }
  return rows;
}

void write_frames_csv(const std::string& path, const std::vector<structures::Info>& rows) {
  std::set<std::string> keys;
  for (const auto& info : rows)
    for (const auto& [key, value] : info) keys.insert(key);
  std::string text;
  const char* separator = "";
  for (const std::string& key : keys) {
    append_field(text += separator, key);
    separator = ",";
  }
  text += '\n';
  for (const auto& info : rows) {
    separator = "";
    for (const std::string& key : keys) {
      text += separator;
      separator = ",";
      if (const auto it = info.find(key); it != info.end()) append_field(text, it->second);
    }
    text += '\n';
  }
  OutputFile file(path);
  file.write(text);
  file.commit();
}

}  // namespace vitrion::formats
