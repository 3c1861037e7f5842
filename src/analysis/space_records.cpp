#include "analysis/space_records.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <numbers>

#include "analysis/estimate_json.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

json room_json(const RoomSummary& s, const std::vector<double>& probes) {
  json probe = {{"radius", probes},
                {"fraction", json::array()},
                {"low", json::array()},
                {"high", json::array()}};
  for (const Estimate& e : s.fractions) {
    probe["fraction"].push_back(*e.value);
    probe["low"].push_back(e.low);
    probe["high"].push_back(e.high);
  }
  return {{"Di", to_json(s.Di)},
          {"Df", to_json(s.Df)},
          {"Df_axes", {to_json(s.Df_axes[0]), to_json(s.Df_axes[1]), to_json(s.Df_axes[2])}},
          {"probe", probe}};
}

double sphere_volume(double radius) {
  return radius > 0 ? 4 * std::numbers::pi / 3 * radius * radius * radius : 0;
}

json series_json(const FreeVolumeRun& run, std::size_t replica) {
  json series = {{"replica", replica + 1}};
  for (const char* key :
       {"time_ps", "volume", "Di", "Df", "Di_volume", "Di_centre", "Di_framework", "Df_framework"})
    series[key] = json::array();
  for (const FreeVolumeFrame& f : run.frames) {
    series["time_ps"].push_back(f.time_ps);
    series["volume"].push_back(f.volume);
    series["Di"].push_back(2 * f.full.included);
    series["Df"].push_back(2 * f.full.free);
    series["Di_volume"].push_back(sphere_volume(f.full.included));
    series["Di_centre"].push_back(f.full.centre);
    if (!run.has_framework) continue;
    series["Di_framework"].push_back(2 * f.framework.included);
    series["Df_framework"].push_back(2 * f.framework.free);
  }
  return series;
}

}  // namespace

json to_json(const FreeVolume& f) {
  json series = json::array();
  for (std::size_t r = 0; r < f.runs.size(); ++r) series.push_back(series_json(f.runs[r], r));
  return {{"quantity", "free_volume"},
          {"radii", f.runs[0].radii},
          {"mobile", f.options.mobile},
          {"volume_per_atom", to_json(f.volume_per_atom)},
          {"volume_per_formula_unit", to_json(f.volume_per_formula_unit)},
          {"excess_per_atom", to_json(f.excess_per_atom)},
          {"excess_per_formula_unit", to_json(f.excess_per_formula_unit)},
          {"excess_fraction", to_json(f.excess_fraction)},
          {"mobile_voronoi_volume", f.mobile_cell ? to_json(*f.mobile_cell) : json(nullptr)},
          {"mobile_voronoi_spread", f.mobile_cell ? json(f.mobile_spread) : json(nullptr)},
          {"full", room_json(f.full, f.options.probes)},
          {"framework", f.framework ? room_json(*f.framework, f.options.probes) : json(nullptr)},
          {"series", series},
          {"points", f.options.points},
          {"frames", f.frames},
          {"replicas", f.runs.size()}};
}

std::string to_csv(const FreeVolume& f) {
  std::string text = "replica,time_ps,volume_A3,Di_A,Df_A,Di_framework_A,Df_framework_A";
  for (const double r : f.options.probes) text += fmt::format(",f_{:g}", r);
  text += "\n";
  for (std::size_t r = 0; r < f.runs.size(); ++r)
    for (const FreeVolumeFrame& frame : f.runs[r].frames) {
      text += fmt::format("{},{},{},{},{}", r + 1, frame.time_ps, frame.volume,
                          2 * frame.full.included, 2 * frame.full.free);
      if (f.runs[r].has_framework)
        text += fmt::format(",{},{}", 2 * frame.framework.included, 2 * frame.framework.free);
      else
        text += ",,";
      for (const double fraction : frame.full.fractions) text += fmt::format(",{}", fraction);
      text += "\n";
    }
  return text;
}

}  // namespace vitrion::analysis
