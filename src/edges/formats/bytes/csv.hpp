// CSV: records of fields, commas between, quotes as in RFC 4180.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::formats {

class CsvParser {
 public:
  /// An empty field is nothing, a quoted empty field ("") an empty text.
  using Field = std::optional<std::string>;

  /// Both must outlive the parser.
  CsvParser(const std::string& path, std::string_view text) : path_(path), text_(text) {}

  [[nodiscard]] bool done() const { return at_ >= text_.size(); }
  [[nodiscard]] std::size_t line() const { return line_; }

  /// The fields up to the end of the record, which may span lines inside quotes.
  /// @throws InputError "path:line: ..." for a quoted field that does not end, or text after one.
  [[nodiscard]] std::vector<Field> record();
  /// The first record: each column's key, none empty, none twice. @throws InputError with the line.
  [[nodiscard]] std::vector<std::string> head();

  /// "path:line: what"
  [[noreturn]] void fail(std::string_view what) const;

 private:
  Field field();

  const std::string& path_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 0;
};

}  // namespace vitrion::formats
