// Table: named columns of numbers, as a CSV file or a learning curve holds them.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace vitrion::report {

struct Table {
  std::vector<std::string> names;
  std::vector<std::vector<double>> columns;  ///< as many as names, of one length

  [[nodiscard]] std::size_t rows() const { return columns.empty() ? 0 : columns[0].size(); }
  /// The column of a name, or nullptr.
  [[nodiscard]] const std::vector<double>* find(const std::string& name) const {
    for (std::size_t k = 0; k < names.size(); ++k)
      if (names[k] == name) return &columns[k];
    return nullptr;
  }
};

/// Tables by the path that the record gives them; a file that could not be read has none.
using Tables = std::map<std::string, Table>;

}  // namespace vitrion::report
