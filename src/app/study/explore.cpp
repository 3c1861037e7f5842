// Stages explore and label: a short hot run with the whole ensemble, and labels for what it does
// not know.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "app/labellers.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/packing.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/random.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/engines/lammps_log.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "learn/selection.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::StudyExplore;
using structures::Frame;

namespace {

/// A run that is not meant to last: contacts removed, then hot at once. No matter if it explodes
/// later: frames up to there still say where the ensemble disagrees.
md::Protocol hot_protocol(const formats::Study& study, const StudyExplore& e, std::size_t run) {
  md::Protocol protocol;
  protocol.timestep = study.dynamics.timestep;
  protocol.segments = {md::Segment::minimise(), md::Segment::hold(e.temperature, e.time)};
  protocol.observers.thermo = e.every;
  protocol.observers.trajectory = e.every;
  protocol.observers.deviation = e.every;
  protocol.seed = RandomStream(study.seed, "explore-velocities", run).below(1'000'000'000);
  return protocol;
}

struct Visited {
  std::vector<Frame> frames;
  std::vector<double> deviations;
};

/// Frames with the deviation of the same step.
void collect(const Pipeline& p, const ChainResult& chain, std::size_t run, Visited& visited) {
  std::map<std::uint64_t, double> deviation;
  for (const std::string& folder : chain.folders) {
    const fs::path path = fs::path(folder) / engines::lammps_names::deviation;
    if (!fs::exists(path)) continue;
    for (const auto& sample : engines::read_deviations(formats::read_whole_file(path.string())))
      deviation[sample.step] = sample.max_force;
  }
  const double timestep = p.study.dynamics.timestep;
  for_each_path_frame(
      p.study.elements, chain.folders, timestep, 0, [&](const Frame& frame, double time) {
        const auto found =
            deviation.find(static_cast<std::uint64_t>(std::llround(time / timestep)));
        if (found == deviation.end()) return;
        visited.frames.push_back(frame);
        visited.frames.back().velocities.clear();
        for (Vec3& r : visited.frames.back().positions) r = frame.cell->wrapped(r);
        visited.frames.back().info = {
            {"parent", fmt::format("explore_{}", run)},
            {"time_ps", fmt::format("{:.3f}", time)},
            {"temperature", fmt::format("{}", p.study.explore->temperature)},
            {"max_devi_f", fmt::format("{:.4f}", found->second)}};
        visited.deviations.push_back(found->second);
      });
}

}  // namespace

Stage explore(Pipeline& p, const Trained& potential) {
  const formats::Study& study = p.study;
  const StudyExplore& e = *study.explore;
  learn::Identity identity("explore", 1);
  identity.add("potential", potential.stage.identity).add("seed", static_cast<double>(study.seed));
  const glass::Composition cell = explored_composition(study);
  identity.add("cell", cell.description()).add("density", e.density);
  identity.add("run", {e.temperature, e.time, e.every, static_cast<double>(e.runs),
                       study.dynamics.timestep});
  identity.add("select", {study.select.force[0], study.select.force[1],
                          static_cast<double>(study.select.frames)});
  return p.stage("explore", identity, [&](const std::string& folder) {
    std::vector<Chain> chains;
    for (std::size_t run = 0; run < e.runs; ++run) {
      const std::string own = (fs::path(folder) / fmt::format("{}", run)).string();
      chains.push_back({fmt::format("explore {}", run), own,
                        pack_box(cell, e.density, study.seed, "explore-pack", run, study.elements,
                                 (fs::path(own) / "pack").string()),
                        hot_protocol(study, e, run), potential.models, true});
    }
    Visited visited;
    const std::vector<ChainResult> results = run_chains(p, "explore", chains);
    for (std::size_t run = 0; run < results.size(); ++run) {
      try {
        collect(p, results[run], run, visited);
      } catch (const InputError&) {
        // The files of a run that exploded may end in the middle; what came before counts.
        if (results[run].exploded.empty()) throw;
      }
      if (!results[run].exploded.empty())
        p.say(fmt::format("run {} exploded: {}", run, results[run].exploded));
    }
    if (visited.frames.empty())
      throw Refused("the exploration left no frame: see its folder " + folder);
    const learn::TrustLevels levels{study.select.force[0], study.select.force[1]};
    const learn::Selection selection =
        learn::select(visited.frames, visited.deviations, levels, study.select.frames, true);
    std::vector<Frame> picked;
    for (const std::size_t i : selection.picked) picked.push_back(visited.frames[i]);
    if (picked.empty())
      throw Refused("no frame of the exploration is worth a label: all deviations are not finite");
    formats::write_frames((fs::path(folder) / "picked.extxyz").string(), picked);
    std::vector<double> sorted = visited.deviations;
    std::ranges::sort(sorted);
    StageResult result;
    result.results = {{"picked", "picked.extxyz"},
                      {"visited", visited.frames.size()},
                      {"candidates", selection.count(learn::Verdict::candidate)},
                      {"failed", selection.count(learn::Verdict::failed)},
                      {"exploded", selection.count(learn::Verdict::exploded)},
                      {"from_window", selection.from_window},
                      {"median_deviation", sorted[sorted.size() / 2]},
                      {"formula", structures::formula(picked.front().species)}};
    result.detail = fmt::format(
        "{} frames of {} at {} K: {} candidates, median deviation {:.2f} eV/A, {} picked",
        visited.frames.size(), structures::formula(picked.front().species), e.temperature,
        selection.count(learn::Verdict::candidate), sorted[sorted.size() / 2], picked.size());
    return result;
  });
}

Stage label_selected(Pipeline& p, const Stage& explored) {
  EngineSurroundings around;
  around.program = p.program;
  around.workers = (fs::path(p.folder.path()) / "workers").string();
  around.path = [&p](const std::string& path) { return study_path(p.study, path); };
  around.place = [&p](const std::string& key) { return p.study.place("label." + key); };
  const formats::StudyLabel& label = p.study.label;
  learn::Identity identity("label", 1);
  identity.add("frames", explored.identity)
      .add("engine", label.engine)
      .add("settings", label_settings(label, around));
  return p.stage("label", identity, [&](const std::string& folder) {
    const std::vector<Frame> frames = formats::read_frames(explored.file("picked"));
    const ChosenLabeller engine =
        choose_labeller(label, around, (fs::path(folder) / "tasks").string(), p.cores, false);
    Progress progress("label", frames.size());
    std::size_t answered = 0;
    const auto answers = engine.labeller->label(frames, [&](std::size_t, const learn::Labelled&) {
      progress.update(++answered, engine.description);
    });
    progress.finish();
    std::vector<Frame> labelled;
    StageResult result;
    result.results["failures"] = nlohmann::json::array();
    for (const learn::Labelled& answer : answers) {
      if (answer) {
        labelled.push_back(*answer);
        continue;
      }
      p.say(fmt::format("a frame has no label: {}: {}", learn::name_of(answer.error().kind),
                        answer.error().cause));
      result.results["failures"].push_back(answer.error().cause);
    }
    if (labelled.empty())
      throw Error(fmt::format("none of {} frames could be labelled; their folders are in {}/tasks",
                              frames.size(), folder));
    formats::write_frames((fs::path(folder) / "labelled.extxyz").string(), labelled);
    result.results["files"] = {"labelled.extxyz"};
    result.results["labelled"] = labelled.size();
    result.detail = fmt::format("{} of {} frames by {} {}", labelled.size(), frames.size(),
                                engine.name, engine.description);
    return result;
  });
}

}  // namespace vitrion::app
