// The paper's claims, each with its verdict; and the page of uncertainty.
#include <fmt/format.h>

#include <algorithm>

#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

namespace {

std::string value_text(const Claim& claim) {
  if (!claim.value) return "-";
  std::string text = number_html(*claim.value, 3);
  if (claim.interval)
    text += fmt::format(" <span class=\"interval\">[{}, {}]</span>",
                        number_html((*claim.interval)[0], 3), number_html((*claim.interval)[1], 3));
  return "<span>" + text + " " + unit_html(claim.unit == "1" ? "" : claim.unit) + "</span>";
}

}  // namespace

std::string claims_section(const Record& record) {
  if (record.claims.empty())
    return "<p class=\"absent\">The paper's claims were not tested: the record holds none. A study "
           "of several compositions has them.</p>\n";
  std::string html =
      "<p>What the paper says, and what this study says of it. <em>Not resolved</em> is an answer: "
      "the data cannot tell, and its interval says how far they are from telling.</p>\n"
      "<div class=\"verdict-bar\" id=\"verdicts\"></div>\n<div class=\"scroll\"><table "
      "class=\"claims\"><thead><tr><th>the paper says</th><th>verdict</th><th>value, 95 %</th>"
      "<th>test</th></tr></thead><tbody>\n";
  for (const Claim& c : record.claims) {
    std::string kind = c.verdict;
    std::replace(kind.begin(), kind.end(), ' ', '-');
    html += fmt::format(
        "<tr data-verdict=\"{0}\" id=\"claim-{1}\"><td class=\"statement\">{2}<span "
        "class=\"place\">{3}</span></td><td><span class=\"verdict {4}\">{0}</span></td><td>{5}</td>"
        "<td>{6}<span class=\"reason\">{7}</span></td></tr>\n",
        c.verdict, escaped(c.id), escaped(c.statement), escaped(c.place), kind, value_text(c),
        escaped(c.test), escaped(c.reason));
  }
  return html + "</tbody></table></div>\n";
}

std::string uncertainty_section(const Record& record) {
  if (!record.uncertainty.is_object())
    return "<p class=\"absent\">The variance was not split: that needs two glasses of a "
           "composition or more, each run at the same temperatures.</p>\n";
  return "<p>Where the error of a conductivity comes from: glasses of one composition differ, a "
         "run "
         "is finite, and the same run gives another D by another protocol. And how long a run "
         "would have to be.</p>\n<div class=\"panels\" id=\"panels-uncertainty\"></div>\n"
         "<div id=\"uncertainty-table\"></div>\n";
}

}  // namespace vitrion::report
