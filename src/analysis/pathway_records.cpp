#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/estimate_json.hpp"
#include "analysis/space_records.hpp"

namespace vitrion::analysis {

using nlohmann::json;

namespace {

/// A hundredth of an A: paths are drawn, and every digit more is a tenth of their size.
double rounded(double x) {
  return std::round(100 * x) / 100;
}

json path_json(const IonPath& path) {
  json points = json::array();
  for (const Vec3& r : path.points) points.push_back({rounded(r[0]), rounded(r[1]), rounded(r[2])});
  return {{"ion", path.ion}, {"displacement", rounded(path.displacement)}, {"points", points}};
}

json run_json(const PathwayRun& run, std::size_t replica) {
  json j = {{"replica", replica + 1},
            {"cell", run.density.cell},
            {"grid", run.density.size},
            {"mean_density", run.density.mean()},
            {"level", run.level.any ? json(*run.level.any / run.density.mean()) : json(0)},
            {"displacements", json::array()},
            {"paths", json::array()}};
  for (const double d : run.displacements) j["displacements"].push_back(rounded(d));
  for (const IonPath& path : run.paths) j["paths"].push_back(path_json(path));
  if (run.hole)
    j["void"] = {{"centre", run.hole->hole.centre.s},
                 {"radius", run.hole->hole.radius},
                 {"visitors", run.hole->visitors},
                 {"crossers", run.hole->crossers}};
  return j;
}

}  // namespace

json to_json(const Pathways& p) {
  json runs = json::array();
  std::size_t frames = 0;
  std::size_t visitors = 0;
  for (std::size_t r = 0; r < p.runs.size(); ++r) {
    runs.push_back(run_json(p.runs[r], r));
    frames += p.runs[r].frames;
    if (p.runs[r].hole) visitors += p.runs[r].hole->visitors.size();
  }
  return {{"quantity", "pathways"},
          {"species", p.options.species},
          {"spacing", p.options.grid.spacing},
          {"smoothing", p.options.grid.smoothing},
          {"level", to_json(p.level)},
          {"level_axes",
           {to_json(p.level_axes[0]), to_json(p.level_axes[1]), to_json(p.level_axes[2])}},
          {"percolating_volume", to_json(p.percolating_volume)},
          {"clusters",
           {{"size", to_json(p.cluster_size)},
            {"ratio", to_json(p.cluster_ratio)},
            {"share", p.options.mobile_share},
            {"neighbour", p.options.neighbour},
            {"lag_ps", p.runs[0].cluster_lag}}},
          {"void", p.crossings ? json{{"crossings", to_json(*p.crossings)}, {"visitors", visitors}}
                               : json(nullptr)},
          {"runs", runs},
          {"frames", frames},
          {"replicas", p.runs.size()}};
}

std::string to_csv(const Pathways& p) {
  std::string text = "replica,ion,displacement_A,x_A,y_A,z_A\n";
  for (std::size_t r = 0; r < p.runs.size(); ++r)
    for (const IonPath& path : p.runs[r].paths)
      for (const Vec3& x : path.points)
        text += fmt::format("{},{},{:.3f},{:.3f},{:.3f},{:.3f}\n", r + 1, path.ion,
                            path.displacement, x[0], x[1], x[2]);
  return text;
}

}  // namespace vitrion::analysis
