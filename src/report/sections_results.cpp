// The glass, its structure, its ions, and where all this comes from.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "analysis/estimate_json.hpp"
#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::Estimate;
using analysis::estimate_from_json;
using nlohmann::json;

namespace {

/// An estimate of a record without its unit, which stands in the head of the column.
std::string cell(const json& record, const char* key) {
  return record.contains(key) ? estimate_html(estimate_from_json(record.at(key)), false) : "-";
}

std::string unit_name(int oxygen) {
  const auto part = [](const char* symbol, int n) {
    return n == 0 ? std::string() : n == 1 ? std::string(symbol) : fmt::format("{}{}", symbol, n);
  };
  return formula_html(fmt::format("P{}{}", part("S", 4 - oxygen), part("O", oxygen)));
}

std::string viewer_html(const Snapshot& snapshot) {
  std::set<std::string> elements;
  for (const Snapshot::Atom& a : snapshot.atoms) elements.insert(a.element);
  std::set<int> kinds;
  for (const Snapshot::Tetrahedron& t : snapshot.tetrahedra) kinds.insert(t.oxygen);
  std::string key = "<ul class=\"key\">\n";
  std::string toggles;
  for (const std::string& e : elements) {
    key +=
        fmt::format("<li><span class=\"dot\" style=\"background:{}\"></span><span>{}</span></li>\n",
                    element_colour(e), escaped(e));
    toggles += fmt::format(
        "<label><input type=\"checkbox\" checked data-shows=\"{0}\"> {0}</label>\n", escaped(e));
  }
  for (const int k : kinds)
    key += fmt::format(
        "<li><span class=\"tile\" style=\"background:{}\"></span><span>{} unit</span></li>\n",
        tetrahedron_colour(k), unit_name(k));
  for (const char* part : {"bonds", "tetrahedra"})
    toggles += fmt::format(
        "<label><input type=\"checkbox\" checked data-shows=\"{0}\"> {0}</label>\n", part);
  return fmt::format(
      "<div class=\"glass\"><div id=\"viewer\">{}</div><div>{}</ul>\n<div "
      "class=\"only-viewer\">{}<p class=\"under\">Drag to "
      "turn; click, then wheel to zoom.</p></div>\n<p class=\"under\">{}. Units that cross a face "
      "of the cell are drawn "
      "whole.</p></div></div>\n",
      still_picture(snapshot, 640), key, toggles, formula_html(snapshot.title));
}

void add_run_rows(const json& conductivity, HtmlTable& table) {
  int k = 0;
  for (const json& r : conductivity.value("replicas", json::array())) {
    const json window = r.value("window_ps", json::array());
    table.row({fmt::format("{:g}", conductivity.value("temperature", 0.0)), fmt::format("{}", k++),
               cell(r, "D"), fmt::format("{}", r.value("ions", 0)),
               fmt::format("{:.4g}", r.value("duration_ps", 0.0)),
               window.size() == 2 ? fmt::format("{:.3g} to {:.3g}", window[0].get<double>(),
                                                window[1].get<double>())
                                  : "-",
               cell(r, "loglog_slope"), fmt::format("{:.2f}", r.value("cage_plateau", 0.0)),
               r.contains("framework_msd") && r["framework_msd"].is_number()
                   ? fmt::format("{:.2g}", r["framework_msd"].get<double>())
                   : "-",
               escaped(r.value("guard", ""))});
  }
}

std::string arrhenius_html(const Record& record, const FigureHtml& figure) {
  if (!first_glass(record).arrhenius.is_object()) return {};
  const Estimate Ea = estimate_from_json(first_glass(record).arrhenius.at("activation_energy"));
  return fmt::format(
      "<h3>Arrhenius</h3>\n{}<p>Activation energy of σT: {}. {}</p>\n", figure("arrhenius"),
      estimate_html(Ea),
      Ea.is_refused() ? escaped(Ea.refused)
                      : "The line is not to be drawn on to room temperature: a glass changes its "
                        "mechanism at its transition, and the band grows with the distance.");
}

}  // namespace

std::string glass_section(const Record& record, const Snapshot& snapshot,
                          const FigureHtml& figure) {
  HtmlTable table(
      {"replica", "density (g cm⁻³)", "volume per atom (Å³)", "drift over the run (%)", "settled"});
  for (const GlassReplica& r : first_glass(record).replicas)
    if (r.density.is_object())
      table.row({fmt::format("{}", r.replica), cell(r.density, "density"),
                 cell(r.density, "volume_per_atom"), cell(r.density, "drift"),
                 r.density.value("settled", false)
                     ? "yes"
                     : "<span class=\"refused\">still drifts</span>"});
  return (snapshot.empty() ? "" : viewer_html(snapshot)) + figure("quench") +
         table.html(
             "Means over the relaxation with errors from the autocorrelation time; a density is "
             "settled if its "
             "drift is within two standard errors of zero.");
}

std::string structure_section(const Record& record, const FigureHtml& figure) {
  HtmlTable pairs({"pair", ">first peak (Å)", ">first minimum (Å)", "coordination number"});
  for (const json& r : first_glass(record).rdf) {
    const json peak = r.value("first_peak", json());
    const json minimum = r.value("first_minimum", json());
    if (peak.is_object())
      pairs.row({escaped(r.value("pair", "")), fmt::format("{:.3f}", peak.value("r", 0.0)),
                 minimum.is_number() ? fmt::format("{:.2f}", minimum.get<double>()) : "-",
                 cell(r, "coordination_number")});
  }
  std::string html =
      figure("rdf") + pairs.html(
                          "The coordination number counts the second species around the first, up "
                          "to the first minimum.");
  if (!first_glass(record).units.is_object()) return html;

  HtmlTable anions({"species", "number per frame"});
  const json by_kind = first_glass(record).units.value("anions", json::object());
  for (const char* kind : {"terminal", "bridging", "free"}) {
    const json elements = by_kind.value(kind, json::object());
    for (const auto& [element, e] : elements.items())
      anions.row(
          {fmt::format("{} {}", kind, escaped(element)), estimate_html(estimate_from_json(e))});
  }
  const json bonds = first_glass(record).units.value("bonds", json::object());
  for (const auto& [name, e] : bonds.items())
    anions.row({escaped(name) + " bonds", estimate_html(estimate_from_json(e))});
  const std::size_t frames = first_glass(record).units.value("frames", std::size_t{0});
  const std::size_t broken = first_glass(record)
                                 .units.value("identity", json::object())
                                 .value("frames_broken", std::size_t{0});
  return html + "<h3>Structural units</h3>\n" + figure("units") +
         anions.html(fmt::format("Terminal: bonded to one P; bridging: to two; free: to none. The "
                                 "identity N<sub>free</sub> = "
                                 "N<sub>bridging</sub> + 2 N<sub>P-P</sub> (every P with four "
                                 "bonds) holds in {} of {} frames.",
                                 frames - std::min(frames, broken), frames));
}

std::string transport_section(const Record& record, const FigureHtml& figure) {
  HtmlTable results({"T (K)", "D (cm² s⁻¹)", "D, paper's estimator", "σ<sub>NE</sub> (S cm⁻¹)",
                     "σ collective (S cm⁻¹)", "Haven ratio"});
  HtmlTable runs({"T (K)", "run", "D (cm² s⁻¹)", ">ions", ">ps", "window (ps)", "log-log slope",
                  ">cage (Å²)", ">framework (Å²)", "guard"});
  std::vector<std::string> reasons;
  for (const IonDynamics& d : first_glass(record).temperatures) {
    if (!d.conductivity.is_object()) continue;
    const json& c = d.conductivity;
    const double T = c.value("temperature", 0.0);
    results.row({fmt::format("{:g}", T), cell(c, "D"), cell(c, "D_paper"), cell(c, "sigma_NE"),
                 cell(c, "sigma_collective"), cell(c, "haven")});
    add_run_rows(c, runs);
    for (const char* key : {"D", "D_paper", "sigma_collective", "haven"})
      if (c.contains(key) && c[key].contains("refused"))
        reasons.push_back(
            fmt::format("{:g} K, {}: {}", T, key, c[key]["refused"].get<std::string>()));
  }
  std::string html =
      figure("msd") +
      results.html(
          "D from the MSD over all origins by generalised least squares; the paper's estimator "
          "takes the slope from one origin between 50 and 95 % of the run. σ<sub>NE</sub> = n q² D "
          "/ "
          "kT with each run's own volume. Several runs are combined on the logarithm: the wider of "
          "Student's t over the runs and the errors within them.");
  if (!reasons.empty()) html += "<h3>What was refused, and why</h3>\n" + list_html(reasons);
  if (!runs.empty())
    html += "<h3>Run by run</h3>\n" +
            runs.html(
                "The window is where the fit was made; the log-log slope "
                "of the MSD over it must agree with 1, and "
                "the MSD must end over three times its cage plateau. Framework: the MSD of its "
                "atoms over the window; over some 4 Å² (a "
                "P-S bond squared) the framework flows, and the run is one of a liquid, not of a "
                "glass.");
  return html + arrhenius_html(record, figure);
}

std::string provenance_section(const Record& record) {
  std::string html = "<dl class=\"facts\">\n";
  for (const auto& [name, version] : record.versions)
    html += fmt::format("<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(version));
  return html +
         "</dl>\n<p>Methods, with formulas and their sources: <code>docs/analysis.md</code> of "
         "Vitrion. The study file and the "
         "inputs of every task lie in the run folder beside this page; <code>vitrion report</code> "
         "makes the page anew "
         "from <code>record.json</code>.</p>\n";
}

}  // namespace vitrion::report
