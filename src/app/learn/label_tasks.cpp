// Labels of the loop: frames as tasks of the queue, judged, kept or rejected with their reasons.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/label_work.hpp"
#include "app/learn/loop.hpp"
#include "base/error.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::Labelled;
using structures::Frame;

namespace {

double largest_force(const Frame& frame) {
  double largest = 0;
  for (const Vec3& f : frame.labels.forces) largest = std::max(largest, norm(f));
  return largest;
}

}  // namespace

Stage loop_label(Loop& loop, const Labelling& by, int iteration, const Stage& asked,
                 const std::string& key) {
  Pipeline& p = loop.pipeline;
  const engines::LabelEngine& engine = by.engine;
  const formats::StudyLabel& settings = by.settings;
  learn::Identity identity("label", 2);
  identity.add("frames", asked.identity).add("key", key);
  identity.add("engine", engine.name()).add("settings", engine.settings_hash());
  identity.add("max_force", settings.max_force);
  const std::string name = fmt::format("{}-{:03}", by.name, iteration);
  return p.stage(name, identity, [&](const std::string& folder) {
    const std::vector<Frame> frames = formats::read_frames(asked.file(key.c_str()));
    const std::vector<LabelBatch> batches = batches_of(frames, settings.pack);
    const learn::Resources resources{settings.cores, settings.minutes, settings.memory_GB};
    std::vector<queue::Work> works;
    for (const LabelBatch& batch : batches)
      works.push_back(label_work(engine, batch, resources, iteration));
    const std::vector<queue::Work> distinct = distinct_works(works);
    const std::vector<learn::TaskRow> rows = loop.run(by.name, distinct);
    std::vector<Frame> labelled;
    std::vector<learn::FrameRow> history;
    std::map<std::string, std::size_t> counts;
    std::size_t second_recipe = 0;
    for (std::size_t k = 0; k < distinct.size(); ++k) {
      const LabelBatch& batch = batches[static_cast<std::size_t>(
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
        } else if (largest_force(*answers[i]) > settings.max_force) {
          row.outcome = "rejected";
          row.cause = fmt::format("a force of {:.1f} eV/A, limit {:g}", largest_force(*answers[i]),
                                  settings.max_force);
        } else {
          if (answers[i]->info.contains("recipe")) ++second_recipe;
          labelled.push_back(*answers[i]);
          labelled.back().info["iteration"] = fmt::format("{}", iteration);
        }
        ++counts[row.outcome];
        history.push_back(row);
      }
    }
    loop.ledger.record_frames(history);
    // Later, a bad lot is a lesson that the counts tell; without a seed there is no loop.
    if (labelled.empty() && by.needed)
      throw Error(fmt::format("none of {} frames could be labelled: vitrion why tells of each task",
                              frames.size()));
    if (!labelled.empty())
      formats::write_frames((fs::path(folder) / "labelled.extxyz").string(), labelled);
    StageResult result;
    result.results = {{"labelled", "labelled.extxyz"},
                      {"n_labelled", labelled.size()},
                      {"second_recipe", second_recipe},
                      {"counts", counts}};
    result.detail = fmt::format("{} of {} frames by {} {}", labelled.size(), frames.size(),
                                engine.name(), engine.description());
    return result;
  });
}

}  // namespace vitrion::app
