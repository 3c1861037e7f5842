#include "report/sections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "analysis/estimate_json.hpp"
#include "base/progress.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::Estimate;
using analysis::estimate_from_json;
using nlohmann::json;

namespace {

/// "Na3PS3.4O0.6" of Na3PS(4-x)Ox.
std::string composition(double x) {
  if (x == 0) return "Na3PS4";
  if (x == 4) return "Na3PO4";
  return fmt::format("Na3PS{:g}O{:g}", std::round((4 - x) * 1000) / 1000,
                     std::round(x * 1000) / 1000);
}

std::string card(const std::string& name, const std::string& value, const std::string& from,
                 bool words = false) {
  return fmt::format(
      "<div class=\"card\"><div class=\"name\">{}</div><div class=\"value{}\">{}</div><div "
      "class=\"from\">{}</div></div>\n",
      name, words ? " words" : "", value, from);
}

/// A refusal is words, not a number.
std::string estimate_card(const std::string& name, const Estimate& e, const std::string& from) {
  return card(name, estimate_html(e), from, e.is_refused());
}

const Parity* test_parity(const Record& record, const std::string& quantity) {
  const Parity* best = nullptr;
  for (const Parity& p : record.potential.parity)
    if (p.set == "test" && p.quantity == quantity && (best == nullptr || p.level == "dft"))
      best = &p;
  return best;
}

std::string cell(const json& record, const char* key, bool with_unit = false) {
  return record.contains(key) ? estimate_html(estimate_from_json(record.at(key)), with_unit) : "-";
}

std::string fact(const std::string& name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string count(std::size_t n, const std::string& one) {
  return fmt::format("{} {}{}", n, one, n == 1 ? "" : "s");
}

std::string cards(const Record& record) {
  std::string html;
  if (const Parity* p = test_parity(record, "force"))
    html += card("Force error on held-back labels",
                 fmt::format("{} eV Å⁻¹<span class=\"interval\">RMSE; MAE {}</span>",
                             number_html(p->rmse, 3), number_html(p->mae, 3)),
                 fmt::format("{} of level {}, read by no training", count(p->frames, "frame"),
                             escaped(p->level)));
  if (!record.glass.replicas.empty() && record.glass.replicas[0].density.is_object())
    html +=
        estimate_card("Density", estimate_from_json(record.glass.replicas[0].density.at("density")),
                      record.glass.replicas.size() > 1 ? "replica 0; all are in the table"
                                                       : "one glass, 300 K is not implied");
  for (const json& c : record.conductivity) {
    const Estimate sigma = estimate_from_json(c.at("sigma_NE"));
    html += estimate_card(fmt::format("Conductivity at {:g} K", c.value("temperature", 0.0)), sigma,
                          fmt::format("Nernst-Einstein, {}",
                                      count(c.value("replicas", json::array()).size(), "run")));
    break;  // the coldest: the card is a glimpse, the table has all
  }
  if (record.arrhenius.is_object())
    html += estimate_card("Activation energy",
                          estimate_from_json(record.arrhenius.at("activation_energy")),
                          fmt::format("of σT; {:g} degrees of freedom",
                                      record.arrhenius.value("degrees_of_freedom", 0.0)));
  if (record.study.seconds > 0)
    html += card("Wall time", duration_text(record.study.seconds), escaped(record.study.machine));
  return html.empty() ? "" : "<div class=\"cards\">\n" + html + "</div>\n";
}

std::string list_of(const std::vector<std::string>& lines) {
  if (lines.empty()) return {};
  std::string html = "<ul>\n";
  for (const std::string& line : lines) html += fmt::format("<li>{}</li>\n", escaped(line));
  return html + "</ul>\n";
}

}  // namespace

std::string head_section(const Record& record) {
  std::string html =
      fmt::format("<header>\n<div class=\"maker\">Vitrion study report</div>\n<h1>{}",
                  escaped(record.study.name));
  if (!record.glass.formula.empty())
    html += ": " + formula_html(composition(record.glass.x)) + " glass";
  html +=
      "</h1>\n<p class=\"lead\">From first-principles labels to a deep potential, a glass, and the "
      "motion of its ions.</p>\n";
  if (record.study.demonstration)
    html += fmt::format(
        "<div class=\"banner\"><strong>This is a demonstration, not the paper.</strong> It walks "
        "the whole way of "
        "Luo, Zhou, Martin and An (J. Mater. Chem. A 2024, 12, 33518) in little time, with a small "
        "network, few "
        "labels, one small glass and short runs. Its numbers show that each step works; they are "
        "no "
        "prediction of the material. {}</div>\n",
        escaped(record.study.statement));
  else if (!record.study.statement.empty())
    html += fmt::format("<p>{}</p>\n", escaped(record.study.statement));
  return html + cards(record) + "</header>\n";
}

std::string run_section(const Record& record, const FigureHtml& figure) {
  std::string levels;
  for (const Level& l : record.potential.levels)
    levels += fmt::format("{}{}: {}{}", levels.empty() ? "" : "<br>", escaped(l.name),
                          count(l.frames, "frame"),
                          l.detail.empty() ? "" : " (" + escaped(l.detail) + ")");
  std::set<double> temperatures;
  for (const Transport& t : record.transport) temperatures.insert(t.temperature);
  std::string runs;
  if (!record.transport.empty()) {
    std::string list;
    for (const double t : temperatures) list += fmt::format("{}{:g}", list.empty() ? "" : ", ", t);
    runs = fmt::format("{} at {} K", count(record.transport.size(), "run"), list);
  }
  std::string html = "<dl class=\"facts\">\n";
  html +=
      fact("Study",
           fmt::format("<code>{}</code>{}",
                       escaped(record.study.file.empty() ? record.study.name : record.study.file),
                       record.study.demonstration ? " - a demonstration" : ""));
  html += fact("Seed of all random streams", fmt::format("{}", record.study.seed));
  if (!record.study.settings_hash.empty())
    html += fact("Settings", fmt::format("<code>{}</code>", escaped(record.study.settings_hash)));
  html += fact("Labels that the potential saw", levels);
  if (record.potential.members > 0)
    html += fact("Potential",
                 fmt::format("{}, {}", escaped(record.potential.network),
                             count(static_cast<std::size_t>(record.potential.members), "member")));
  if (record.glass.atoms > 0)
    html += fact("Glass", fmt::format("{} ({}), x = {:g}, {}", formula_html(record.glass.formula),
                                      count(record.glass.atoms, "atom"), record.glass.x,
                                      count(record.glass.replicas.size(), "replica")));
  html += fact("Ion dynamics", runs);
  html += fact("Started", escaped(record.study.started));
  html += fact("Finished", escaped(record.study.finished));
  html += fact("Machine", escaped(record.study.machine));
  html += "</dl>\n" + list_of(record.notes);
  if (!record.stages.empty()) {
    html += "<h3>Where the time went</h3>\n" + figure("timing");
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>stage</th><th "
        "class=\"right\">time</th><th>what</th></tr></thead><tbody>\n";
    for (const Stage& s : record.stages)
      html += fmt::format("<tr><th>{}</th><td class=\"right\">{}</td><td>{}</td></tr>\n",
                          escaped(s.name), duration_text(s.seconds), escaped(s.detail));
    html += "</tbody></table></div>\n";
  }
  return html;
}

std::string potential_section(const Record& record, const FigureHtml& figure) {
  std::string html = figure("parity");
  if (!record.potential.parity.empty()) {
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>labels</th><th>quantity</th><th "
        "class=\"right\">RMSE</th>"
        "<th class=\"right\">MAE</th><th>unit</th><th class=\"right\">numbers</th><th "
        "class=\"right\">frames</th></tr></thead><tbody>\n";
    for (const Parity& p : record.potential.parity)
      html += fmt::format(
          "<tr><th>{} {}</th><td>{}</td><td class=\"right\">{}</td><td "
          "class=\"right\">{}</td><td>{}</td>"
          "<td class=\"right\">{}</td><td class=\"right\">{}</td></tr>\n",
          escaped(p.level), escaped(p.set), escaped(p.quantity), number_html(p.rmse, 3),
          number_html(p.mae, 3), unit_html(p.unit), p.n, p.frames);
    html +=
        "<caption>Energy and virial per atom, forces per component. Only the test frames judge a "
        "potential: no training read "
        "them, nor a sibling of theirs.</caption></tbody></table></div>\n";
  }
  const Selection& s = record.potential.selection;
  if (s.visited > 0)
    html += fmt::format(
        "<h3>Search by model deviation</h3>\n<p>Of {} a hot run visited, {} deviated between {:g} "
        "and {:g} eV Å⁻¹ "
        "(candidates) and {} more than that (failed); {} labelled from first principles and "
        "added.</p>\n",
        count(s.visited, "configuration"), s.candidates, s.low, s.high, s.failed,
        s.labelled == 1 ? "1 was" : fmt::format("{} were", s.labelled));
  const std::string learning = figure("learning");
  if (!learning.empty()) html += "<h3>Learning curves</h3>\n" + learning;
  return html;
}

std::string glass_section(const Record& record, const Snapshot& snapshot,
                          const FigureHtml& figure) {
  std::string html;
  if (!snapshot.empty()) {
    std::set<std::string> elements;
    for (const Snapshot::Atom& a : snapshot.atoms) elements.insert(a.element);
    std::string key = "<ul class=\"key\">\n";
    for (const std::string& e : elements)
      key += fmt::format("<li><span class=\"dot\" style=\"background:{}\"></span>{}</li>\n",
                         element_colour(e), escaped(e));
    std::set<int> kinds;
    for (const Snapshot::Tetrahedron& t : snapshot.tetrahedra) kinds.insert(t.oxygen);
    for (const int k : kinds)
      key += fmt::format(
          "<li><span class=\"tile\" style=\"background:{}\"></span>{} unit</li>\n",
          tetrahedron_colour(k),
          formula_html(k == 0   ? "PS4"
                       : k == 4 ? "PO4"
                                : fmt::format("PS{}O{}", k == 3 ? "" : std::to_string(4 - k),
                                              k == 1 ? "" : std::to_string(k))));
    key += "</ul>\n";
    std::string toggles;
    for (const std::string& e : elements)
      toggles += fmt::format(
          "<label><input type=\"checkbox\" checked data-shows=\"{0}\"> {0}</label>\n", escaped(e));
    html += fmt::format(
        "<div class=\"glass\"><div id=\"viewer\">{}</div><div>{}<div class=\"only-viewer\">{}"
        "<label><input type=\"checkbox\" checked data-shows=\"bonds\"> bonds</label>\n"
        "<label><input type=\"checkbox\" checked data-shows=\"tetrahedra\"> tetrahedra</label>\n"
        "<p class=\"muted\">Drag to turn; click, then wheel to zoom.</p></div>"
        "<p class=\"muted\">{}. Units that cross a face of the cell are drawn "
        "whole.</p></div></div>\n",
        still_picture(snapshot, 640), key, toggles, escaped(snapshot.title));
  }
  html += figure("quench");
  std::string rows;
  for (const GlassReplica& r : record.glass.replicas)
    if (r.density.is_object())
      rows += fmt::format(
          "<tr><th>{}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", r.replica,
          cell(r.density, "density"), cell(r.density, "volume_per_atom"), cell(r.density, "drift"),
          r.density.value("settled", false) ? "yes"
                                            : "<span class=\"refused\">still drifts</span>");
  if (!rows.empty())
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>replica</th><th>density (g "
        "cm⁻³)</th><th>volume per atom (Å³)</th>"
        "<th>drift over the run (%)</th><th>settled</th></tr></thead><tbody>\n" +
        rows +
        "<caption>Means over the relaxation with errors from the autocorrelation time; a density "
        "is settled if its drift is "
        "within two standard errors of zero.</caption></tbody></table></div>\n";
  return html;
}

std::string structure_section(const Record& record, const FigureHtml& figure) {
  std::string html = figure("rdf");
  std::string rows;
  for (const json& r : record.rdf) {
    const json peak = r.value("first_peak", json());
    if (!peak.is_object()) continue;
    const json minimum = r.value("first_minimum", json());
    rows += fmt::format(
        "<tr><th>{}</th><td class=\"right\">{:.3f}</td><td "
        "class=\"right\">{}</td><td>{}</td></tr>\n",
        escaped(r.value("pair", "")), peak.value("r", 0.0),
        minimum.is_number() ? fmt::format("{:.2f}", minimum.get<double>()) : "-",
        cell(r, "coordination_number"));
  }
  if (!rows.empty())
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>pair</th><th class=\"right\">first peak "
        "(Å)</th><th class=\"right\">first minimum (Å)</th>"
        "<th>coordination number</th></tr></thead><tbody>\n" +
        rows +
        "<caption>The coordination number counts the second species around the first up to the "
        "first minimum.</caption></tbody></table></div>\n";
  if (record.units.is_object()) {
    html += "<h3>Structural units</h3>\n" + figure("units");
    rows.clear();
    const json anions = record.units.value("anions", json::object());
    for (const char* kind : {"terminal", "bridging", "free"})
      for (const auto& [element, e] : anions.value(kind, json::object()).items())
        rows += fmt::format("<tr><th>{} {}</th><td>{}</td></tr>\n", kind, escaped(element),
                            estimate_html(estimate_from_json(e)));
    for (const auto& [name, e] : record.units.value("bonds", json::object()).items())
      rows += fmt::format("<tr><th>{} bonds</th><td>{}</td></tr>\n", escaped(name),
                          estimate_html(estimate_from_json(e)));
    const json identity = record.units.value("identity", json::object());
    const std::size_t frames = record.units.value("frames", std::size_t{0});
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>species</th><th>number per "
        "frame</th></tr></thead><tbody>\n" +
        rows +
        fmt::format(
            "<caption>Terminal: bonded to one P; bridging: to two; free: to none. The identity "
            "N<sub>free</sub> = "
            "N<sub>bridging</sub> + 2 N<sub>P-P</sub> (every P with four bonds) holds in {} of {} "
            "frames.</caption>",
            frames - std::min(frames, identity.value("frames_broken", std::size_t{0})), frames) +
        "</tbody></table></div>\n";
  }
  return html;
}

std::string transport_section(const Record& record, const FigureHtml& figure) {
  std::string html = figure("msd");
  std::string rows;
  std::string runs;
  std::vector<std::string> reasons;
  for (const json& c : record.conductivity) {
    const double T = c.value("temperature", 0.0);
    rows += fmt::format(
        "<tr><th>{:g}</th><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>\n", T,
        cell(c, "D"), cell(c, "D_paper"), cell(c, "sigma_NE"), cell(c, "sigma_collective"),
        cell(c, "haven"));
    for (const char* key : {"D", "D_paper", "sigma_collective", "haven"})
      if (c.contains(key) && c[key].contains("refused"))
        reasons.push_back(
            fmt::format("{:g} K, {}: {}", T, key, c[key]["refused"].get<std::string>()));
    int k = 0;
    for (const json& r : c.value("replicas", json::array())) {
      const json window = r.value("window_ps", json::array());
      runs += fmt::format(
          "<tr><th>{:g}</th><td>{}</td><td>{}</td><td class=\"right\">{}</td><td "
          "class=\"right\">{:.4g}</td><td>{}</td>"
          "<td>{}</td><td class=\"right\">{:.2f}</td><td>{}</td></tr>\n",
          T, k++, cell(r, "D"), r.value("ions", 0), r.value("duration_ps", 0.0),
          window.size() == 2
              ? fmt::format("{:.3g} to {:.3g}", window[0].get<double>(), window[1].get<double>())
              : "-",
          cell(r, "loglog_slope"), r.value("cage_plateau", 0.0), escaped(r.value("guard", "")));
    }
  }
  if (!rows.empty())
    html +=
        "<div class=\"scroll\"><table><thead><tr><th>T (K)</th><th>D (cm² s⁻¹)</th><th>D, paper's "
        "estimator</th><th>σ<sub>NE</sub> "
        "(S cm⁻¹)</th><th>σ collective (S cm⁻¹)</th><th>Haven ratio</th></tr></thead><tbody>\n" +
        rows +
        "<caption>D from the MSD over all origins by generalised least squares; the paper's "
        "estimator takes the slope from one origin "
        "between 50 and 95 % of the run. σ<sub>NE</sub> = n q² D / kT with each run's own volume. "
        "Several runs are combined on the "
        "logarithm: the wider of Student's t over the runs and the errors within "
        "them.</caption></tbody></table></div>\n";
  if (!reasons.empty()) html += "<h3>What was refused, and why</h3>\n" + list_of(reasons);
  if (!runs.empty())
    html +=
        "<h3>Run by run</h3>\n<div class=\"scroll\"><table><thead><tr><th>T "
        "(K)</th><th>run</th><th>D (cm² s⁻¹)</th><th class=\"right\">ions</th>"
        "<th class=\"right\">ps</th><th>window (ps)</th><th>log-log slope</th><th "
        "class=\"right\">cage (Å²)</th><th>guard</th></tr></thead><tbody>\n" +
        runs +
        "<caption>The window is where the fit was made; the log-log slope of the MSD over it must "
        "agree with 1, and the MSD must end over "
        "three times its cage plateau.</caption></tbody></table></div>\n";
  const std::string arrhenius = figure("arrhenius");
  if (record.arrhenius.is_object()) {
    html += "<h3>Arrhenius</h3>\n" + arrhenius;
    const Estimate Ea = estimate_from_json(record.arrhenius.at("activation_energy"));
    html += fmt::format(
        "<p>Activation energy of σT: {}. {}</p>\n", estimate_html(Ea),
        Ea.is_refused() ? escaped(Ea.refused)
                        : "The line is not to be drawn on to room temperature: a glass changes its "
                          "mechanism at its transition, and the band grows with the distance.");
  }
  return html;
}

std::string provenance_section(const Record& record) {
  std::string html = "<dl class=\"facts\">\n";
  for (const auto& [name, version] : record.versions) html += fact(escaped(name), escaped(version));
  html +=
      "</dl>\n<p>Methods, with formulas and their sources: <code>docs/analysis.md</code> of "
      "Vitrion. The study file and every task's inputs "
      "lie in the run folder beside this page; <code>vitrion report</code> makes the page anew "
      "from <code>record.json</code>.</p>\n";
  return html;
}

}  // namespace vitrion::report
