// Training in the loop: all labels so far, split by parent, and one task per member of the
// ensemble.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>

#include "app/learn/loop.hpp"
#include "app/study/parity.hpp"
#include "app/study/training_input.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using nlohmann::json;
using structures::Frame;

namespace {

/// input.json of one member: `vitrion train` (or DeePMD-kit) runs it by hand in the task's folder.
json input_of(const Study& study, const formats::StudyTraining& training, std::uint64_t seed,
              const std::vector<std::string>& systems, const std::string& sampling) {
  // Later data hold melts that are denser than the first crystals.
  return training_input(study, training, {seed, systems, sampling, "auto:1.6", 10});
}

/// Files that are read as often as they hold frames, or two groups of them by their weights.
std::string sampling_of(const Stage& data, double weight) {
  if (!data.results.contains("first_group")) return "prob_sys_size";
  const std::size_t first = data.results.at("first_group").get<std::size_t>();
  const std::size_t all = data.results.at("files").size();
  return fmt::format("prob_sys_size;0:{}:{:g};{}:{}:{:g}", first, 1 - weight, first, all, weight);
}

/// The newest checkpoint's name: what a training that was stopped has reached.
std::string newest_checkpoint(const std::string& folder) {
  std::string newest;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == ".vck") {
      const std::string name = entry.path().filename().string();
      if (name.size() > newest.size() || (name.size() == newest.size() && name > newest))
        newest = name;
    }
  return newest;
}

queue::Verdict judge(const std::string& folder, const queue::Ended& ended) {
  if (ended.exit_code != 0)
    return {"engine error", fmt::format("vitrion train: exit status {}", ended.exit_code), "", {}};
  const std::string model = (fs::path(folder) / "model.dp").string();
  (void)formats::read_model(model);  // throws if it is none
  return {"done", "", "trained", {{"model", "model.dp"}}};
}

}  // namespace

bool held_back(const Study& study, const Frame& frame) {
  const auto parent = frame.info.find("parent");
  if (parent == frame.info.end() || !frame.info.contains("step")) return false;
  return RandomStream(study.seed, "test " + parent->second).uniform() < study.loop->test_share;
}

Stage loop_data(Pipeline& p, int iteration, const std::vector<Stage>& labels) {
  learn::Identity identity("learn-data", 1);
  for (const Stage& stage : labels) identity.add("labels", stage.identity);
  identity.add("elements", p.study.elements).add("share", p.study.loop->test_share);
  identity.add("seed", static_cast<double>(p.study.seed));
  return p.stage(fmt::format("data-{:03}", iteration), identity, [&](const std::string& folder) {
    std::map<std::size_t, std::vector<Frame>> training;
    std::vector<Frame> test;
    std::string settings;
    std::size_t count = 0;
    for (const Stage& stage : labels)
      for (Frame& frame : formats::read_frames(stage.file("labelled"))) {
        // One level of theory in a bank: frames of different settings differ by more than noise.
        const std::string& own = frame.info["settings_hash"];
        if (settings.empty()) settings = own;
        if (own != settings)
          throw InputError(fmt::format("{}: labels of settings {} and {} cannot be mixed",
                                       stage.file("labelled"), settings, own));
        frame.species = frame.species.mapped_to(p.study.elements);
        if (held_back(p.study, frame)) {
          test.push_back(std::move(frame));
        } else {
          const std::size_t atoms = frame.size();
          training[atoms].push_back(std::move(frame));
          ++count;
        }
      }
    StageResult result;
    result.results["files"] = json::array();
    for (const auto& [atoms, frames] : training) {
      const std::string file = fmt::format("train_{:03}.extxyz", atoms);
      formats::write_frames((fs::path(folder) / file).string(), frames);
      result.results["files"].push_back(file);
    }
    if (!test.empty()) {
      formats::write_frames((fs::path(folder) / "test.extxyz").string(), test);
      result.results["test"] = "test.extxyz";
    }
    result.results["n_train"] = count;
    result.results["n_test"] = test.size();
    result.detail = fmt::format("{} frames to train on, {} to test", count, test.size());
    return result;
  });
}

Ensemble loop_train(Loop& loop, int iteration, const Stage& data, const LoopTraining& how) {
  Pipeline& p = loop.pipeline;
  const Study& study = p.study;
  const Ensemble* before = how.before;
  const bool fresh = before == nullptr;
  const formats::StudyTraining& training = how.settings;
  const std::string sampling = sampling_of(data, how.weight);
  std::vector<std::string> systems;  // as seen from tasks/NAME
  for (const json& file : data.results.at("files"))
    systems.push_back(
        fmt::format("../../{}/{}", p.folder.relative(data.folder), file.get<std::string>()));
  std::vector<queue::Work> works;
  for (std::size_t member = 0; member < study.potential.ensemble; ++member) {
    const std::uint64_t seed = RandomStream(study.seed, "train", member).below(1'000'000'000) +
                               (fresh ? 0 : 7 * static_cast<std::uint64_t>(iteration));
    const std::string input = input_of(study, training, seed, systems, sampling).dump(2) + "\n";
    learn::Identity identity("train", 1);
    identity.add("data", data.identity).add("member", static_cast<double>(member));
    identity.add("start", fresh ? "random" : before->identity);
    identity.add("input", input_of(study, training, seed, {}, sampling).dump());
    identity.add("precision", study.train.precision);
    queue::Work work;
    const std::string name = fmt::format("train-{}", identity.hash());
    work.task = {name,     "train", identity.hash(), identity.text(), fmt::format("tasks/{}", name),
                 iteration};
    work.resources = {study.queue.train_cores, study.queue.train_minutes, 0};
    work.outputs = {"model.dp", "lcurve.out"};
    work.progress = newest_checkpoint;
    std::string start;
    if (!fresh)
      start = " --init-model '" +
              fs::path(before->models[member])
                  .lexically_relative(fs::path(p.folder.path()) / "tasks" / name)
                  .string() +
              "'";
    work.prepare = [&p, &study, input, start](const std::string& folder, int) {
      formats::write_whole_file((fs::path(folder) / "input.json").string(), input);
      return fmt::format(
          "'{}' train input.json --restart{} --threads {} --precision {} -o model.dp", p.program,
          start, study.queue.train_cores, study.train.precision);
    };
    work.judge = judge;
    works.push_back(std::move(work));
  }
  p.say(fmt::format("iteration {}: {} members x {} steps on {} frames", iteration, works.size(),
                    training.steps, data.results.at("n_train").get<std::size_t>()));
  Ensemble ensemble;
  learn::Identity identity("ensemble", 1);
  for (const learn::TaskRow& row : loop.run("train", works)) {
    if (row.state != learn::TaskState::done)
      throw Error(fmt::format("{}: {} (vitrion why tells more; vitrion retry tries it again)",
                              row.name, row.cause));
    identity.add("member", row.identity);
    ensemble.models.push_back((fs::path(p.folder.path()) / row.folder / "model.dp").string());
  }
  ensemble.identity = identity.hash();
  return ensemble;
}

Stage loop_judge(Pipeline& p, const std::string& name, const Ensemble& ensemble,
                 const Stage& data) {
  learn::Identity identity("judge", 1);
  identity.add("ensemble", ensemble.identity).add("data", data.identity);
  return p.stage(name, identity, [&](const std::string&) {
    StageResult result;
    if (!data.results.contains("test")) {
      result.detail = "no frames to test on yet";
      return result;
    }
    const std::vector<Frame> frames = formats::read_frames(data.file("test"));
    for (const ParitySeries& series : parity_of(ensemble.models, frames, p.threads)) {
      result.results[series.quantity] = series.rmse();
      if (series.quantity != "force") continue;
      double sum = 0;
      for (const double f : series.label) sum += f * f;
      const double rms = std::sqrt(sum / static_cast<double>(series.label.size()));
      result.results["force_rms"] = rms;
      result.results["force_relative"] = series.rmse() / rms;
      result.detail =
          fmt::format("force error {:.3f} eV/A on {} test frames, {:.1f} % of their RMS",
                      series.rmse(), frames.size(), 100 * series.rmse() / rms);
    }
    return result;
  });
}

}  // namespace vitrion::app
