// How the ions move, and why: panels, the table of conductivities, run by run.
#include <fmt/format.h>

#include "analysis/estimate_json.hpp"
#include "report/html_table.hpp"
#include "report/sections.hpp"
#include "report/text.hpp"

namespace vitrion::report {

using analysis::estimate_from_json;
using nlohmann::json;

namespace {

void add_run_rows(const Glass& glass, const json& conductivity, HtmlTable& table) {
  int k = 0;
  for (const json& r : conductivity.value("replicas", json::array())) {
    const json window = r.value("window_ps", json::array());
    table.row(
        {escaped(glass.name), fmt::format("{:g}", conductivity.value("temperature", 0.0)),
         fmt::format("{}", ++k), estimate_cell(r, "D"), fmt::format("{}", r.value("ions", 0)),
         fmt::format("{:.4g}", r.value("duration_ps", 0.0)),
         window.size() == 2
             ? fmt::format("{:.3g} to {:.3g}", window[0].get<double>(), window[1].get<double>())
             : "-",
         estimate_cell(r, "loglog_slope"), fmt::format("{:.2f}", r.value("cage_plateau", 0.0)),
         r.contains("framework_msd") && r["framework_msd"].is_number()
             ? fmt::format("{:.2g}", r["framework_msd"].get<double>())
             : "-",
         escaped(r.value("guard", ""))});
  }
}

}  // namespace

std::string transport_section(const Record& record) {
  if (record.glasses.empty()) return {};
  HtmlTable results({"glass", "T (K)", "D (cm² s⁻¹)", "D, paper's estimator",
                     "σ<sub>NE</sub> (S cm⁻¹)", "σ collective (S cm⁻¹)", "Haven ratio"});
  HtmlTable runs({"glass", "T (K)", "run", "D (cm² s⁻¹)", ">ions", ">ps", "window (ps)",
                  "log-log slope", ">cage (Å²)", ">framework (Å²)", "guard"});
  std::vector<std::string> reasons;
  for (const Glass& glass : record.glasses)
    for (const IonDynamics& d : glass.temperatures) {
      if (!d.conductivity.is_object()) continue;
      const json& c = d.conductivity;
      results.row({escaped(glass.name), fmt::format("{:g}", d.temperature), estimate_cell(c, "D"),
                   estimate_cell(c, "D_paper"), estimate_cell(c, "sigma_NE"),
                   estimate_cell(c, "sigma_collective"), estimate_cell(c, "haven")});
      add_run_rows(glass, c, runs);
      for (const char* key : {"D", "D_paper", "sigma_collective"})
        if (c.contains(key) && c[key].contains("refused"))
          reasons.push_back(fmt::format("{}, {:g} K, {}: {}", glass.name, d.temperature, key,
                                        c[key]["refused"].get<std::string>()));
    }
  std::string html =
      "<div class=\"panels\" id=\"panels-sigma\"></div>\n<h3>Displacements, and a fit by "
      "hand</h3>\n"
      "<div id=\"window-fit\"></div>\n<div class=\"panels\" id=\"panels-msd\"></div>\n"
      "<h3>Conductivities</h3>\n" +
      results.html(
          "D from the MSD over all origins by generalised least squares; the paper's estimator "
          "takes the slope from one origin between 50 and 95 % of the run. σ<sub>NE</sub> = n q² D "
          "/ kT with each run's own volume. Several runs are combined on the logarithm: the wider "
          "of Student's t over the runs and the errors within them.");
  if (results.empty())
    html += "<p class=\"absent\">None: the study has not measured the motion of its ions.</p>\n";
  if (!reasons.empty())
    html +=
        fmt::format("<details{}><summary>What was refused, and why ({})</summary>{}</details>\n",
                    reasons.size() > 8 ? "" : " open", reasons.size(), list_html(reasons));
  if (!runs.empty())
    html += "<details><summary>Run by run</summary>" +
            runs.html(
                "The window is where the fit was made; the log-log slope of the MSD over it must "
                "agree with 1, and the MSD must end over three times its cage plateau. Framework: "
                "the MSD of its atoms over the window; over some 4 Å² (a P-S bond squared) the "
                "framework flows, and the run is one of a liquid, not of a glass.") +
            "</details>\n";
  return html;
}

std::string mechanism_section(const Record& record) {
  if (record.glasses.empty()) return {};
  return "<p>The paper's thesis: oxygen takes free volume away, while the doorways between the "
         "sites of the ions become more flexible, and the ions ride on both. Here each part is "
         "measured.</p>\n<div class=\"panels\" id=\"panels-mechanism\"></div>\n"
         "<div id=\"doorway-model\"></div>\n";
}

}  // namespace vitrion::report
