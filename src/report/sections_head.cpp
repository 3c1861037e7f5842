// The head of the page: title, banner, the numbers that matter most, self-checks.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/estimate_json.hpp"
#include "base/progress.hpp"
#include "report/figure_parts.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::Estimate;

namespace {

constexpr const char* demonstration =
    "<strong>This is a demonstration, not the paper.</strong> It walks the whole way of Luo, Zhou, "
    "Martin and An (J. Mater. Chem. A 2024, 12, 33518) in little time, with a small network, few "
    "labels, small glasses that were quenched fast, and short hot runs. Its numbers show that each "
    "step works; they are no prediction of the material.";

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

std::string force_card(const Record& record) {
  const Parity* best = nullptr;
  for (const Parity& p : record.potential.parity)
    if (p.set == "test" && p.quantity == "force" && (best == nullptr || p.level == "dft"))
      best = &p;
  if (best == nullptr) return {};
  return card(
      "Force error, test labels",
      fmt::format("{} {}<span class=\"interval\">RMSE; MAE {}</span>", number_html(best->rmse, 3),
                  unit_html(best->unit), number_html(best->mae, 3)),
      fmt::format("{} of level {}, read by no training", counted(best->frames, "frame"),
                  escaped(best->level)));
}

std::string claims_card(const Record& record) {
  if (record.claims.empty()) return {};
  const auto count = [&](const char* verdict) {
    return std::count_if(record.claims.begin(), record.claims.end(),
                         [&](const Claim& c) { return c.verdict == verdict; });
  };
  return card("The paper's claims",
              fmt::format("{} of {} reproduced<span class=\"interval\">{} not resolved, {} "
                          "contradicted, {} not testable</span>",
                          count("reproduced"), record.claims.size(), count("not resolved"),
                          count("contradicted"), count("not testable")),
              "each with its test, below");
}

/// The span of a quantity over several glasses is what a card can say of them.
std::string glass_cards(const Record& record) {
  std::string html;
  if (record.glasses.size() == 1) {
    const Glass& glass = record.glasses.front();
    if (const auto density = estimate_at(glass.density, "density"))
      html += estimate_card("Density", *density, counted(glass.replicas.size(), "glass replica"));
    // The coldest conductivity: a card is a glimpse, the table has all.
    if (!glass.temperatures.empty())
      if (const auto sigma = estimate_at(glass.temperatures.front().conductivity, "sigma_NE"))
        html += estimate_card(
            fmt::format("Conductivity at {:g} K", glass.temperatures.front().temperature), *sigma,
            "Nernst-Einstein, " + counted(glass.temperatures.front().runs.size(), "run"));
    if (const auto Ea = estimate_at(glass.arrhenius, "activation_energy"))
      html += estimate_card("Activation energy", *Ea, "of σT");
    return html;
  }
  std::size_t runs = 0;
  std::size_t replicas = 0;
  for (const Glass& glass : record.glasses) {
    replicas += glass.replicas.size();
    for (const IonDynamics& d : glass.temperatures) runs += d.runs.size();
  }
  if (!record.glasses.empty())
    html += card("Glasses",
                 fmt::format("{}<span class=\"interval\">{}</span>",
                             counted(record.glasses.size(), "composition"),
                             counted(replicas, "glass replica")),
                 fmt::format("{} at {}", counted(runs, "run"),
                             counted(temperatures_of(record).size(), "temperature")));
  return html;
}

std::string cards(const Record& record) {
  std::string html = claims_card(record) + force_card(record) + glass_cards(record);
  if (record.study.seconds > 0)
    html += card("Wall time", duration_text(record.study.seconds), escaped(record.study.machine));
  return html.empty() ? "" : "<div class=\"cards\">\n" + html + "</div>\n";
}

std::string checks(const Record& record) {
  if (record.checks.empty())
    return "<p class=\"absent\">No self-checks: the record holds none.</p>\n";
  std::string html = "<h3>Self-checks</h3>\n<ul class=\"checks\">\n";
  for (const Check& c : record.checks) {
    std::string kind = c.state;
    std::replace(kind.begin(), kind.end(), ' ', '-');
    html += fmt::format(
        "<li><span class=\"light {}\">{}</span><span><span class=\"name\">{}</span> <span "
        "class=\"why\" tabindex=\"0\">{}</span></span></li>\n",
        kind, c.state, escaped(c.name), escaped(c.detail));
  }
  return html + "</ul>\n";
}

std::string scale_text(const Record& record) {
  if (!record.study.scale) return {};
  const Scale& s = *record.study.scale;
  std::string what;
  const auto add = [&](double share, const char* of) {
    if (share != 1) what += fmt::format("{}{:g} of the {}", what.empty() ? "" : ", ", share, of);
  };
  add(s.size, "atoms");
  add(s.time, "times");
  add(s.train, "training steps");
  if (what.empty()) return {};
  return fmt::format(
      "<div class=\"banner\"><strong>Scaled, not comparable.</strong> This run has {} that the "
      "study "
      "file says{}. It shows that every step works and what it would give; no number of it is one "
      "of the paper's.</div>\n",
      what, s.time < 1 ? ", so its glasses were quenched faster by as much" : "");
}

}  // namespace

std::string composition_name(double x) {
  if (x == 0) return "Na3PS4";
  if (x == 4) return "Na3PO4";
  return fmt::format("Na3PS{:g}O{:g}", std::round((4 - x) * 1000) / 1000,
                     std::round(x * 1000) / 1000);
}

std::string head_section(const Record& record) {
  std::string html =
      fmt::format("<header>\n<div class=\"maker\">Vitrion study report</div>\n<h1>{}",
                  escaped(record.study.name));
  if (record.glasses.size() == 1)
    html += ": " + formula_html(composition_name(record.glasses.front().x)) + " glass";
  else if (record.glasses.size() > 1)
    html += ": Na<sub>3</sub>PS<sub>4−x</sub>O<sub>x</sub> glasses";
  html +=
      "</h1>\n<p class=\"lead\">From first-principles labels to a deep potential, a glass, and the "
      "motion of its ions.</p>\n";
  if (record.study.demonstration && !record.study.scale)
    html += fmt::format("<div class=\"banner\">{} {}</div>\n", demonstration,
                        escaped(record.study.statement));
  else if (!record.study.statement.empty())
    html += fmt::format("<p>{}</p>\n", escaped(record.study.statement));
  return html + scale_text(record) + cards(record) + checks(record) + "</header>\n";
}

}  // namespace vitrion::report
