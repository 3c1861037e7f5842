#include "report/figures.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace vitrion::report {

using nlohmann::json;

std::vector<Figure> figures(const Record& record, const FigureInputs& in) {
  std::vector<Figure> all;
  for (Figure& figure : std::vector<Figure>{
           workflow_figure(record), parity_figure(record, in.tables),
           glass_figure(record, in.snapshots), rdf_figure(record), modulus_figure(record),
           msd_main_figure(record, in.tables), sigma_figure(record),
           phosphorus_paths_figure(record, in.movies), phosphorus_figure(record, in.tables),
           pore_figure(record, in.snapshots), pore_paths_figure(record, in.movies),
           volume_figure(record), msd_cold_figure(record, in.tables),
           ion_paths_figure(record, in.movies), learning_figure(record, in.tables),
           timing_figure(record), quench_figure(record, in.tables), units_figure(record),
           arrhenius_figure(record)})
    if (!figure.empty()) all.push_back(std::move(figure));
  return all;
}

std::vector<std::string> absent_figures(const std::vector<Figure>& drawn) {
  struct Needs {
    const char* panel;
    const char* what;
  };
  constexpr Needs all[] = {{"figure 1", "nothing was run"},
                           {"figure 2a-d", "no labels were held back to test the potential on"},
                           {"figure 3a", "no relaxed glass"},
                           {"figure 3b", "no pair distributions"},
                           {"figure 3c", "no bulk modulus was measured"},
                           {"figure 4a-c", "no run at 380 K or above"},
                           {"figure 4d", "no conductivity"},
                           {"figure 5a", "no trajectory of the ions was kept"},
                           {"figure 5b", "no displacements of P at 380 K or above"},
                           {"figure S1a", "no porous glass in this study"},
                           {"figure S1b", "no run of a porous glass in this study"},
                           {"figure S2", "no volume of a glass"},
                           {"figure S3", "no run below 380 K"},
                           {"figure S4", "no trajectory of the ions was kept"}};
  std::vector<std::string> lines;
  for (const Needs& n : all)
    if (std::none_of(drawn.begin(), drawn.end(),
                     [&](const Figure& f) { return f.panel_of_paper == n.panel; }))
      lines.push_back(std::string(n.panel) + ": " + n.what);
  return lines;
}

json to_json(const Figure& figure) {
  json j = {{"name", figure.name}, {"caption", figure.caption}, {"panels", json::array()}};
  if (!figure.panel_of_paper.empty()) j["panel_of_paper"] = figure.panel_of_paper;
  for (const Panel& panel : figure.panels) {
    json p = {{"title", panel.title},
              {"x", panel.x.label},
              {"y", panel.y.label},
              {"series", json::array()}};
    if (!panel.y.names.empty()) p["y_names"] = panel.y.names;
    if (!panel.words.empty())
      for (const Words& w : panel.words) p["words"].push_back(w.text);
    for (const Series& s : panel.series)
      p["series"].push_back(
          {{"label", s.label}, {"x", s.x}, {"y", s.y}, {"low", s.low}, {"high", s.high}});
    j["panels"].push_back(std::move(p));
  }
  return j;
}

}  // namespace vitrion::report
