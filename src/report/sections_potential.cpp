// The potential: its errors, the search for frames worth a label, and how it was learnt.
#include <fmt/format.h>

#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

std::string potential_section(const Record& record, const FigureHtml& figure) {
  HtmlTable table({"labels", "quantity", ">RMSE", ">MAE", "unit", ">numbers", ">frames"});
  for (const Parity& p : record.potential.parity)
    table.row({escaped(p.level + " " + p.set), escaped(p.quantity), number_html(p.rmse, 3),
               number_html(p.mae, 3), unit_html(p.unit), fmt::format("{}", p.n),
               fmt::format("{}", p.frames)});
  std::string html = table.html(
      "Energy and virial per atom, forces per component; drawn in figure 2 above. Only the test "
      "frames judge a potential: no training read them, nor a sibling of theirs.");
  const Selection& s = record.potential.selection;
  if (s.visited > 0)
    html += fmt::format(
        "<h3>Search by model deviation</h3>\n<p>Of {} that a hot run visited, {} deviated between "
        "{:g} and {:g} eV Å⁻¹ (candidates) and {} by more (failed); {} labelled from first "
        "principles and added.</p>\n",
        counted(s.visited, "configuration"), s.candidates, s.low, s.high, s.failed,
        s.labelled == 1 ? "1 was" : fmt::format("{} were", s.labelled));
  const std::string learning = figure("learning");
  return learning.empty() ? html : html + "<h3>Learning curves</h3>\n" + learning;
}

}  // namespace vitrion::report
