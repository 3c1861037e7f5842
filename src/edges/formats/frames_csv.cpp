#include "edges/formats/frames_csv.hpp"

#include <fmt/format.h>

#include <optional>
#include <set>

#include "base/error.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

namespace {

using Field = std::optional<std::string>;

class CsvParser {
 public:
  CsvParser(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// The fields up to the end of the record, which may span lines inside quotes.
  std::vector<Field> record() {
    std::vector<Field> fields;
    ++line_;
    for (;;) {
      fields.push_back(field());
      if (done()) return fields;
      const char c = text_[at_++];
      if (c == ',') continue;
      if (c == '\r' && !done() && text_[at_] == '\n') ++at_;
      return fields;
    }
  }

  [[noreturn]] void fail(std::string_view what) const {
    throw InputError(fmt::format("{}:{}: {}", path_, line_, what));
  }

 private:
  Field field() {
    if (done()) return std::nullopt;
    if (text_[at_] != '"') {
      const std::size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
      const std::string_view plain = text_.substr(at_, end - at_);
      at_ = end;
      if (plain.empty()) return std::nullopt;
      return std::string(plain);
    }
    std::string value;
    for (++at_;; ++at_) {
      if (done()) fail("a quoted field is not closed");
      if (text_[at_] == '\n') ++line_;
      if (text_[at_] == '"') {
        if (++at_ == text_.size() || text_[at_] != '"') break;
      }
      value += text_[at_];
    }
    if (!done() && std::string_view(",\r\n").find(text_[at_]) == std::string_view::npos)
      fail("text follows the closing quote of a field");
    return value;
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

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
  if (parser.done())
    throw InputError(fmt::format("{}: is empty, but a line of keys is needed", path));
  std::vector<std::string> keys;
  for (Field& key : parser.record()) {
    if (!key || key->empty()) parser.fail("a column has no key");
    for (const std::string& other : keys)
      if (other == *key) parser.fail(fmt::format("key '{}' is given twice", other));
    keys.push_back(std::move(*key));
  }
  std::vector<structures::Info> rows;
  while (!parser.done()) {
    std::vector<Field> fields = parser.record();
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
