// The head of the page, what was run, and the potential.
#include <fmt/format.h>

#include <cmath>

#include "analysis/estimate_json.hpp"
#include "base/progress.hpp"
#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::Estimate;
using analysis::estimate_from_json;
using nlohmann::json;

namespace {

constexpr const char* demonstration =
    "<strong>This is a demonstration, not the paper.</strong> It walks the whole way of Luo, Zhou, "
    "Martin and An (J. Mater. Chem. A 2024, 12, 33518) in little time, with a small network, few "
    "labels, small glasses that were quenched fast, and short hot runs. Its numbers show that each "
    "step works; they are no prediction of the material.";

/// "Na3PS3.4O0.6" of Na3PS(4-x)Ox, to three decimals.
std::string composition(double x) {
  if (x == 0) return "Na3PS4";
  if (x == 4) return "Na3PO4";
  return fmt::format("Na3PS{:g}O{:g}", std::round((4 - x) * 1000) / 1000,
                     std::round(x * 1000) / 1000);
}

std::string card(const std::string& name, const std::string& value, const std::string& from,
                 const char* kind = "value") {
  return fmt::format(
      "<div class=\"card\"><div class=\"name\">{}</div><div class=\"{}\">{}</div>"
      "<div class=\"from\">{}</div></div>\n",
      name, kind, value, from);
}

/// The value large, its interval under it; a refusal is words, not a number.
std::string estimate_card(const std::string& name, const Estimate& e, const std::string& from) {
  if (e.is_refused()) return card(name, estimate_html(e), from, "value words");
  return card(name,
              value_html(e) + fmt::format("<span class=\"interval\">{}</span>", interval_html(e)),
              from);
}

const Parity* test_parity(const Record& record, const std::string& quantity) {
  const Parity* best = nullptr;
  for (const Parity& p : record.potential.parity)
    if (p.set == "test" && p.quantity == quantity && (best == nullptr || p.level == "dft"))
      best = &p;
  return best;
}

std::string fact(const std::string& name, const std::string& value) {
  return value.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", name, value);
}

std::string force_card(const Record& record) {
  const Parity* p = test_parity(record, "force");
  if (p == nullptr) return {};
  return card("Force error, test labels",
              fmt::format("{} {}<span class=\"interval\">RMSE; MAE {}</span>",
                          number_html(p->rmse, 3), unit_html(p->unit), number_html(p->mae, 3)),
              fmt::format("{} of level {}, read by no training", counted(p->frames, "frame"),
                          escaped(p->level)));
}

std::string cards(const Record& record) {
  std::string html = force_card(record);
  if (first_glass(record).density.is_object())
    html += estimate_card("Density", estimate_from_json(first_glass(record).density.at("density")),
                          first_glass(record).replicas.size() == 1
                              ? "one glass"
                              : fmt::format("{} glasses", first_glass(record).replicas.size()));
  // The coldest conductivity: a card is a glimpse, the table has all.
  if (const auto& all = first_glass(record).temperatures;
      !all.empty() && all.front().conductivity.is_object()) {
    const json& c = all.front().conductivity;
    html += estimate_card(
        fmt::format("Conductivity at {:g} K", c.value("temperature", 0.0)),
        estimate_from_json(c.at("sigma_NE")),
        "Nernst-Einstein, " + counted(c.value("replicas", json::array()).size(), "run"));
  }
  if (first_glass(record).arrhenius.is_object())
    html +=
        estimate_card("Activation energy",
                      estimate_from_json(first_glass(record).arrhenius.at("activation_energy")),
                      fmt::format("of σT; {:g} degrees of freedom",
                                  first_glass(record).arrhenius.value("degrees_of_freedom", 0.0)));
  if (record.study.seconds > 0)
    html += card("Wall time", duration_text(record.study.seconds), escaped(record.study.machine));
  return html.empty() ? "" : "<div class=\"cards\">\n" + html + "</div>\n";
}

std::string labels_text(const Record& record) {
  std::string text;
  for (const Level& l : record.potential.levels)
    text += fmt::format("{}{}: {}{}", text.empty() ? "" : "<br>", escaped(l.name),
                        counted(l.frames, "frame"),
                        l.detail.empty() ? "" : fmt::format(" ({})", escaped(l.detail)));
  return text;
}

std::string runs_text(const Record& record) {
  std::size_t runs = 0;
  std::string list;
  for (const IonDynamics& d : first_glass(record).temperatures) {
    runs += d.runs.size();
    list += fmt::format("{}{:g}", list.empty() ? "" : ", ", d.temperature);
  }
  return runs == 0 ? "" : fmt::format("{} at {} K", counted(runs, "run"), list);
}

}  // namespace

std::string head_section(const Record& record) {
  std::string html =
      fmt::format("<header>\n<div class=\"maker\">Vitrion study report</div>\n<h1>{}",
                  escaped(record.study.name));
  if (!first_glass(record).formula.empty())
    html += ": " + formula_html(composition(first_glass(record).x)) + " glass";
  html +=
      "</h1>\n<p class=\"lead\">From first-principles labels to a deep potential, a glass, and the "
      "motion "
      "of its ions.</p>\n";
  if (record.study.demonstration)
    html += fmt::format("<div class=\"banner\">{} {}</div>\n", demonstration,
                        escaped(record.study.statement));
  else if (!record.study.statement.empty())
    html += fmt::format("<p>{}</p>\n", escaped(record.study.statement));
  return html + cards(record) + "</header>\n";
}

std::string run_section(const Record& record, const FigureHtml& figure) {
  const Study& study = record.study;
  std::string html = "<dl class=\"facts\">\n";
  html +=
      fact("Study", fmt::format("{} <code>{}</code>{}", escaped(study.name), escaped(study.file),
                                study.demonstration ? ", a demonstration" : ""));
  html += fact("Seed of all random streams", fmt::format("{}", study.seed));
  if (!study.settings_hash.empty())
    html +=
        fact("Hash of the settings", fmt::format("<code>{}</code>", escaped(study.settings_hash)));
  html += fact("Labels that the potential saw", labels_text(record));
  if (record.potential.members > 0)
    html +=
        fact("Potential",
             fmt::format("{}; {}", escaped(record.potential.network),
                         counted(static_cast<std::size_t>(record.potential.members), "member")));
  if (first_glass(record).atoms > 0)
    html += fact("Glass",
                 fmt::format("{}: {}, x = {:.4g}, {}", formula_html(first_glass(record).formula),
                             counted(first_glass(record).atoms, "atom"), first_glass(record).x,
                             counted(first_glass(record).replicas.size(), "replica")));
  html += fact("Ion dynamics", runs_text(record));
  html += fact("Started", escaped(study.started));
  html += fact("Finished", escaped(study.finished));
  html += fact("Machine", escaped(study.machine));
  html += "</dl>\n" + list_html(record.notes);
  if (record.stages.empty()) return html;
  HtmlTable table({"stage", ">time", "what"});
  for (const Stage& s : record.stages)
    table.row({escaped(s.name), duration_text(s.seconds), escaped(s.detail)});
  return html + "<h3>Where the time went</h3>\n" + figure("timing") + table.html();
}

std::string potential_section(const Record& record, const FigureHtml& figure) {
  HtmlTable table({"labels", "quantity", ">RMSE", ">MAE", "unit", ">numbers", ">frames"});
  for (const Parity& p : record.potential.parity)
    table.row({escaped(p.level + " " + p.set), escaped(p.quantity), number_html(p.rmse, 3),
               number_html(p.mae, 3), unit_html(p.unit), fmt::format("{}", p.n),
               fmt::format("{}", p.frames)});
  std::string html =
      figure("parity") +
      table.html(
          "Energy and virial per atom, forces per component. Only the test frames judge a "
          "potential: no training read them, nor a sibling of theirs.");
  const Selection& s = record.potential.selection;
  if (s.visited > 0)
    html += fmt::format(
        "<h3>Search by model deviation</h3>\n<p>Of {} that a hot run visited, {} deviated between "
        "{:g} "
        "and {:g} eV Å⁻¹ (candidates) and {} by more (failed); {} labelled from first principles "
        "and "
        "added.</p>\n",
        counted(s.visited, "configuration"), s.candidates, s.low, s.high, s.failed,
        s.labelled == 1 ? "1 was" : fmt::format("{} were", s.labelled));
  const std::string learning = figure("learning");
  return learning.empty() ? html : html + "<h3>Learning curves</h3>\n" + learning;
}

}  // namespace vitrion::report
