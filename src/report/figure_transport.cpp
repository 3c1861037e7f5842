// Figures 4, 5b and S3: displacements and conductivity.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"
#include "report/figure_parts.hpp"
#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

using analysis::Estimate;
using nlohmann::json;

namespace {

// The paper calls 333 and 363 K not converged and shows them apart.
constexpr double main_from = 380;  // K

/// Displacements from the first frame at one temperature, a colour a composition, on the paper's
/// linear axes with its window of the fit.
Panel msd_panel(const Record& record, const Tables& tables, double T, const std::string& species) {
  Panel panel;
  panel.title = fmt::format("{} at {:g} K", species, T);
  panel.x.label = "time (ps)";
  panel.y.label = "MSD (Å²)";
  panel.x.low = 0;
  panel.y.low = 0;
  double last = 0;
  for (const Glass& glass : record.glasses) {
    const IonDynamics* d = dynamics_at(glass, T);
    if (d == nullptr) continue;
    for (Series& s :
         msd_series(*d, tables, species, true, glass_colour(record, glass), glass.name)) {
      last = std::max(last, s.x.back());
      panel.series.push_back(std::move(s));
    }
  }
  if (last > 0) panel.window = std::vector<double>{0.5 * last, 0.95 * last};
  return panel;
}

Figure msd_figure(const Record& record, const Tables& tables, const std::string& species,
                  bool main) {
  Figure figure;
  figure.panel_width = 360;
  figure.panel_height = 300;
  for (const double T : temperatures_of(record))
    if ((T >= main_from) == main)
      if (Panel p = msd_panel(record, tables, T, species); !p.series.empty())
        figure.panels.push_back(std::move(p));
  for (std::size_t k = 1; k < figure.panels.size(); ++k) figure.panels[k].legend = false;
  if (!figure.panels.empty()) figure.panels[0].legend_left = true;
  figure.columns = static_cast<int>(std::clamp<std::size_t>(figure.panels.size(), 1, 3));
  return figure;
}

/// sigma of a glass at a temperature, or the bound of a refused one.
void add_sigma(const IonDynamics& d, double x, double factor, Series& points, Series& bounds) {
  const std::optional<Estimate> sigma = estimate_at(d.conductivity, "sigma_NE");
  if (!sigma) return;
  if (!sigma->is_refused()) {
    add_point(points, x, sigma->scaled(factor, sigma->unit, sigma->method));
  } else if (sigma->upper95) {
    bounds.x.push_back(x);
    bounds.y.push_back(factor * *sigma->upper95);
  }
}

void add_band(const Record& record, const Glass& glass, Panel& panel) {
  if (!glass.arrhenius.is_object()) return;
  const json band = glass.arrhenius.value("band", json::object());
  const std::vector<double> T = numbers(band, "temperature");
  if (T.empty()) return;
  const std::vector<double> sigma = numbers(band, "sigma");
  const std::vector<double> low = numbers(band, "low");
  const std::vector<double> high = numbers(band, "high");
  Series fill;
  fill.mark = Mark::band;
  fill.colour = glass_colour(record, glass);
  fill.opacity = 0.12;
  for (std::size_t i = 0; i < T.size(); ++i) {
    fill.x.push_back(1000 / T[i]);
    fill.y.push_back(sigma[i] * T[i]);
    fill.low.push_back(low[i] * T[i]);
    fill.high.push_back(high[i] * T[i]);
  }
  Series line = fill;
  line.mark = glass.porous ? Mark::dashed : Mark::line;
  line.opacity = 1;
  line.low.clear();
  line.high.clear();
  if (const auto Ea = estimate_at(glass.arrhenius, "activation_energy"); Ea && !Ea->is_refused())
    line.label =
        fmt::format("{}: {:.3f} eV [{:.3f}, {:.3f}]", glass.name, *Ea->value, Ea->low, Ea->high);
  panel.series.push_back(std::move(fill));
  panel.series.push_back(std::move(line));
}

/// Hollow triangles in grey: nothing was found up to there.
Series bound_series() {
  Series s;
  s.mark = Mark::upper_limit;
  s.colour = palette::grey;
  s.width = 2.4;
  s.label = "refused: 95 % bound";
  return s;
}

}  // namespace

Figure msd_main_figure(const Record& record, const Tables& tables) {
  Figure figure = msd_figure(record, tables, mobile_species(record), true);
  figure.name = "fig4abc";
  figure.panel_of_paper = "figure 4a-c";
  figure.caption =
      "Mean squared displacement of the mobile ion from the first frame; replicas thin, their mean "
      "thick. Shaded: 50 to 95 % of the run, the paper's window of the fit.";
  return figure;
}

Figure msd_cold_figure(const Record& record, const Tables& tables) {
  Figure figure = msd_figure(record, tables, mobile_species(record), false);
  figure.name = "figS3";
  figure.panel_of_paper = "figure S3";
  figure.caption =
      "As figure 4a-c, at the temperatures that the paper calls not converged. What the data "
      "cannot carry is refused in the table of conductivities.";
  return figure;
}

Figure phosphorus_figure(const Record& record, const Tables& tables) {
  Figure figure = msd_figure(record, tables, "P", true);
  figure.name = "fig5b";
  figure.panel_of_paper = "figure 5b";
  figure.caption =
      "Mean squared displacement of P from the first frame, in the frame of the framework, so that "
      "its drift as a whole is no motion; replicas thin, their mean thick.";
  return figure;
}

Figure sigma_figure(const Record& record) {
  Figure figure;
  figure.name = "fig4d";
  figure.panel_of_paper = "figure 4d";
  figure.panel_width = 560;
  figure.panel_height = 400;
  figure.caption =
      "Nernst-Einstein conductivity against composition; one line a temperature, error bars 95 %. "
      "Hollow: the porous glass, bounds where the data carry no value, and what was measured "
      "elsewhere, at its own temperature. The experiments of the paper's panel are printed as a "
      "picture only.";
  Panel panel;
  panel.x.label = "x of Na₃PS₄₋ₓOₓ";
  panel.y = {"σ (S cm⁻¹)", true, {}, {}, {}};
  const std::vector<double> T = temperatures_of(record);
  Series bounds = bound_series();
  Series none;
  for (std::size_t k = 0; k < T.size(); ++k) {
    Series dense;
    dense.mark = Mark::points;
    dense.colour = palette::heat(k, T.size());
    dense.width = 2.6;
    dense.label = fmt::format("{:g} K", T[k]);
    Series porous = dense;
    porous.mark = Mark::diamonds;
    porous.label.clear();
    for (const Glass& glass : record.glasses)
      if (const IonDynamics* d = dynamics_at(glass, T[k]))
        add_sigma(*d, glass.x, 1, glass.porous ? porous : dense, bounds);
    add_glasses(panel, std::move(dense), std::move(porous));
  }
  if (!bounds.x.empty()) panel.series.push_back(std::move(bounds));
  if (panel.series.empty()) return figure;
  for (Series& s : reference_series(record, "conductivity")) panel.series.push_back(std::move(s));
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure arrhenius_figure(const Record& record) {
  Figure figure;
  figure.name = "arrhenius";
  figure.panel_width = 640;
  figure.panel_height = 400;
  figure.caption =
      "Nernst-Einstein conductivity times temperature, one point a temperature with its 95 % "
      "interval; lines and bands: the Arrhenius fits with their 95 % intervals.";
  Panel panel;
  panel.x.label = "1000 / T (K⁻¹)";
  panel.y = {"σT (S K cm⁻¹)", true, {}, {}, {}};
  Series bounds = bound_series();
  for (const Glass& glass : record.glasses) {
    add_band(record, glass, panel);
    Series points;
    points.mark = glass.porous ? Mark::diamonds : Mark::points;
    points.colour = glass_colour(record, glass);
    points.width = 2.4;
    for (const IonDynamics& d : glass.temperatures)
      add_sigma(d, 1000 / d.temperature, d.temperature, points, bounds);
    if (!points.x.empty()) panel.series.push_back(std::move(points));
  }
  if (!bounds.x.empty()) panel.series.push_back(std::move(bounds));
  if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace vitrion::report
