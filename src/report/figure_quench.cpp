// How the glasses were made and what the study took: temperature and density in time, wall time.
#include <fmt/format.h>

#include <algorithm>

#include "report/figure_parts.hpp"
#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

namespace {

/// One curve a replica; of a long quench at most 1500 points.
Series trace_series(const std::vector<double>& x, const std::vector<double>& y) {
  Series s;
  const std::size_t stride = std::max<std::size_t>(1, (x.size() + 1499) / 1500);
  for (std::size_t i = 0; i < x.size(); i += stride) {
    s.x.push_back(x[i]);
    s.y.push_back(y[i]);
  }
  s.width = 1.1;
  s.opacity = 0.85;
  return s;
}

}  // namespace

Figure quench_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "quench";
  const bool many = record.glasses.size() > 1;
  figure.caption = fmt::format(
      "Temperature and density while the glasses are heated, held, quenched and relaxed; one line "
      "a replica{}.",
      many ? ", a colour a composition" : "");
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
    for (const Glass& glass : record.glasses) {
      bool named = false;
      for (std::size_t k = 0; k < glass.replicas.size(); ++k) {
        const auto table = tables.find(glass.replicas[k].trace);
        if (table == tables.end()) continue;
        const std::vector<double>* x = table->second.find("time_ps");
        const std::vector<double>* y = table->second.find(c.name);
        if (x == nullptr || y == nullptr) continue;
        Series s = trace_series(*x, *y);
        s.colour = many ? glass_colour(record, glass) : palette::distinct(k);
        if (!many) s.label = fmt::format("replica {}", glass.replicas[k].replica);
        if (many && !named) s.label = glass.name;
        named = true;
        panel.series.push_back(std::move(s));
      }
    }
    panel.legend = panel.series.size() > 1 && figure.panels.empty();
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  return figure;
}

Figure timing_figure(const Record& record) {
  Figure figure;
  figure.name = "timing";
  figure.caption = "Wall time of each stage" +
                   (record.study.machine.empty() ? "." : " on " + record.study.machine + ".");
  if (record.stages.empty()) return figure;
  // Of many stages of a kind ("quench-x0-1", "quench-x0-2", ...) the kind is what is asked for.
  std::vector<Stage> kinds;
  for (const Stage& s : record.stages) {
    const std::string kind =
        record.stages.size() > 24 ? s.name.substr(0, s.name.find('-')) : s.name;
    const auto found =
        std::find_if(kinds.begin(), kinds.end(), [&](const Stage& k) { return k.name == kind; });
    if (found == kinds.end())
      kinds.push_back({kind, s.seconds, ""});
    else
      found->seconds += s.seconds;
  }
  Panel panel;
  panel.legend = false;
  panel.x.low = 0;
  double longest = 0;
  for (const Stage& s : kinds) longest = std::max(longest, s.seconds);
  const bool minutes = longest > 180;
  panel.x.label = minutes ? "minutes" : "seconds";
  Series bars;
  bars.mark = Mark::bars;
  bars.colour = palette::green;
  for (const Stage& s : kinds) {
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

}  // namespace vitrion::report
