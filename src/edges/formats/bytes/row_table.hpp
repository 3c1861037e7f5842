// RowTable: a block of lines, one per atom, with the same columns; numbers and species are taken,
// the rest skipped.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/vec3.hpp"
#include "edges/formats/bytes/line_reader.hpp"

namespace vitrion::formats {

/// Names in the order in which they were first seen.
struct NameTable {
  std::vector<std::string> names;

  /// The index of a name, which is added if it is new.
  int index(std::string_view name);
};

struct Column {
  enum class Use { skip, number, species };
  std::string name;  ///< for errors
  Use use = Use::skip;
};

class RowTable {
 public:
  /// With `exact` a line may have no words after the last column.
  RowTable(std::vector<Column> columns, bool exact);

  /// Reads `rows` lines, replacing what was held. Memory grows with what is read, so that a damaged
  /// count ends in an error and not in an allocation.
  /// @throws InputError with place, column and value.
  void read(LineReader& lines, std::size_t rows, NameTable& names);

  [[nodiscard]] std::size_t rows() const { return rows_; }
  /// Slot of the numbers of a column, to be used with number().
  [[nodiscard]] std::size_t slot(std::size_t column) const { return slots_[column]; }
  [[nodiscard]] double number(std::size_t row, std::size_t slot) const {
    return numbers_[row * width_ + slot];
  }
  [[nodiscard]] Vec3 vector(std::size_t row, std::size_t slot) const {
    const double* const x = &numbers_[row * width_ + slot];
    return {x[0], x[1], x[2]};
  }
  /// (rows) index into the names; empty if no column has species.
  [[nodiscard]] const std::vector<int>& species() const { return species_; }

 private:
  void read_row(LineReader& lines, std::string_view line, NameTable& names);

  std::vector<Column> columns_;
  std::vector<std::size_t> slots_;
  std::size_t width_ = 0;  // numbers per row
  bool exact_;
  std::size_t rows_ = 0;
  std::vector<double> numbers_;
  std::vector<int> species_;
};

}  // namespace vitrion::formats
