// The room in one glass and what moves in it: free volume, framework, pathways.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/space_records.hpp"
#include "app/study/analyse.hpp"
#include "app/trajectory_input.hpp"

namespace vitrion::app {

using analysis::Trajectory;
using nlohmann::json;

namespace {

constexpr std::size_t frames_of_voids = 20;
// All species of a run in memory, thinned to this.
constexpr double most_space_bytes = 2e8;

json free_volume_record(const GlassAnalysis& a) {
  analysis::FreeVolumeOptions options;
  options.mobile = {a.p.study.measure.mobile};
  options.seed = a.p.study.seed;
  options.threads = a.p.cores;
  std::vector<analysis::FreeVolumeRun> runs;
  for (const Stage& stage : a.glass.relaxed) {
    analysis::FrameSample sample(frames_of_voids);
    const double from = stage.results.at("structure_from_ps").get<double>();
    for_each_frame(stage.file("path"), {}, true, [&](const structures::Frame& frame, double time) {
      if (time >= from) sample.add(frame, time);
    });
    runs.push_back(free_volume_of_run(sample.frames(), options));
  }
  return to_json(free_volume(std::move(runs), options));
}

/// The paths of all atoms of one run; every k-th frame where all would not fit.
Trajectory paths_of_all(const GlassAnalysis& a, const Stage& run, double frames) {
  const formats::StudyMeasure& m = a.p.study.measure;
  TrajectoryInput input;
  input.elements = a.p.study.elements;
  input.unwrapped = true;
  input.framework = m.framework;
  const double bytes =
      frames * static_cast<double>(a.glass.what.composition.atoms) * 3 * sizeof(double);
  if (bytes > most_space_bytes)
    input.frames = fmt::format("::{:.0f}", std::ceil(bytes / most_space_bytes));
  return read_trajectory(run.file("path"), input, {}, {m.mobile}, true);
}

/// The network former whose cages are followed: P, or what the study calls its framework.
std::string centre_of(const std::vector<std::string>& framework) {
  const bool has_p = std::find(framework.begin(), framework.end(), "P") != framework.end();
  return has_p || framework.empty() ? "P" : framework.front();
}

/// Framework and pathways of one temperature, a run after the other.
void describe_motion(GlassAnalysis& a, std::size_t t, json& out) {
  const formats::StudyMeasure& m = a.p.study.measure;
  const std::string at = fmt::format("{:g} K", m.temperature[t]);
  analysis::FrameworkOptions framework;
  framework.centre = centre_of(m.framework);
  framework.mobile = {m.mobile};
  framework.seed = a.p.study.seed;
  framework.threads = a.p.cores;
  analysis::PathwayOptions pathways;
  pathways.species = m.mobile;
  pathways.seed = a.p.study.seed;
  std::vector<analysis::FrameworkRun> framework_runs;
  std::vector<analysis::PathwayRun> pathway_runs;
  const auto hops = a.hops.find(t);
  const bool has_hops = hops != a.hops.end() && hops->second.size() == a.glass.measured[t].size();
  double ions = 0;
  for (std::size_t r = 0; r < a.glass.measured[t].size(); ++r) {
    json done;
    a.make(done, fmt::format("framework and pathways at {}, replica {}", at, r + 1), [&]() -> json {
      const Trajectory paths = paths_of_all(a, a.glass.measured[t][r], m.time[t] / m.every);
      std::optional<analysis::Void> hole;
      if (a.glass.what.porous) hole = analysis::void_at_start(paths);
      framework_runs.push_back(framework_of_run(
          paths, framework, has_hops ? std::optional(hops->second[r]) : std::nullopt));
      pathway_runs.push_back(pathways_of_run(paths, pathways, hole));
      ions = static_cast<double>(paths.atoms_of(m.mobile).size());
      return true;
    });
  }
  if (framework_runs.empty()) return;
  a.make(out["framework"], "framework at " + at,
         [&] { return to_json(analysis::framework(std::move(framework_runs), framework, ions)); });
  a.make(out["pathways"], "pathways at " + at,
         [&] { return to_json(analysis::pathways(std::move(pathway_runs), pathways)); });
}

}  // namespace

void analyse_space(GlassAnalysis& a) {
  a.make(a.record["free_volume"], "free volume", [&] { return free_volume_record(a); });
  for (std::size_t t = 0; t < a.glass.measured.size(); ++t)
    describe_motion(a, t, a.record["temperatures"][t]);
}

}  // namespace vitrion::app
