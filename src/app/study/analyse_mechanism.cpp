// Why the ions of one glass move: hops and the doorways that they pass, at each temperature.
#include <fmt/format.h>

#include <cmath>
#include <optional>

#include "analysis/doorway_records.hpp"
#include "analysis/doorway_statistics.hpp"
#include "analysis/framework.hpp"
#include "analysis/hop_records.hpp"
#include "analysis/hop_statistics.hpp"
#include "analysis/ionic_radii.hpp"
#include "app/study/analyse.hpp"
#include "app/trajectory_input.hpp"

namespace vitrion::app {

using analysis::Trajectory;
using nlohmann::json;

namespace {

// Paths of all atoms: where they would be more, frames are left out evenly.
constexpr double most_mechanism_bytes = 1.5e9;

Trajectory all_paths(const GlassAnalysis& a, const Stage& run, std::size_t t) {
  const formats::StudyMeasure& m = a.p.study.measure;
  TrajectoryInput input;
  input.elements = a.p.study.elements;
  input.unwrapped = true;
  input.framework = m.framework;
  const double bytes = static_cast<double>(a.glass.what.composition.atoms) * m.time[t] / m.every *
                       3 * sizeof(double);
  input.frames = fmt::format("::{:g}", std::max(1.0, std::ceil(bytes / most_mechanism_bytes)));
  return read_trajectory(run.file("path"), input, {}, {m.mobile}, true);
}

/// Hops and doorways of the runs of one temperature: read once to find what a hop is in all of
/// them, and once to find the hops.
void analyse_temperature(GlassAnalysis& a, std::size_t t, json& out) {
  const formats::StudyMeasure& m = a.p.study.measure;
  const std::string at = fmt::format("{:g} K", m.temperature[t]);
  const std::vector<Stage>& stages = a.glass.measured[t];
  analysis::HopOptions options;
  options.species = m.mobile;
  options.threads = a.p.cores;
  analysis::DoorwayOptions doorway_options;
  doorway_options.species = m.mobile;
  doorway_options.seed = a.p.study.seed;
  doorway_options.threads = a.p.cores;
  std::vector<std::string> files;
  std::vector<analysis::HopRun> hops;
  std::vector<analysis::DoorwayRun> doorways;
  out["doorways"] = nullptr;
  a.make(out["hops"], "hops at " + at, [&]() -> json {
    analysis::HopSurvey survey(options);
    for (const Stage& run : stages) survey.add(all_paths(a, run, t));
    const analysis::HopScale scale = survey.scale();
    std::vector<analysis::BondChanges> bonds;
    std::optional<analysis::LagGrid> lags;
    std::string no_doorways;
    for (const Stage& run : stages) {
      const Trajectory paths = all_paths(a, run, t);
      hops.push_back(analysis::find_hops(paths, scale, options));
      if (!scale.threshold.is_refused())
        a.hops[t].push_back(analysis::lasting_hops(paths, hops.back()));
      files.push_back(a.p.folder.relative(run.file("path")));
      if (!analysis::anions_of(paths.species).empty() && analysis::ionic_radius(m.mobile))
        bonds.push_back(analysis::bond_changes(paths, hops.back()));
      try {
        if (!lags) lags = analysis::LagGrid::of(paths, doorway_options.follow);
        doorways.push_back(analysis::doorways_of_run(paths, hops.back(), *lags, doorway_options));
      } catch (const InputError& e) {
        no_doorways = e.what();
      }
    }
    if (!no_doorways.empty()) {
      doorways.clear();
      a.missing("doorways at " + at, no_doorways);
    }
    return to_json(analysis::combine_hops(hops, options, bonds), files);
  });
  if (!doorways.empty())
    a.make(out["doorways"], "doorways at " + at, [&] {
      return to_json(analysis::combine_doorways(std::move(doorways), doorway_options), hops, files);
    });
}

}  // namespace

void analyse_mechanism(GlassAnalysis& a) {
  for (std::size_t t = 0; t < a.glass.measured.size(); ++t)
    analyse_temperature(a, t, a.record["temperatures"][t]);
}

json doorway_model(const std::vector<json>& glasses) {
  const auto value = [](const json& record, const char* key) -> const json* {
    const auto found = record.find(key);
    return found != record.end() && found->is_object() ? &*found : nullptr;
  };
  std::vector<analysis::DoorwayPoint> points;
  for (const json& glass : glasses)
    for (const json& at : glass.at("temperatures")) {
      const json* conductivity = value(at, "conductivity");
      const json* doorways = value(at, "doorways");
      if (!conductivity || !doorways) continue;
      // Both name the file of each run; a run whose D was refused is no point.
      const json& replicas = doorways->at("replicas");
      for (std::size_t r = 0; r < replicas.size(); ++r)
        for (const json& run : conductivity->at("replicas")) {
          const json& gates = replicas[r];
          if (run.at("file") != gates.at("file") || !run.at("D").contains("value") ||
              !gates.at("radius").is_number() || !gates.at("fluctuation").is_number())
            continue;
          points.push_back({fmt::format("{} {}", glass.at("key").get<std::string>(), r + 1),
                            at.at("temperature").get<double>(),
                            run.at("D").at("value").get<double>(), gates.at("radius").get<double>(),
                            gates.at("fluctuation").get<double>()});
        }
    }
  return to_json(analysis::fit_doorway_model(points));
}

}  // namespace vitrion::app
