// The glasses in three dimensions, how they were made, and their structure.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/estimate_json.hpp"
#include "report/figure_parts.hpp"
#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::estimate_from_json;
using nlohmann::json;

namespace {

/// An estimate of a record without its unit, which stands in the head of the column.
std::string unit_name(int oxygen) {
  const auto part = [](const char* symbol, int n) {
    return n == 0 ? std::string() : n == 1 ? std::string(symbol) : fmt::format("{}{}", symbol, n);
  };
  return formula_html(fmt::format("P{}{}", part("S", 4 - oxygen), part("O", oxygen)));
}

/// The still picture and the place for the viewer's controls.
std::string viewer_html(const Snapshot& snapshot, bool movies) {
  std::set<std::string> elements;
  for (const Snapshot::Atom& a : snapshot.atoms) elements.insert(a.element);
  std::set<int> kinds;
  for (const Snapshot::Tetrahedron& t : snapshot.tetrahedra) kinds.insert(t.oxygen);
  std::string key = "<ul class=\"key\">\n";
  for (const std::string& e : elements)
    key +=
        fmt::format("<li><span class=\"dot\" style=\"background:{}\"></span><span>{}</span></li>\n",
                    element_colour(e), escaped(e));
  for (const int k : kinds)
    key += fmt::format(
        "<li><span class=\"tile\" style=\"background:{}\"></span><span>{}</span></li>\n",
        tetrahedron_colour(k), unit_name(k));
  return fmt::format(
      "<div class=\"glass\"><div id=\"viewer\">{}</div><div class=\"viewer-side\">{}</ul>\n<div "
      "class=\"only-viewer\" id=\"viewer-controls\"></div>\n<p class=\"under\">{}. Units that "
      "cross "
      "a face of the cell are drawn whole.{}</p></div></div>\n",
      still_picture(snapshot, 640), key, formula_html(snapshot.title),
      movies ? "" : " No trajectory was kept, so there is nothing to play.");
}

}  // namespace

std::string glass_section(const Record& record, const PageInputs& inputs,
                          const FigureHtml& figure) {
  HtmlTable table({"glass", "replica", "density (g cm⁻³)", "volume per atom (Å³)",
                   "drift over the run (%)", "settled"});
  for (const Glass& glass : record.glasses)
    for (const GlassReplica& r : glass.replicas)
      if (r.density.is_object())
        table.row(
            {escaped(glass.name), fmt::format("{}", r.replica), estimate_cell(r.density, "density"),
             estimate_cell(r.density, "volume_per_atom"), estimate_cell(r.density, "drift"),
             r.density.value("settled", false) ? "yes"
                                               : "<span class=\"refused\">still drifts</span>"});
  if (record.glasses.empty())
    return "<p class=\"absent\">No glass: the study has not made one.</p>\n";
  std::string html;
  for (const Glass& glass : record.glasses)
    if (const auto found = inputs.snapshots.find(glass.key);
        html.empty() && found != inputs.snapshots.end() && !found->second.empty())
      html = viewer_html(found->second, !inputs.movies.empty());
  if (html.empty())
    html = "<p class=\"absent\">No picture: no snapshot of a relaxed glass could be read.</p>\n";
  return html + figure("quench") +
         table.html(
             "Means over the relaxation with errors from the autocorrelation time; a density is "
             "settled if its drift is within two standard errors of zero.");
}

namespace {

std::string pairs_table(const Glass& glass) {
  HtmlTable pairs({"pair", ">first peak (Å)", ">first minimum (Å)", "coordination number"});
  for (const json& r : glass.rdf) {
    const json peak = r.value("first_peak", json());
    const json minimum = r.value("first_minimum", json());
    if (peak.is_object())
      pairs.row({escaped(r.value("pair", "")), fmt::format("{:.3f}", peak.value("r", 0.0)),
                 minimum.is_number() ? fmt::format("{:.2f}", minimum.get<double>()) : "-",
                 estimate_cell(r, "coordination_number")});
  }
  return pairs.html(
      "The coordination number counts the second species around the first, up to the first "
      "minimum.");
}

std::string anions_table(const Glass& glass) {
  if (!glass.units.is_object()) return {};
  HtmlTable anions({"species", "number per frame"});
  const json by_kind = glass.units.value("anions", json::object());
  for (const char* kind : {"terminal", "bridging", "free"}) {
    const json elements = by_kind.value(kind, json::object());
    for (const auto& [element, e] : elements.items())
      anions.row(
          {fmt::format("{} {}", kind, escaped(element)), estimate_html(estimate_from_json(e))});
  }
  const json bonds = glass.units.value("bonds", json::object());
  for (const auto& [name, e] : bonds.items())
    anions.row({escaped(name) + " bonds", estimate_html(estimate_from_json(e))});
  const std::size_t frames = glass.units.value("frames", std::size_t{0});
  const std::size_t broken =
      glass.units.value("identity", json::object()).value("frames_broken", std::size_t{0});
  return anions.html(
      fmt::format("Terminal: bonded to one P; bridging: to two; free: to none. The identity "
                  "N<sub>free</sub> = N<sub>bridging</sub> + 2 N<sub>P-P</sub> (every P with four "
                  "bonds) holds in {} of {} frames.",
                  frames - std::min(frames, broken), frames));
}

}  // namespace

std::string structure_section(const Record& record) {
  if (record.glasses.empty()) return {};
  std::string html = "<div class=\"panels\" id=\"panels-structure\"></div>\n";
  for (const Glass& glass : record.glasses) {
    const std::string tables = pairs_table(glass) + anions_table(glass);
    if (!tables.empty())
      html += fmt::format("<details><summary>Distances and anions of {}</summary>{}</details>\n",
                          escaped(glass.name), tables);
  }
  return html;
}

}  // namespace vitrion::report
