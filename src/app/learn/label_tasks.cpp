// Labels of the loop: frames as tasks of the queue, judged, kept or rejected with their reasons.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/learn/loop.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::Labelled;
using structures::Frame;

namespace {

/// What a frame is, for the ledger: species, cell and positions to 1e-8 A.
std::string identity_of(const Frame& frame) {
  std::string text;
  if (frame.cell)
    for (const Vec3& row : frame.cell->rows())
      text += fmt::format("{:.8f} {:.8f} {:.8f}\n", row[0], row[1], row[2]);
  for (std::size_t i = 0; i < frame.size(); ++i)
    text += fmt::format("{} {:.8f} {:.8f} {:.8f}\n", frame.species.name(i), frame.positions[i][0],
                        frame.positions[i][1], frame.positions[i][2]);
  return fmt::format("{:016x}", hash64(text));
}

double largest_force(const Frame& frame) {
  double largest = 0;
  for (const Vec3& f : frame.labels.forces) largest = std::max(largest, norm(f));
  return largest;
}

/// Frames of one task.
struct Batch {
  std::vector<Frame> frames;
  std::vector<std::string> identities;
};

std::string unconverged_text(const std::vector<Labelled>& answers) {
  for (const Labelled& a : answers)
    if (!a && a.error().kind == learn::Failure::Kind::unconverged) return a.error().cause;
  return {};
}

queue::Work work_of(const Loop& loop, const Batch& batch, int iteration) {
  const engines::LabelEngine& engine = *loop.labeller;
  const formats::StudyLabel& settings = loop.pipeline.study.label;
  learn::Identity identity("label", 1);
  identity.add("engine", engine.name()).add("settings", engine.settings_hash());
  identity.add("frames", batch.identities);
  queue::Work work;
  const std::string name = fmt::format("label-{}", identity.hash());
  work.task = {name,     "label", identity.hash(), identity.text(), fmt::format("tasks/{}", name),
               iteration};
  work.resources = {settings.cores, settings.minutes, settings.memory_GB};
  work.recipes = engine.recipes();
  work.outputs = engine.outputs(batch.frames.size());
  work.prepare = [&engine, &batch](const std::string& folder, int recipe) {
    engine.write(batch.frames, folder, recipe);
    return engine.command(batch.frames.size());
  };
  work.judge = [&engine, &batch](const std::string& folder,
                                 const queue::Ended& ended) -> queue::Verdict {
    const std::vector<Labelled> answers = engine.read(batch.frames, folder);
    const auto good = std::ranges::count_if(answers, [](const Labelled& a) { return bool(a); });
    if (static_cast<std::size_t>(good) == answers.size())
      return {"done", "", fmt::format("{} frames", good), {{"labelled", good}}};
    // In a pack the converged frames count, and the others are named; a frame alone gets its next
    // recipe.
    const std::string loose = unconverged_text(answers);
    const auto broken = std::ranges::find_if(answers, [](const Labelled& a) {
      return !a && a.error().kind != learn::Failure::Kind::unconverged;
    });
    if (broken != answers.end()) {
      const bool whole = ended.exit_code == 0;
      return {std::string(learn::name_of(broken->error().kind)),
              whole ? broken->error().cause
                    : fmt::format("{} (exit status {})", broken->error().cause, ended.exit_code),
              "",
              {}};
    }
    if (answers.size() == 1) return {"unconverged", loose, "", {}};
    return {"done",
            "",
            fmt::format("{} of {} frames, the others unconverged", good, answers.size()),
            {{"labelled", good}}};
  };
  return work;
}

}  // namespace

Stage loop_label(Loop& loop, int iteration, const Stage& asked, const std::string& key) {
  Pipeline& p = loop.pipeline;
  const engines::LabelEngine& engine = *loop.labeller;
  learn::Identity identity("label", 2);
  identity.add("frames", asked.identity).add("key", key);
  identity.add("engine", engine.name()).add("settings", engine.settings_hash());
  identity.add("max_force", p.study.label.max_force);
  const std::string name = fmt::format("label-{:03}", iteration);
  return p.stage(name, identity, [&](const std::string& folder) {
    const std::vector<Frame> frames = formats::read_frames(asked.file(key.c_str()));
    std::vector<Batch> batches;
    for (const Frame& frame : frames) {
      if (batches.empty() || batches.back().frames.size() == p.study.label.pack)
        batches.emplace_back();
      batches.back().frames.push_back(frame);
      batches.back().identities.push_back(identity_of(frame));
    }
    std::vector<queue::Work> works;
    for (const Batch& batch : batches) works.push_back(work_of(loop, batch, iteration));
    // Equal frames are one task.
    std::vector<queue::Work> distinct;
    for (const queue::Work& work : works)
      if (std::ranges::none_of(distinct,
                               [&](const queue::Work& w) { return w.task.name == work.task.name; }))
        distinct.push_back(work);
    const std::vector<learn::TaskRow> rows = loop.run("label", distinct);
    std::vector<Frame> labelled;
    std::vector<learn::FrameRow> history;
    std::map<std::string, std::size_t> counts;
    for (std::size_t k = 0; k < distinct.size(); ++k) {
      const Batch& batch = batches[static_cast<std::size_t>(
          std::ranges::find_if(
              works, [&](const queue::Work& w) { return w.task.name == distinct[k].task.name; }) -
          works.begin())];
      const std::string task = (fs::path(p.folder.path()) / rows[k].folder).string();
      const std::vector<Labelled> answers =
          rows[k].state == learn::TaskState::done
              ? engine.read(batch.frames, task)
              : std::vector<Labelled>(batch.frames.size(),
                                      unexpected<learn::Failure>(
                                          {learn::Failure::Kind::engine_error, rows[k].cause}));
      for (std::size_t i = 0; i < batch.frames.size(); ++i) {
        const structures::Info& info = batch.frames[i].info;
        const auto said = [&](const char* what) {
          const auto found = info.find(what);
          return found == info.end() ? std::string() : found->second;
        };
        learn::FrameRow row{
            batch.identities[i],    iteration,  said("parent"), 0, said("potential"),
            engine.settings_hash(), "labelled", rows[k].name,   0};
        if (!answers[i]) {
          row.outcome = rows[k].state == learn::TaskState::done
                            ? std::string(learn::name_of(answers[i].error().kind))
                            : std::string(learn::name_of(rows[k].state));
          row.cause = answers[i].error().cause;
        } else if (largest_force(*answers[i]) > p.study.label.max_force) {
          row.outcome = "rejected";
          row.cause = fmt::format("a force of {:.1f} eV/A, limit {:g}", largest_force(*answers[i]),
                                  p.study.label.max_force);
        } else {
          labelled.push_back(*answers[i]);
          labelled.back().info["iteration"] = fmt::format("{}", iteration);
        }
        ++counts[row.outcome];
        history.push_back(row);
      }
    }
    loop.ledger.record_frames(history);
    // Later, a bad lot is a lesson that the counts tell; without a seed there is no loop.
    if (labelled.empty() && iteration == 0)
      throw Error(fmt::format("none of {} frames could be labelled: vitrion why tells of each task",
                              frames.size()));
    if (!labelled.empty())
      formats::write_frames((fs::path(folder) / "labelled.extxyz").string(), labelled);
    StageResult result;
    result.results = {
        {"labelled", "labelled.extxyz"}, {"n_labelled", labelled.size()}, {"counts", counts}};
    result.detail = fmt::format("{} of {} frames by {} {}", labelled.size(), frames.size(),
                                engine.name(), engine.description());
    return result;
  });
}

}  // namespace vitrion::app
