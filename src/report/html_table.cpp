#include "report/html_table.hpp"

namespace vitrion::report {

HtmlTable::HtmlTable(std::vector<std::string> heads) : heads_(std::move(heads)) {
  for (std::string& head : heads_) {
    right_.push_back(head.starts_with('>'));
    if (right_.back()) head.erase(0, 1);
  }
}

void HtmlTable::row(const std::vector<std::string>& cells) {
  rows_ += "<tr>";
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const char* tag = k == 0 ? "th" : "td";
    rows_.append("<").append(tag).append(k < right_.size() && right_[k] ? " class=\"right\">"
                                                                        : ">");
    rows_.append(cells[k]).append("</").append(tag).append(">");
  }
  rows_ += "</tr>\n";
}

std::string HtmlTable::html(const std::string& note) const {
  if (empty()) return {};
  std::string text = "<div class=\"scroll\"><table><thead><tr>";
  for (std::size_t k = 0; k < heads_.size(); ++k)
    text.append(right_[k] ? "<th class=\"right\">" : "<th>").append(heads_[k]).append("</th>");
  text.append("</tr></thead><tbody>\n").append(rows_).append("</tbody></table></div>\n");
  if (!note.empty()) text.append("<p class=\"under\">").append(note).append("</p>\n");
  return text;
}

}  // namespace vitrion::report
