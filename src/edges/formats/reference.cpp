#include "edges/formats/reference.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "edges/formats/bytes/csv.hpp"
#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::formats {

namespace {

const std::vector<std::string> columns = {"quantity", "x",          "temperature", "value", "unit",
                                          "error",    "confidence", "source",      "note"};

/// One row with its place, so that each error names file, line and column.
class Row {
 public:
  Row(const CsvParser& parser, const std::vector<std::string>& keys,
      std::vector<CsvParser::Field> fields)
      : parser_(parser) {
    if (fields.size() != keys.size())
      parser.fail(fmt::format("the row has {} fields, but the head has {} columns", fields.size(),
                              keys.size()));
    for (std::size_t k = 0; k < keys.size(); ++k)
      if (fields[k]) fields_[keys[k]] = *fields[k];
  }

  [[nodiscard]] std::string text(const std::string& key) const {
    const auto found = fields_.find(key);
    return found == fields_.end() ? "" : found->second;
  }
  [[nodiscard]] std::string needed(const std::string& key) const {
    const std::string found = text(key);
    if (found.empty()) parser_.fail(fmt::format("{} is empty, but is needed", key));
    return found;
  }
  [[nodiscard]] double number(const std::string& key, std::string_view word) const {
    double value = 0;
    if (!parse(word, value)) parser_.fail(fmt::format("{} = '{}' must be a number", key, word));
    return value;
  }
  [[nodiscard]] std::optional<double> optional_number(const std::string& key) const {
    const std::string found = text(key);
    if (found.empty()) return std::nullopt;
    return number(key, found);
  }

 private:
  const CsvParser& parser_;
  std::map<std::string, std::string> fields_;
};

ReferencePoint point_of(const CsvParser& parser, const Row& row) {
  ReferencePoint p;
  p.quantity = row.needed("quantity");
  p.x = row.optional_number("x");
  p.temperature = row.optional_number("temperature");
  if (p.temperature && *p.temperature <= 0)
    parser.fail(fmt::format("temperature = {:g} K must be positive", *p.temperature));
  std::string value = row.needed("value");
  p.upper_bound = value.front() == '<';
  p.value = row.number("value", std::string_view(value).substr(p.upper_bound ? 1 : 0));
  p.unit = row.needed("unit");
  p.error = row.optional_number("error");
  if (p.error && *p.error < 0)
    parser.fail(fmt::format("error = {:g} must not be negative", *p.error));
  p.confidence = row.needed("confidence");
  const std::vector<std::string>& known = reference_confidences();
  if (std::ranges::find(known, p.confidence) == known.end())
    parser.fail(fmt::format("confidence = '{}' must be one of {}{}", p.confidence,
                            fmt::join(known, ", "), did_you_mean(p.confidence, known)));
  p.source = row.needed("source");
  p.note = row.text("note");
  return p;
}

}  // namespace

const std::vector<std::string>& reference_confidences() {
  static const std::vector<std::string> words = {"read", "quoted", "computed", "digitised",
                                                 "unverified"};
  return words;
}

std::vector<ReferencePoint> read_reference(const std::string& path) {
  const std::string text = read_whole_file(path);
  CsvParser parser(path, text);
  const std::vector<std::string> keys = parser.head();
  for (const std::string& key : keys)
    if (std::ranges::find(columns, key) == columns.end())
      parser.fail(fmt::format("column '{}' must be one of {}{}", key, fmt::join(columns, ", "),
                              did_you_mean(key, columns)));
  for (const std::string& column : columns)
    if (column != "note" && std::ranges::find(keys, column) == keys.end())
      parser.fail(fmt::format("column '{}' is missing", column));
  std::vector<ReferencePoint> points;
  while (!parser.done()) {
    std::vector<CsvParser::Field> fields = parser.record();
    const bool blank = std::ranges::none_of(fields, [](const auto& f) { return f.has_value(); });
    if (!blank) points.push_back(point_of(parser, Row(parser, keys, std::move(fields))));
  }
  return points;
}

}  // namespace vitrion::formats
