// Figures 3 and S2: pair distributions, stiffness and volume of the glasses; and their units.
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

const json* rdf_of(const Glass& glass, const std::string& pair) {
  for (const json& r : glass.rdf)
    if (r.value("pair", "") == pair && !numbers(r, "r").empty() &&
        numbers(r, "g").size() == numbers(r, "r").size())
      return &r;
  return nullptr;
}

/// (V / V of the first dense glass)^(1/3), by the volume per atom; 1 where it is not known.
double length_ratio(const Record& record, const Glass& glass) {
  const auto own = estimate_at(glass.density, "volume_per_atom");
  for (const Glass& g : record.glasses)
    if (const auto first = estimate_at(g.density, "volume_per_atom");
        !g.porous && first && !first->is_refused())
      return own && !own->is_refused() ? std::cbrt(*own->value / *first->value) : 1;
  return 1;
}

/// g(r) of one pair in all glasses with the 95 % band, distances over `scaled` ? the length ratio
/// : 1.
Panel rdf_panel(const Record& record, const std::string& pair, bool scaled) {
  Panel panel;
  panel.title = scaled ? pair + ", scaled by the volume" : pair;
  panel.x.label = scaled ? "r (V₀/V)^{1/3} (Å)" : "r (Å)";
  panel.y.label = "g(r)";
  panel.x.low = 0;
  panel.y.low = 0;
  for (const Glass& glass : record.glasses) {
    const json* r = rdf_of(glass, pair);
    if (r == nullptr) continue;
    const double s = scaled ? length_ratio(record, glass) : 1;
    Series line;
    line.label = record.glasses.size() > 1 ? glass.name : "";
    line.colour = glass_colour(record, glass);
    line.mark = glass.porous ? Mark::dashed : Mark::line;
    line.x = numbers(*r, "r");
    for (double& v : line.x) v /= s;
    line.y = numbers(*r, "g");
    if (*std::max_element(line.y.begin(), line.y.end()) <= 0) continue;
    const std::vector<double> error = numbers(*r, "g_error");
    if (error.size() == line.x.size()) {
      Series band = line;
      band.mark = Mark::band;
      band.label.clear();
      band.opacity = 0.2;
      for (std::size_t i = 0; i < error.size(); ++i) {
        band.low.push_back(std::max(0.0, line.y[i] - 1.96 * error[i]));
        band.high.push_back(line.y[i] + 1.96 * error[i]);
      }
      panel.series.push_back(std::move(band));
    }
    panel.series.push_back(std::move(line));
  }
  return panel;
}

/// A quantity of the dense glasses against x as one line, of the porous ones as diamonds.
template <class Pick>
Panel against_x(const Record& record, const std::string& label, const Pick& pick) {
  Panel panel;
  panel.x.label = "x of Na₃PS₄₋ₓOₓ";
  panel.y.label = label;
  Series dense;
  dense.mark = Mark::points;
  dense.colour = palette::blue;
  dense.label = "dense";
  dense.width = 2.6;
  Series porous = dense;
  porous.mark = Mark::diamonds;
  porous.colour = palette::purple;
  porous.label = "porous";
  for (const Glass& glass : record.glasses)
    if (const std::optional<Estimate> e = pick(glass))
      add_point(glass.porous ? porous : dense, glass.x, *e);
  add_glasses(panel, std::move(dense), std::move(porous));
  return panel;
}

/// By strain, relaxed, which is the paper's way; else by the fluctuation of the volume.
std::optional<Estimate> modulus_of(const Glass& glass) {
  if (!glass.modulus.is_object()) return {};
  if (const auto strain = glass.modulus.find("strain"); strain != glass.modulus.end())
    if (const auto K = estimate_at(*strain, "relaxed")) return K;
  if (const auto relaxed = glass.modulus.find("relaxed"); relaxed != glass.modulus.end())
    return estimate_at(*relaxed, "K");
  return estimate_at(glass.modulus, "K");
}

}  // namespace

Figure rdf_figure(const Record& record) {
  Figure figure;
  figure.name = "fig3b";
  figure.panel_of_paper = "figure 3b";
  figure.panel_width = 360;
  figure.panel_height = 270;
  figure.columns = 3;
  const bool scaled = record.glasses.size() > 1;
  figure.caption = fmt::format(
      "Pair distributions of the relaxed glasses, one colour a composition, bands 95 %{}. The last "
      "row is an addition: the bonds around P.",
      scaled ? "; second row: distances scaled by the volume, so that what still shifts is no mere "
               "contraction"
             : "");
  const std::vector<std::string> paper = {"Na-Na", "P-P", "S-S"};
  for (const bool by_volume : {false, true}) {
    if (by_volume && !scaled) continue;
    for (const std::string& pair : paper)
      if (Panel p = rdf_panel(record, pair, by_volume); !p.series.empty())
        figure.panels.push_back(std::move(p));
  }
  for (const char* pair : {"P-S", "P-O", "Na-S"})
    if (Panel p = rdf_panel(record, pair, false); !p.series.empty())
      figure.panels.push_back(std::move(p));
  for (std::size_t k = 1; k < figure.panels.size(); ++k) figure.panels[k].legend = false;
  return figure;
}

Figure modulus_figure(const Record& record) {
  Figure figure;
  figure.name = "fig3c";
  figure.panel_of_paper = "figure 3c";
  figure.panel_width = 480;
  figure.caption =
      "Bulk modulus against composition, error bars 95 %; hollow: the porous glass and what was "
      "measured elsewhere. The paper's own points are printed as a picture only: its trend is "
      "tested among the claims.";
  Panel panel = against_x(record, "K (GPa)", modulus_of);
  if (panel.series.empty()) return figure;
  for (Series& s : reference_series(record, "bulk_modulus")) panel.series.push_back(std::move(s));
  figure.panels.push_back(std::move(panel));
  return figure;
}

Figure volume_figure(const Record& record) {
  Figure figure;
  figure.name = "figS2";
  figure.panel_of_paper = "figure S2";
  figure.panel_width = 400;
  figure.caption =
      "Volume per atom and per formula unit (one P each), and density, at 300 K. At one density "
      "the volume would fall by the mass alone, so the volumes are what tells of contraction.";
  for (const auto& [key, label] : {std::pair("volume_per_atom", "volume per atom (Å³)"),
                                   {"volume_per_formula_unit", "volume per formula unit (Å³)"},
                                   {"density", "density (g cm⁻³)"}}) {
    Panel panel =
        against_x(record, label, [&](const Glass& g) { return estimate_at(g.density, key); });
    if (panel.series.empty()) continue;
    if (std::string(key) == "density")
      for (Series& s : reference_series(record, "density")) panel.series.push_back(std::move(s));
    figure.panels.push_back(std::move(panel));
  }
  figure.columns = static_cast<int>(std::max<std::size_t>(1, figure.panels.size()));
  return figure;
}

Figure units_figure(const Record& record) {
  Figure figure;
  figure.name = "units";
  figure.caption =
      "Structural units around phosphorus, as a share of all P; '+P' marks a P-P bond. Error bars "
      "95 %.";
  for (const Glass& glass : record.glasses) {
    if (!glass.units.is_object()) continue;
    Panel panel;
    panel.title = record.glasses.size() > 1 ? glass.name : "";
    panel.x.label = "share of phosphorus (%)";
    panel.x.low = 0;
    panel.legend = false;
    Series bars;
    bars.mark = Mark::bars;
    bars.colour = glass_colour(record, glass);
    for (const json& c : glass.units.value("classes", json::array())) {
      const Estimate e = analysis::estimate_from_json(c.at("fraction"));
      if (panel.y.names.size() == 8 || e.is_refused()) break;
      bars.y.push_back(static_cast<double>(panel.y.names.size()));
      bars.x.push_back(100 * *e.value);
      bars.low.push_back(std::max(0.0, 100 * e.low));
      bars.high.push_back(100 * e.high);
      panel.y.names.push_back(c.value("name", "?"));
    }
    if (bars.x.empty()) continue;
    figure.panel_height = std::max(figure.panel_height, 90 + 26 * static_cast<int>(bars.x.size()));
    panel.series.push_back(bars);
    figure.panels.push_back(std::move(panel));
  }
  figure.panel_width = 400;
  figure.columns = static_cast<int>(std::clamp<std::size_t>(figure.panels.size(), 1, 3));
  return figure;
}

}  // namespace vitrion::report
