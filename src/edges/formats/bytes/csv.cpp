#include "edges/formats/bytes/csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"

namespace vitrion::formats {

std::vector<CsvParser::Field> CsvParser::record() {
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

std::vector<std::string> CsvParser::head() {
  if (done()) throw InputError(fmt::format("{}: is empty, but a line of keys is needed", path_));
  std::vector<std::string> keys;
  for (Field& key : record()) {
    if (!key || key->empty()) fail("a column has no key");
    if (std::ranges::find(keys, *key) != keys.end())
      fail(fmt::format("key '{}' is given twice", *key));
    keys.push_back(std::move(*key));
  }
  return keys;
}

void CsvParser::fail(std::string_view what) const {
  throw InputError(fmt::format("{}:{}: {}", path_, line_, what));
}

CsvParser::Field CsvParser::field() {
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

}  // namespace vitrion::formats
