#include "edges/formats/bytes/row_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "edges/formats/bytes/numbers.hpp"

namespace vitrion::formats {

namespace {

/// The number at p, which must end at a blank or the line's end; null if there is none.
const char* scan_number(const char* p, const char* end, double& x) {
  const auto [stop, error] = std::from_chars(p, end, x);
  if (error == std::errc{} && (stop == end || is_blank(*stop)) && std::isfinite(x)) return stop;
  // The rare spellings: a plus sign, a number too small for a double.
  Words words({p, static_cast<std::size_t>(end - p)});
  const std::string_view word = words.next();
  return parse(word, x) ? p + word.size() : nullptr;
}

}  // namespace

int NameTable::index(std::string_view name) {
  for (std::size_t k = 0; k < names.size(); ++k)
    if (names[k] == name) return static_cast<int>(k);
  names.emplace_back(name);
  return static_cast<int>(names.size()) - 1;
}

RowTable::RowTable(std::vector<Column> columns, bool exact)
    : columns_(std::move(columns)), slots_(columns_.size(), 0), exact_(exact) {
  for (std::size_t k = 0; k < columns_.size(); ++k)
    if (columns_[k].use == Column::Use::number) slots_[k] = width_++;
}

void RowTable::read_row(LineReader& lines, std::string_view line, NameTable& names) {
  const char* p = line.data();
  const char* const end = p + line.size();
  for (const Column& column : columns_) {
    while (p != end && is_blank(*p)) ++p;
    if (p == end)
      lines.fail(fmt::format("the line of atom {} ends before column '{}'; {} columns are needed",
                             rows_ + 1, column.name, columns_.size()));
    const char* const start = p;
    if (column.use == Column::Use::number) {
      double x = 0;
      p = scan_number(start, end, x);
      if (p == nullptr)
        lines.fail(fmt::format("column '{}' of atom {} is '{}', but a finite number is needed",
                               column.name, rows_ + 1,
                               Words({start, static_cast<std::size_t>(end - start)}).next()));
      numbers_.push_back(x);
      continue;
    }
    while (p != end && !is_blank(*p)) ++p;
    if (column.use == Column::Use::species)
      species_.push_back(names.index({start, static_cast<std::size_t>(p - start)}));
  }
  if (!exact_) return;
  while (p != end && is_blank(*p)) ++p;
  if (p != end)
    lines.fail(fmt::format("the line of atom {} has more than the {} columns it should have",
                           rows_ + 1, columns_.size()));
}

void RowTable::read(LineReader& lines, std::size_t rows, NameTable& names) {
  numbers_.clear();
  species_.clear();
  for (rows_ = 0; rows_ < rows; ++rows_) {
    const auto line = lines.next();
    if (!line)
      throw InputError(
          fmt::format("{}:{}: the file ends inside a frame: {} atoms are announced, {} are there",
                      lines.path(), lines.line_number(), rows, rows_));
    read_row(lines, *line, names);
  }
}

}  // namespace vitrion::formats
