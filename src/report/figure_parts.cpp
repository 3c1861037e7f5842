#include "report/figure_parts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "analysis/estimate_json.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

using nlohmann::json;

std::vector<double> temperatures_of(const Record& record) {
  std::set<double> all;
  for (const Glass& glass : record.glasses)
    for (const IonDynamics& d : glass.temperatures) all.insert(d.temperature);
  return {all.begin(), all.end()};
}

const IonDynamics* dynamics_at(const Glass& glass, double temperature) {
  for (const IonDynamics& d : glass.temperatures)
    if (d.temperature == temperature) return &d;
  return nullptr;
}

const std::string& glass_colour(const Record& record, const Glass& glass) {
  if (glass.porous) return palette::purple;
  std::size_t dense = 0;
  for (const Glass& g : record.glasses) {
    if (&g == &glass || g.key == glass.key) break;
    dense += g.porous ? 0 : 1;
  }
  return palette::of_glass(dense);
}

std::string mobile_species(const Record& record) {
  for (const Glass& glass : record.glasses)
    for (const IonDynamics& d : glass.temperatures)
      if (d.conductivity.is_object()) return d.conductivity.value("species", "Na");
  return "Na";
}

std::optional<analysis::Estimate> estimate_at(const json& record, const char* key) {
  if (!record.is_object() || !record.contains(key) || !record.at(key).is_object()) return {};
  return analysis::estimate_from_json(record.at(key));
}

void add_point(Series& series, double x, const analysis::Estimate& estimate) {
  if (estimate.is_refused()) return;
  series.x.push_back(x);
  series.y.push_back(*estimate.value);
  series.low.push_back(estimate.low);
  series.high.push_back(estimate.high);
}

void add_glasses(Panel& panel, Series dense, Series porous) {
  if (dense.x.size() > 1) {
    Series line = dense;
    line.mark = Mark::line;
    line.label.clear();
    line.width = 1;
    line.low.clear();
    line.high.clear();
    panel.series.push_back(std::move(line));
  }
  for (Series* s : {&dense, &porous})
    if (!s->x.empty()) panel.series.push_back(std::move(*s));
}

std::vector<double> numbers(const json& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_array() ? found->get<std::vector<double>>()
                                                    : std::vector<double>{};
}

std::vector<Series> msd_series(const IonDynamics& dynamics, const Tables& tables,
                               const std::string& species, bool first, const std::string& colour,
                               const std::string& label) {
  std::vector<Series> all;
  for (const IonRun& run : dynamics.runs) {
    const auto table = tables.find(run.msd);
    if (table == tables.end()) continue;
    const std::vector<double>* lag = table->second.find("lag_ps");
    const std::vector<double>* msd = first ? table->second.find(species + "_first") : nullptr;
    if (msd == nullptr) msd = table->second.find(species);
    if (lag == nullptr || msd == nullptr || lag->empty()) continue;
    Series& s = all.emplace_back();
    s.x = *lag;
    s.y = *msd;
    s.colour = colour;
    s.width = 0.8;
    s.opacity = 0.45;
  }
  if (all.empty()) return all;
  if (all.size() == 1) {
    all[0].width = 1.8;
    all[0].opacity = 1;
    all[0].label = label;
    return all;
  }
  Series mean = all[0];
  mean.width = 2;
  mean.opacity = 1;
  mean.label = label;
  std::size_t n = mean.x.size();
  for (const Series& s : all) n = std::min(n, s.x.size());
  mean.x.resize(n);
  mean.y.assign(n, 0);
  for (const Series& s : all)
    for (std::size_t i = 0; i < n; ++i) mean.y[i] += s.y[i] / static_cast<double>(all.size());
  all.push_back(std::move(mean));
  return all;
}

std::vector<Series> reference_series(const Record& record, const std::string& quantity,
                                     double factor) {
  Series points;
  points.label = "experiment";
  points.mark = Mark::open_squares;
  points.colour = palette::ink;
  points.width = 2.6;
  Series bounds = points;
  bounds.label = "experiment, upper bound";
  bounds.mark = Mark::upper_limit;
  Series faint = points;
  faint.label = "literature, not verified";
  faint.colour = palette::grey;
  for (const json& e : record.reference) {
    if (!e.is_object() || e.value("quantity", "") != quantity) continue;
    if (!e.contains("x") || !e["x"].is_number() || !e.contains("value") || !e["value"].is_number())
      continue;
    const bool bound = e.value("upper_bound", false);
    Series& s = bound ? bounds : e.value("confidence", "") == "unverified" ? faint : points;
    const double error =
        e.contains("error") && e["error"].is_number() ? e["error"].get<double>() : 0;
    s.x.push_back(e["x"].get<double>());
    s.y.push_back(factor * e["value"].get<double>());
    if (bound) continue;
    s.low.push_back(s.y.back() - factor * error);
    s.high.push_back(s.y.back() + factor * error);
  }
  std::vector<Series> all;
  for (Series* s : {&points, &bounds, &faint})
    if (!s->x.empty()) all.push_back(std::move(*s));
  return all;
}

}  // namespace vitrion::report
