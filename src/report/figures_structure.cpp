// Figures of the glass: how it was quenched, its pair distributions and its structural units.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/estimate_json.hpp"
#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

using nlohmann::json;

namespace {

std::vector<double> numbers(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_array() ? found->get<std::vector<double>>()
                                                    : std::vector<double>{};
}

/// "4.00 ± 0.03" or "refused".
std::string short_text(const analysis::Estimate& e) {
  if (e.is_refused()) return "refused";
  return fmt::format("{:.2f} ± {:.2f}", *e.value, e.half_width());
}

}  // namespace

Figure quench_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "quench";
  figure.caption =
      "Temperature and density while the glass is heated, held, quenched and relaxed; one line a "
      "replica.";
  figure.columns = 1;
  figure.panel_width = 1080;
  figure.panel_height = 240;
  struct Column {
    const char* title;
    const char* name;
    const char* label;
  };
  for (const Column& c : {Column{"Temperature", "temperature_K", "T (K)"},
                          Column{"Density", "density_g_cm3", "density (g cm⁻³)"}}) {
    Panel panel;
    panel.title = c.title;
    panel.x.label = "time (ps)";
    panel.y.label = c.label;
    for (std::size_t k = 0; k < first_glass(record).replicas.size(); ++k) {
      const auto table = tables.find(first_glass(record).replicas[k].trace);
      if (table == tables.end()) continue;
      const std::vector<double>* x = table->second.find("time_ps");
      const std::vector<double>* y = table->second.find(c.name);
      if (x == nullptr || y == nullptr) continue;
      Series s;
      s.x = *x;
      s.y = *y;
      s.width = 1.1;
      s.opacity = 0.85;
      s.colour = palette::distinct(k);
      s.label = fmt::format("replica {}", first_glass(record).replicas[k].replica);
      panel.series.push_back(std::move(s));
    }
    panel.legend = panel.series.size() > 1 && figure.panels.empty();
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  return figure;
}

Figure rdf_figure(const Record& record) {
  Figure figure;
  figure.name = "rdf";
  figure.columns = 3;
  figure.panel_width = 373;
  figure.panel_height = 280;
  const std::vector<std::string> order = {"P-S", "P-O", "Na-S", "Na-O", "Na-Na",
                                          "P-P", "S-S", "Na-P", "S-O"};
  for (const std::string& pair : order) {
    for (const json& r : first_glass(record).rdf) {
      if (r.value("pair", "") != pair || figure.panels.size() == 6) continue;
      const std::vector<double> x = numbers(r, "r");
      const std::vector<double> g = numbers(r, "g");
      if (x.empty() || g.size() != x.size() || *std::max_element(g.begin(), g.end()) <= 0) continue;
      Panel panel;
      panel.title = pair;
      panel.x.label = "r (Å)";
      panel.y.label = "g(r)";
      panel.x.low = 0;
      panel.y.low = 0;
      panel.legend = false;
      Series band;
      band.mark = Mark::band;
      band.colour = palette::blue;
      band.opacity = 0.22;
      band.x = x;
      band.y = g;
      const std::vector<double> error = numbers(r, "g_error");
      for (std::size_t i = 0; i < x.size() && error.size() == x.size(); ++i) {
        band.low.push_back(std::max(0.0, g[i] - 1.96 * error[i]));
        band.high.push_back(g[i] + 1.96 * error[i]);
      }
      if (!band.low.empty()) panel.series.push_back(band);
      if (r.contains("first_minimum") && r["first_minimum"].is_number()) {
        Series cut;
        cut.mark = Mark::vertical;
        cut.colour = palette::grey;
        cut.x = {r["first_minimum"].get<double>()};
        panel.series.push_back(cut);
        if (r.contains("coordination_number"))
          panel.title = fmt::format(
              "{}    {} within {:.2f} Å", pair,
              short_text(analysis::estimate_from_json(r["coordination_number"])), cut.x[0]);
      }
      Series line;
      line.colour = palette::blue;
      line.x = x;
      line.y = g;
      panel.series.push_back(line);
      figure.panels.push_back(std::move(panel));
    }
  }
  figure.columns = std::min<int>(3, std::max<int>(1, static_cast<int>(figure.panels.size())));
  figure.caption =
      "Pair distributions of the relaxed glass, bands 95 %. Dashed: the first minimum, up to which "
      "the coordination "
      "number of the title counts the second species around the first.";
  return figure;
}

Figure units_figure(const Record& record) {
  Figure figure;
  figure.name = "units";
  figure.caption =
      "Structural units around phosphorus, as a share of all P; '+P' marks a P-P bond. Error bars "
      "95 %.";
  if (!first_glass(record).units.is_object()) return figure;
  Panel panel;
  panel.x.label = "share of phosphorus (%)";
  panel.x.low = 0;
  panel.legend = false;
  Series bars;
  bars.mark = Mark::bars;
  bars.colour = palette::blue;
  for (const json& c : first_glass(record).units.value("classes", json::array())) {
    const analysis::Estimate e = analysis::estimate_from_json(c.at("fraction"));
    if (panel.y.names.size() == 10 || e.is_refused()) break;
    bars.y.push_back(static_cast<double>(panel.y.names.size()));
    bars.x.push_back(100 * *e.value);
    bars.low.push_back(std::max(0.0, 100 * e.low));
    bars.high.push_back(100 * e.high);
    panel.y.names.push_back(c.value("name", "?"));
  }
  figure.panel_width = 560;
  figure.panel_height = 90 + 26 * static_cast<int>(bars.x.size());
  if (!bars.x.empty()) {
    panel.series.push_back(bars);
    figure.panels.push_back(panel);
  }
  return figure;
}

}  // namespace vitrion::report
