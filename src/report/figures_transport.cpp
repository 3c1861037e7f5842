// Figures of the moving ions, of the time that all took, and the list of all figures.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"
#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

using nlohmann::json;

namespace {

std::vector<double> temperatures_of(const Record& record) {
  std::vector<double> all;
  for (const IonDynamics& t : first_glass(record).temperatures) all.push_back(t.temperature);
  return all;
}

/// MSDs of one species, a colour a temperature, a line a replica.
Panel msd_panel(const Record& record, const Tables& tables, const std::string& species,
                const std::string& title) {
  Panel panel;
  panel.title = title;
  panel.x = {"time lag (ps)", true, {}, {}, {}};
  panel.y = {"MSD (Å²)", true, {}, {}, {}};
  panel.legend_below = true;
  const std::vector<double> temperatures = temperatures_of(record);
  double longest = 0;
  double largest = 0;
  for (std::size_t k = 0; k < temperatures.size(); ++k) {
    bool first = true;
    for (const IonRun& run : first_glass(record).temperatures[k].runs) {
      const auto table = tables.find(run.msd);
      if (table == tables.end()) continue;
      const std::vector<double>* lag = table->second.find("lag_ps");
      const std::vector<double>* msd = table->second.find(species);
      if (lag == nullptr || msd == nullptr || lag->empty()) continue;
      Series s;
      for (std::size_t i = 0; i < lag->size(); ++i)
        if ((*msd)[i] > 0) {
          s.x.push_back((*lag)[i]);
          s.y.push_back((*msd)[i]);
        }
      s.colour = palette::heat(k, temperatures.size());
      s.width = 1.5;
      s.opacity = first ? 1 : 0.6;
      if (first) s.label = fmt::format("{:g} K", temperatures[k]);
      first = false;
      longest = std::max(longest, lag->back());
      largest = std::max(largest, *std::max_element(msd->begin(), msd->end()));
      panel.series.push_back(std::move(s));
    }
  }
  // A slope of 1, above the curves; where nothing moves it would only stretch the axis.
  if (!panel.series.empty() && largest > 3) {
    Series guide;
    guide.mark = Mark::dashed;
    guide.colour = palette::grey;
    guide.width = 1;
    guide.label = "slope 1";
    guide.x = {longest / 12, longest};
    guide.y = {largest * 1.6 / 12, largest * 1.6};
    panel.series.push_back(guide);
  }
  return panel;
}

std::string mobile_species(const Record& record) {
  for (const IonDynamics& d : first_glass(record).temperatures)
    if (d.conductivity.is_object()) return d.conductivity.value("species", "Na");
  return "Na";
}

}  // namespace

Figure msd_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "msd";
  figure.panel_width = 540;
  figure.panel_height = 380;
  figure.caption =
      "Mean squared displacements over all time origins, in the frame of the framework; one line a "
      "run. "
      "Diffusion is a line of slope 1; the longest lags rest on few independent windows and are "
      "not fitted.";
  const std::string mobile = mobile_species(record);
  for (const auto& [species, title] :
       {std::pair<std::string, std::string>{mobile, mobile + ", the mobile ion"},
        {"P", "P, the framework"}}) {
    Panel panel = msd_panel(record, tables, species, title);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.columns = static_cast<int>(std::max<std::size_t>(1, figure.panels.size()));
  return figure;
}

Figure arrhenius_figure(const Record& record) {
  Figure figure;
  figure.name = "arrhenius";
  figure.panel_width = 640;
  figure.panel_height = 380;
  if (!first_glass(record).arrhenius.is_object()) return figure;
  Panel panel;
  panel.x.label = "1000 / T (K⁻¹)";
  panel.y = {"σT (S K cm⁻¹)", true, {}, {}, {}};
  figure.caption =
      "Nernst-Einstein conductivity times temperature, one point a run with its 95 % interval; "
      "line and band: "
      "the Arrhenius fit with its 95 % interval. " +
      first_glass(record).arrhenius.value("statement", "") + ".";
  const json band = first_glass(record).arrhenius.value("band", json::object());
  if (band.contains("temperature") && !band["temperature"].empty()) {
    const auto T = band["temperature"].get<std::vector<double>>();
    const auto sigma = band.at("sigma").get<std::vector<double>>();
    const auto low = band.at("low").get<std::vector<double>>();
    const auto high = band.at("high").get<std::vector<double>>();
    Series fill;
    fill.mark = Mark::band;
    fill.colour = palette::blue;
    fill.opacity = 0.15;
    Series line;
    line.colour = palette::blue;
    for (std::size_t i = 0; i < T.size(); ++i) {
      fill.x.push_back(1000 / T[i]);
      fill.y.push_back(sigma[i] * T[i]);
      fill.low.push_back(low[i] * T[i]);
      fill.high.push_back(high[i] * T[i]);
    }
    line.x = fill.x;
    line.y = fill.y;
    const analysis::Estimate Ea =
        analysis::estimate_from_json(first_glass(record).arrhenius.at("activation_energy"));
    if (!Ea.is_refused())
      line.label = fmt::format("Ea = {:.3f} eV [{:.3f}, {:.3f}]", *Ea.value, Ea.low, Ea.high);
    panel.series.push_back(fill);
    panel.series.push_back(line);
  }
  Series points;
  points.mark = Mark::points;
  points.colour = palette::vermilion;
  points.width = 2.4;
  points.label = "runs";
  Series limits = points;
  limits.mark = Mark::upper_limit;
  limits.colour = palette::grey;
  limits.label = "refused: upper bound";
  for (const json& p : first_glass(record).arrhenius.value("points", json::array())) {
    const double T = p.at("temperature").get<double>();
    const analysis::Estimate sigma = analysis::estimate_from_json(p.at("sigma"));
    if (sigma.is_refused()) {
      if (!sigma.upper95) continue;
      limits.x.push_back(1000 / T);
      limits.y.push_back(*sigma.upper95 * T);
    } else {
      points.x.push_back(1000 / T);
      points.y.push_back(*sigma.value * T);
      points.low.push_back(sigma.low * T);
      points.high.push_back(sigma.high * T);
    }
  }
  if (!points.x.empty()) panel.series.push_back(points);
  if (!limits.x.empty()) panel.series.push_back(limits);
  if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  return figure;
}

Figure timing_figure(const Record& record) {
  Figure figure;
  figure.name = "timing";
  figure.caption = "Wall time of each stage" +
                   (record.study.machine.empty() ? "." : " on " + record.study.machine + ".");
  if (record.stages.empty()) return figure;
  Panel panel;
  panel.legend = false;
  panel.x.low = 0;
  double longest = 0;
  for (const Stage& s : record.stages) longest = std::max(longest, s.seconds);
  const bool minutes = longest > 180;
  panel.x.label = minutes ? "minutes" : "seconds";
  Series bars;
  bars.mark = Mark::bars;
  bars.colour = palette::green;
  for (const Stage& s : record.stages) {
    bars.y.push_back(static_cast<double>(panel.y.names.size()));
    bars.x.push_back(minutes ? s.seconds / 60 : s.seconds);
    panel.y.names.push_back(s.name);
  }
  panel.series.push_back(bars);
  figure.panel_width = 760;
  figure.panel_height = 90 + 22 * static_cast<int>(bars.x.size());
  figure.panels.push_back(panel);
  return figure;
}

std::vector<Figure> figures(const Record& record, const Tables& tables) {
  std::vector<Figure> all;
  for (Figure& figure : std::vector<Figure>{
           parity_figure(record, tables), learning_figure(record, tables), timing_figure(record),
           quench_figure(record, tables), rdf_figure(record), units_figure(record),
           msd_figure(record, tables), arrhenius_figure(record)})
    if (!figure.empty()) all.push_back(std::move(figure));
  return all;
}

json to_json(const Figure& figure) {
  json j = {{"name", figure.name}, {"caption", figure.caption}, {"panels", json::array()}};
  for (const Panel& panel : figure.panels) {
    json p = {{"title", panel.title},
              {"x", panel.x.label},
              {"y", panel.y.label},
              {"series", json::array()}};
    if (!panel.y.names.empty()) p["y_names"] = panel.y.names;
    for (const Series& s : panel.series)
      p["series"].push_back(
          {{"label", s.label}, {"x", s.x}, {"y", s.y}, {"low", s.low}, {"high", s.high}});
    j["panels"].push_back(std::move(p));
  }
  return j;
}

}  // namespace vitrion::report
