#include "app/label_work.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/random.hpp"

namespace vitrion::app {

using learn::Labelled;
using structures::Frame;

namespace {

using Kind = learn::Failure::Kind;

std::string unconverged_text(const std::vector<Labelled>& answers) {
  for (const Labelled& a : answers)
    if (!a && a.error().kind == Kind::unconverged) return a.error().cause;
  return {};
}

queue::Verdict judge(const std::vector<Labelled>& answers, const queue::Ended& ended) {
  const auto good = std::ranges::count_if(answers, [](const Labelled& a) { return bool(a); });
  const auto second = std::ranges::count_if(
      answers, [](const Labelled& a) { return a && a->info.contains("recipe"); });
  if (static_cast<std::size_t>(good) == answers.size())
    return {"done",
            "",
            fmt::format("{} frames{}", good, second > 0 ? " by the second recipe" : ""),
            {{"labelled", good}, {"second_recipe", second}}};
  const auto broken = std::ranges::find_if(
      answers, [](const Labelled& a) { return !a && a.error().kind != Kind::unconverged; });
  if (broken != answers.end()) {
    const bool whole = ended.exit_code == 0;
    return {std::string(learn::name_of(broken->error().kind)),
            whole ? broken->error().cause
                  : fmt::format("{} (exit status {})", broken->error().cause, ended.exit_code),
            "",
            {}};
  }
  if (answers.size() == 1) return {"unconverged", unconverged_text(answers), "", {}};
  return {"done",
          "",
          fmt::format("{} of {} frames, the others unconverged", good, answers.size()),
          {{"labelled", good}, {"second_recipe", second}}};
}

}  // namespace

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

std::vector<LabelBatch> batches_of(const std::vector<Frame>& frames, std::size_t pack) {
  std::vector<LabelBatch> batches;
  for (const Frame& frame : frames) {
    if (batches.empty() || batches.back().frames.size() == pack) batches.emplace_back();
    batches.back().frames.push_back(frame);
    batches.back().identities.push_back(identity_of(frame));
  }
  return batches;
}

queue::Work label_work(const engines::LabelEngine& engine, const LabelBatch& batch,
                       const learn::Resources& resources, int iteration) {
  learn::Identity identity("label", 1);
  identity.add("engine", engine.name()).add("settings", engine.settings_hash());
  identity.add("frames", batch.identities);
  queue::Work work;
  const std::string name = fmt::format("label-{}", identity.hash());
  work.task = {name,     "label", identity.hash(), identity.text(), fmt::format("tasks/{}", name),
               iteration};
  work.resources = resources;
  work.recipes = engine.recipes();
  work.outputs = engine.outputs(batch.frames.size());
  work.prepare = [&engine, &batch](const std::string& folder, int recipe) {
    engine.write(batch.frames, folder, recipe);
    return engine.command(batch.frames.size());
  };
  work.judge = [&engine, &batch](const std::string& folder, const queue::Ended& ended) {
    return judge(engine.read(batch.frames, folder), ended);
  };
  return work;
}

std::vector<queue::Work> distinct_works(const std::vector<queue::Work>& works) {
  std::vector<queue::Work> distinct;
  std::set<std::string> names;
  for (const queue::Work& work : works)
    if (names.insert(work.task.name).second) distinct.push_back(work);
  return distinct;
}

}  // namespace vitrion::app
