// Exploration in the loop: runs as tasks of the queue, chunk by chunk; then the frames worth a
// label.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>

#include "app/learn/bonding.hpp"
#include "app/learn/loop.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/packing.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/engines/lammps_log.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "glass/melt_quench.hpp"
#include "learn/selection.hpp"
#include "structures/perturbation.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
namespace names = engines::lammps_names;
using formats::Study;
using formats::StudyStage;
using structures::Frame;

namespace {

constexpr const char* start_file = "start.data";
/// Beyond this many times the upper trust level a run has left all bounds.
constexpr double bound_factor = 5;
/// Atoms nearer than this share of the shortest bond here are no chemistry worth a label.
constexpr double least_distance = 0.9;  // A

std::string chunk_name(std::size_t k) {
  return fmt::format("{:03}", k);
}

/// One run of a stage, drawn from named streams.
struct Run {
  std::string name;  ///< "melts-2-0"
  std::size_t number = 0;
  md::Protocol protocol;
  std::vector<md::Chunk> chunks;
  double x = 0;                ///< of a packed box
  double temperature = 0;      ///< K, of the thermostat; 0: it changes on the way
  std::string start;           ///< what it begins with, in words
  std::optional<Frame> frame;  ///< absent: it is packed when the task is prepared
};

md::Protocol protocol_of(const Study& study, const StudyStage& s, RandomStream& random,
                         bool packed) {
  md::Protocol protocol;
  protocol.timestep = study.dynamics.timestep;
  const double kelvin = random.uniform(s.temperature[0], s.temperature[1]);
  const double bar = random.uniform(s.pressure[0], s.pressure[1]);
  if (packed || s.start == "crystals") protocol.segments.push_back(md::Segment::minimise());
  if (!s.schedule.empty()) {
    std::vector<glass::ScheduleLine> lines;
    for (const formats::StudyScheduleLine& line : s.schedule)
      lines.push_back({line.kind, line.numbers});
    for (const md::Segment& segment : glass::melt_quench(lines))
      protocol.segments.push_back(segment);
  } else if (s.ensemble == "npt") {
    protocol.segments.push_back(md::Segment::npt(kelvin, bar, s.time));
  } else {
    protocol.segments.push_back(md::Segment::hold(kelvin, s.time));
  }
  if (!s.deform.empty())
    for (md::Segment& segment : protocol.segments)
      if (segment.kind == md::Kind::hold || segment.kind == md::Kind::ramp)
        segment.deform = {md::deformation_mode(s.deform), s.strain};
  protocol.observers.thermo = protocol.observers.trajectory = protocol.observers.deviation =
      s.every;
  protocol.seed = random.below(1'000'000'000);
  protocol.deviation_bound = bound_factor * study.select.force[1];
  return protocol;
}

glass::Composition composition_of(const Study& study, const StudyStage& s, double x) {
  const std::string formula = s.formula.empty() ? study.glass.formula : s.formula;
  return glass::compose(glass::Recipe::parse(formula, s.units), x, s.atoms, true);
}

std::vector<Run> runs_of(const Pipeline& p, int iteration, const StudyStage& s, const Stage& seed,
                         const Stage& data) {
  const Study& study = p.study;
  std::vector<Frame> starts;
  if (s.start == "crystals") starts = formats::read_frames(seed.file("crystals"));
  if (s.start == "frames")
    for (const auto& file : data.results.at("files"))
      for (Frame& frame :
           formats::read_frames((fs::path(data.folder) / file.get<std::string>()).string()))
        starts.push_back(std::move(frame));
  std::vector<Run> runs;
  for (std::size_t r = 0; r < s.runs; ++r) {
    RandomStream random(study.seed, fmt::format("explore {} {}", s.name, iteration), r);
    Run run;
    run.number = r;
    run.name = fmt::format("{}-{}-{}", s.name, iteration, r);
    run.protocol = protocol_of(study, s, random, s.start == "packed");
    if (s.schedule.empty()) run.temperature = run.protocol.segments.back().to;
    if (s.start == "packed") {
      run.x = s.x[random.below(s.x.size())];
      run.start = fmt::format("packed x={:g}", run.x);
    } else {
      // Each start once before any comes twice.
      const std::size_t pick =
          s.start == "crystals" ? (static_cast<std::size_t>(iteration) * s.runs + r) % starts.size()
                                : random.below(starts.size());
      run.frame = starts[pick];
      run.start = run.frame->info.contains("parent") ? run.frame->info.at("parent") : s.start;
      run.frame->labels = {};
      run.frame->velocities.clear();
      run.frame->info.clear();
    }
    run.chunks = md::chunks_of(run.protocol, study.dynamics.chunk);
    runs.push_back(std::move(run));
  }
  return runs;
}

/// A shell loop over the chunks: those that are done are passed, the first that does not end well
/// ends the run; what it left is judged by who reads it.
std::string command_of(const Run& run, const std::string& program) {
  std::string chunks;
  for (std::size_t k = 0; k < run.chunks.size(); ++k) chunks += fmt::format(" {}", chunk_name(k));
  return fmt::format(
      "for chunk in{}; do\n"
      "  [ -e $chunk/done ] && continue\n"
      "  rm -f $chunk/{} $chunk/{} $chunk/{} $chunk/{}\n"
      "  (cd $chunk && '{}' lmp -in {} -log {} -screen none > {} 2>&1) || exit 0\n"
      "  grep -q 'Fix halt condition' $chunk/{} $chunk/{} && exit 0\n"
      "  touch $chunk/done\n"
      "done",
      chunks, names::log, names::trajectory, names::deviation, names::end_frame, program,
      names::input, names::log, names::screen, names::log, names::screen);
}

void write_run(const Pipeline& p, const Run& run, const StudyStage& s,
               const std::vector<std::string>& models, const std::string& folder) {
  const Study& study = p.study;
  const Frame start = run.frame ? *run.frame
                                : pack_box(composition_of(study, s, run.x), s.density, study.seed,
                                           "explore-pack " + run.name, run.number, study.elements,
                                           (fs::path(folder) / "pack").string());
  formats::WriteOptions options;
  options.elements = study.elements;
  formats::write_frames((fs::path(folder) / start_file).string(), {start}, options);
  engines::LammpsPotential potential;
  potential.elements = study.elements;
  potential.precision = study.dynamics.precision;
  if (study.dynamics.repulsion)
    potential.repulsion = {(*study.dynamics.repulsion)[0], (*study.dynamics.repulsion)[1]};
  for (std::size_t k = 0; k < run.chunks.size(); ++k) {
    const fs::path own = fs::path(folder) / chunk_name(k);
    potential.models.clear();
    for (const std::string& model : models)
      potential.models.push_back(fs::path(model).lexically_relative(own).string());
    engines::LammpsStart from{std::string("../") + start_file, false, false};
    if (k > 0)
      from = {fmt::format("../{}/{}", chunk_name(k - 1), names::restart), true,
              run.chunks[k - 1].steps == 0};
    engines::write_lammps_chunk(
        own.string(), p.program,
        engines::lammps_input(run.protocol, run.chunks[k], potential, from));
  }
}

std::string chunks_done(const std::string& folder) {
  std::size_t done = 0;
  while (fs::exists(fs::path(folder) / chunk_name(done) / "done")) ++done;
  return fmt::format("{}", done);
}

queue::Verdict judge_run(const Run& run, const std::string& folder, const queue::Ended& ended) {
  if (ended.exit_code != 0)
    return {"engine error", fmt::format("exit status {}", ended.exit_code), "", {}};
  for (std::size_t k = 0; k < run.chunks.size(); ++k) {
    const fs::path own = fs::path(folder) / chunk_name(k);
    const md::Observed observed =
        engines::judge_lammps_chunk(run.chunks[k], formats::read_if_there(own / names::log),
                                    formats::read_if_there(own / names::screen));
    if (observed) continue;
    if (observed.error().kind == md::Failure::Kind::exploded)
      return {"done",
              "",
              "exploded: " + observed.error().cause,
              {{"chunks", k + 1}, {"exploded", observed.error().cause}}};
    return {md::name_of(observed.error().kind), observed.error().cause, "", {}};
  }
  return {"done",
          "",
          fmt::format("{} chunks", run.chunks.size()),
          {{"chunks", run.chunks.size()}, {"exploded", ""}}};
}

/// Frames that a stage visited and how far the members disagreed there.
struct Visited {
  std::vector<Frame> frames;
  std::vector<double> deviations;
  std::size_t guarded = 0;  ///< left out: atoms nearer than anything worth a label
};

std::uint64_t step_of(const Frame& frame) {
  std::uint64_t step = 0;
  const auto found = frame.info.find("timestep");
  if (found != frame.info.end())
    std::from_chars(found->second.data(), found->second.data() + found->second.size(), step);
  return step;
}

/// Up to what is whole: the files of a run that exploded may end in the middle.
void collect(const Pipeline& p, const Run& run, const std::string& folder, std::size_t chunks,
             const Ensemble& ensemble, Visited& visited) {
  std::vector<std::string> folders;
  std::map<std::uint64_t, double> deviation;
  for (std::size_t k = 0; k < chunks; ++k) {
    folders.push_back((fs::path(folder) / chunk_name(k)).string());
    try {
      for (const auto& sample : engines::read_deviations(
               formats::read_if_there(fs::path(folders.back()) / names::deviation)))
        deviation[sample.step] = sample.max_force;
    } catch (const InputError&) {
      break;
    }
  }
  const auto add = [&](const Frame& frame, std::uint64_t step) {
    const auto found = deviation.find(step);
    if (found == deviation.end()) return;
    Frame kept = frame;
    kept.velocities.clear();
    for (Vec3& r : kept.positions) r = frame.cell->wrapped(r);
    kept.info = {{"parent", run.name},
                 {"start", run.start},
                 {"step", fmt::format("{}", step)},
                 {"potential", ensemble.identity},
                 {"max_devi_f", fmt::format("{:.4f}", found->second)}};
    if (run.temperature > 0) kept.info["temperature"] = fmt::format("{:.0f}", run.temperature);
    if (structures::shortest_distance(kept) < least_distance) {
      ++visited.guarded;
      return;
    }
    visited.frames.push_back(std::move(kept));
    visited.deviations.push_back(found->second);
  };
  std::uint64_t last = 0;
  bool any = false;
  try {
    for_each_path_frame(p.study.elements, folders, p.study.dynamics.timestep, 0,
                        [&](const Frame& frame, double) {
                          last = step_of(frame);
                          any = true;
                          add(frame, last);
                        });
  } catch (const InputError&) {
    // A trajectory that was cut ends here.
  }
  // The frame of the crossing, which a run that was stopped leaves as its last.
  const fs::path end = fs::path(folders.back()) / names::end_frame;
  if (!fs::exists(end)) return;
  formats::ReadOptions options;
  options.elements = p.study.elements;
  const Frame crossing = formats::read_frames(end.string(), options).back();
  if (!any || step_of(crossing) > last) add(crossing, step_of(crossing));
}

void describe(learn::Identity& identity, const Study& study, const StudyStage& s, const Run& run) {
  identity.add("run", run.name).add("start", run.start);
  if (run.frame)
    for (std::size_t i = 0; i < run.frame->size(); ++i)
      identity.add(
          run.frame->species.name(i),
          {run.frame->positions[i][0], run.frame->positions[i][1], run.frame->positions[i][2]});
  if (run.frame)
    for (const Vec3& row : run.frame->cell->rows()) identity.add("cell", {row[0], row[1], row[2]});
  if (!run.frame)
    identity.add("pack", composition_of(study, s, run.x).description()).add("density", s.density);
  for (const md::Chunk& c : run.chunks)
    identity.add("chunk",
                 {static_cast<double>(c.kind), c.from, c.to, c.pressure,
                  static_cast<double>(c.steps), static_cast<double>(c.deform), c.strain_rate});
  identity.add("every", s.every).add("bound", run.protocol.deviation_bound);
  identity.add("velocities", static_cast<double>(run.protocol.seed));
  describe_dynamics(identity, study);
}

}  // namespace

Stage loop_explore(Loop& loop, int iteration, std::size_t number, const Ensemble& ensemble,
                   const Stage& seed, const Stage& data) {
  Pipeline& p = loop.pipeline;
  const Study& study = p.study;
  const StudyStage& s = study.stages[number];
  const std::vector<Run> runs = runs_of(p, iteration, s, seed, data);
  learn::Identity all("explore", 3);
  all.add("ensemble", ensemble.identity);
  all.add("select", {study.select.force[0], study.select.force[1],
                     static_cast<double>(study.select.per_iteration)});
  std::vector<queue::Work> works;
  for (const Run& run : runs) {
    learn::Identity identity("explore", 1);
    identity.add("ensemble", ensemble.identity);
    describe(identity, study, s, run);
    all.add("run", identity.hash());
    queue::Work work;
    const std::string name = fmt::format("explore-{}", identity.hash());
    work.task = {
        name,     "explore", identity.hash(), identity.text(), fmt::format("tasks/{}", name),
        iteration};
    work.resources = {study.queue.explore_cores, study.queue.explore_minutes, 0};
    for (std::size_t k = 0; k < run.chunks.size(); ++k)
      for (const char* file : {names::log, names::deviation, names::trajectory, names::end_frame})
        work.outputs.push_back(chunk_name(k) + "/" + file);
    work.progress = chunks_done;
    work.prepare = [&p, &run, &s, &ensemble](const std::string& folder, int) {
      if (!fs::exists(fs::path(folder) / chunk_name(0) / "done"))
        write_run(p, run, s, ensemble.models, folder);
      return command_of(run, p.program);
    };
    work.judge = [&run](const std::string& folder, const queue::Ended& ended) {
      return judge_run(run, folder, ended);
    };
    works.push_back(std::move(work));
  }
  return p.stage(fmt::format("select-{:03}", iteration), all, [&](const std::string& folder) {
    p.say(fmt::format("iteration {}: {} runs of stage {}", iteration, works.size(), s.name));
    const std::vector<learn::TaskRow> rows = loop.run("explore", works);
    Visited visited;
    std::size_t exploded_runs = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
      if (rows[r].state != learn::TaskState::done) continue;
      exploded_runs += rows[r].results.at("exploded").get<std::string>().empty() ? 0 : 1;
      collect(p, runs[r], (fs::path(p.folder.path()) / rows[r].folder).string(),
              rows[r].results.at("chunks").get<std::size_t>(), ensemble, visited);
    }
    if (visited.frames.empty())
      throw Refused(fmt::format("stage {} left no frame: vitrion why tells of each run", s.name));
    const learn::TrustLevels levels{study.select.force[0], study.select.force[1]};
    std::vector<learn::Marks> marks;
    for (const Frame& frame : visited.frames) marks.push_back(learn::marks_of(frame));
    learn::Selection selection = learn::select(visited.frames, visited.deviations, levels,
                                               study.select.per_iteration, false, marks);
    const Bonding bonding = bonding_of(visited.frames, data);
    add_bearers(bonding.unlabelled, visited.frames, visited.deviations, selection.picked);
    std::vector<Frame> picked;
    std::vector<learn::FrameRow> history;
    for (const std::size_t i : selection.picked) {
      picked.push_back(visited.frames[i]);
      const structures::Info& info = picked.back().info;
      std::int64_t step = 0;
      const std::string& text = info.at("step");
      std::from_chars(text.data(), text.data() + text.size(), step);
      history.push_back({fmt::format("{}:{}", info.at("parent"), step), iteration,
                         info.at("parent"), step, ensemble.identity, "", "picked", "",
                         visited.deviations[i]});
    }
    // A stage whose runs all ended beyond the window still needs labels: the nearest to it.
    if (picked.empty() && selection.count(learn::Verdict::failed) > 0)
      for (const std::size_t i :
           learn::select(visited.frames, visited.deviations, levels,
                         std::max<std::size_t>(1, study.select.per_iteration / 4), true)
               .picked)
        picked.push_back(visited.frames[i]);
    loop.ledger.record_frames(history);
    if (!picked.empty())
      formats::write_frames((fs::path(folder) / "picked.extxyz").string(), picked);
    const std::size_t candidates = selection.count(learn::Verdict::candidate);
    const std::size_t failed = selection.count(learn::Verdict::failed);
    // A run that left all bounds counts, whatever its frames before say.
    const std::size_t exploded =
        selection.count(learn::Verdict::exploded) + exploded_runs + visited.guarded;
    const std::size_t seen = visited.frames.size() + visited.guarded;
    StageResult result;
    result.results = {{"visited", seen},
                      {"candidates", candidates},
                      {"failed", failed},
                      {"exploded", exploded},
                      {"guarded", visited.guarded},
                      {"n_picked", picked.size()},
                      {"selected", static_cast<double>(candidates + failed + exploded) /
                                       static_cast<double>(seen)}};
    for (std::size_t k = 0; k < bonding.shares.size(); ++k)
      result.results["motifs"][std::string(learn::Motifs::names[k])] = bonding.shares[k];
    result.results["unlabelled"] = nlohmann::json::array();
    for (const std::size_t k : bonding.unlabelled)
      result.results["unlabelled"].push_back(learn::Motifs::names[k]);
    if (!picked.empty()) result.results["picked"] = "picked.extxyz";
    result.detail = fmt::format("{} frames of {}: {} candidates, {} failed, {} exploded, {} picked",
                                seen, s.name, candidates, failed, exploded, picked.size());
    return result;
  });
}

}  // namespace vitrion::app
