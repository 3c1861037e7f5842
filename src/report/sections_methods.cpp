// The methods as the study's settings have them, each beside the paper's; and the paper's figures.
#include <fmt/format.h>

#include <algorithm>

#include "report/figures.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

std::string methods_section(const Record& record) {
  if (record.methods.empty())
    return "<p class=\"absent\">The record does not hold the settings beside the paper's; the "
           "study file in the run folder has them.</p>\n";
  const auto deviations = std::count_if(record.methods.begin(), record.methods.end(),
                                        [](const Method& m) { return m.deviates; });
  std::string html = fmt::format(
      "<p>Written from the settings of this run. {} of {} settings that the paper states differ "
      "from it; they are marked with ≠.</p>\n<div class=\"scroll\"><table class=\"methods\"><thead>"
      "<tr><th>setting</th><th>here</th><th>the paper</th></tr></thead><tbody>\n",
      deviations, std::count_if(record.methods.begin(), record.methods.end(), [](const Method& m) {
        return !m.paper.empty();
      }));
  std::string group;
  for (const Method& m : record.methods) {
    if (m.group != group)
      html +=
          fmt::format("<tr><th colspan=\"3\" scope=\"colgroup\">{}</th></tr>\n", escaped(m.group));
    group = m.group;
    html += fmt::format(
        "<tr><th scope=\"row\">{}</th><td{}>{}{}{}</td><td>{}</td></tr>\n", escaped(m.name),
        m.deviates ? " class=\"deviates\"" : "", m.deviates ? "≠ " : "", escaped(m.value),
        m.note.empty() ? "" : fmt::format("<span class=\"note\">{}</span>", escaped(m.note)),
        m.paper.empty() ? "<span class=\"muted\">does not say</span>" : escaped(m.paper));
  }
  return html + "</tbody></table></div>\n";
}

std::string figures_section(const PageInputs& inputs, const FigureHtml& figure) {
  std::string html =
      "<p>The paper's panels, drawn from this study. Each lies in <code>figures/</code> as SVG, "
      "PDF "
      "and PNG, with its numbers as CSV and JSON.</p>\n";
  for (const Figure& f : inputs.figures)
    if (!f.panel_of_paper.empty()) html += figure(f.name);
  const std::vector<std::string> absent = absent_figures(inputs.figures);
  if (!absent.empty())
    html += "<h3>What this study has nothing for</h3>\n<div class=\"absent\">" + list_html(absent) +
            "</div>\n";
  return html;
}

}  // namespace vitrion::report
