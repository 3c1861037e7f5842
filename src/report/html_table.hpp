// A table of the page: heads, rows, a note under it; wide ones scroll on their own.
#pragma once

#include <string>
#include <vector>

namespace vitrion::report {

class HtmlTable {
 public:
  /// Heads are HTML; one that starts with '>' is a column of numbers, set to the right.
  explicit HtmlTable(std::vector<std::string> heads);

  /// Cells are HTML; the first heads the row.
  void row(const std::vector<std::string>& cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// An empty table is an empty text.
  [[nodiscard]] std::string html(const std::string& note = {}) const;

 private:
  std::vector<std::string> heads_;
  std::vector<bool> right_;
  std::string rows_;
};

}  // namespace vitrion::report
