// Stages of training: an ensemble on one level, finished on the next, and again with new labels.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <mutex>

#include "app/study/interrupt.hpp"
#include "app/study/stages.hpp"
#include "app/study/training_input.hpp"
#include "app/training_data.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"
#include "edges/formats/training/checkpoint.hpp"
#include "edges/formats/training/deepmd_input.hpp"
#include "edges/formats/training/lcurve.hpp"
#include "train/ensemble.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using formats::StudyTraining;
using nlohmann::json;
using potential::Model;

namespace {

/// Files that share a weight in the sampling.
struct Group {
  std::vector<std::string> files;  ///< absolute
  double weight = 1;
};

struct Plan {
  std::string name;   ///< of the stage
  std::string phase;  ///< "teacher level"
  StudyTraining settings;
  std::vector<Group> groups;
  std::vector<std::string> start;  ///< models to go on from; empty: random weights
};

std::vector<std::string> files_of(const Stage& data, std::size_t level) {
  std::vector<std::string> files;
  for (const json& file : data.results.at("levels").at(level).at("files"))
    files.push_back((fs::path(data.folder) / file.get<std::string>()).string());
  return files;
}

/// input.json of one member: `vitrion train` (or DeePMD-kit) runs it by hand in the member's
/// folder.
json input_of(const Study& study, const Plan& plan, std::size_t member, const std::string& folder) {
  MemberInput input;
  input.seed = RandomStream(study.seed, plan.name, member).below(1'000'000'000);
  input.sel = "auto:1.3";
  input.saves = 12;
  std::string blocks = "prob_sys_size";
  std::size_t first = 0;
  for (const Group& group : plan.groups) {
    for (const std::string& file : group.files)
      input.systems.push_back(fs::path(file).lexically_relative(folder).string());
    blocks += fmt::format(";{}:{}:{}", first, first + group.files.size(), group.weight);
    first += group.files.size();
  }
  if (plan.groups.size() > 1) input.sampling = blocks;
  return training_input(study, plan.settings, input);
}

void describe(learn::Identity& identity, const Study& study, const Plan& plan) {
  identity.add("input", input_of(study, plan, 0, "/").at("model").dump());
  identity.add("loss", loss_section(study.train).dump());
  identity.add("members", static_cast<double>(study.potential.ensemble));
  identity.add("steps", static_cast<double>(plan.settings.steps));
  identity.add("rate", {plan.settings.rate[0], plan.settings.rate[1]});
  identity.add("batch_atoms", static_cast<double>(study.train.batch_atoms));
  identity.add("precision", study.train.precision);
  for (const Group& group : plan.groups) identity.add("weight", group.weight);
}

/// The members of one training, their files and their bar.
class EnsembleRun {
 public:
  EnsembleRun(Pipeline& pipeline, const Plan& plan, std::string folder)
      : pipeline_(pipeline), plan_(plan), folder_(std::move(folder)) {}

  StageResult run() {
    const std::size_t count = pipeline_.study.potential.ensemble;
    const std::size_t share = train::threads_per_member(count, pipeline_.cores);
    std::vector<train::Member> members;
    members.reserve(count);
    for (std::size_t k = 0; k < count; ++k)
      members.push_back(member(k, std::make_shared<ThreadPool>(share)));
    pipeline_.say(fmt::format("{} frames; {} members of {} weights, {} each", data_->frames(),
                              count, potential::parameter_count(members.front().trainer.model()),
                              members.front().trainer.description()));
    Progress progress(plan_.phase, count * plan_.settings.steps);
    std::size_t begun = 0;
    for (const train::Member& m : members) begun += m.trainer.step();
    progress.start(begun);
    steps_.assign(count, 0);
    for (std::size_t k = 0; k < count; ++k) steps_[k] = members[k].trainer.step();
    for (std::size_t k = 0; k < count; ++k)
      members[k].observers.step = [this, k, &progress](const train::Trainer& t) {
        const std::lock_guard lock(mutex_);
        steps_[k] = t.step();
        std::size_t sum = 0;
        for (const std::size_t s : steps_) sum += s;
        progress.update(sum, fmt::format("e {:.1e} eV/atom  f {:.2f} eV/A", t.errors().energy,
                                         t.errors().force));
      };
    const train::Ended ended = train::train_ensemble(members, pipeline_.cores);
    if (ended == train::Ended::stopped) {
      progress.finish("interrupted");
      InterruptGuard::check();
    }
    progress.finish();
    return finish(members);
  }

 private:
  [[nodiscard]] std::string member_folder(std::size_t k) const {
    return (fs::path(folder_) / fmt::format("{:03}", k)).string();
  }

  /// A member at the step where it was stopped, or at its beginning.
  train::Member member(std::size_t k, std::shared_ptr<ThreadPool> threads) {
    const fs::path folder = member_folder(k);
    fs::create_directories(folder);
    const std::string path = (folder / "input.json").string();
    formats::write_whole_file(path,
                              input_of(pipeline_.study, plan_, k, folder.string()).dump(2) + "\n");
    formats::DeepmdInput input = formats::read_deepmd_input(path);
    formats::set_steps(input, plan_.settings.steps);
    if (pipeline_.study.train.precision == "single")
      input.options.precision = potential::Precision::float32;
    if (!data_)
      data_ = load_dataset(input.training, path, pipeline_.study.elements,
                           pipeline_.study.potential.cutoff, *pipeline_.threads);
    checkpoints_.push_back(std::make_unique<formats::CheckpointFolder>((folder / "model").string(),
                                                                       input.checkpoints_kept));
    std::vector<std::string> notes;
    const auto state = checkpoints_.back()->newest(notes);
    train::Trainer trainer =
        state ? train::Trainer(*state, data_, nullptr, input.options, threads)
              : train::Trainer(start_model(k, input), data_, nullptr, input.options, threads);
    curves_.push_back(std::make_unique<formats::CurveFile>(
        (folder / input.curve_file).string(), formats::CurveFormat(input.options.loss, false),
        trainer.step()));
    train::Observers observers;
    observers.row = [curve = curves_.back().get()](const train::CurveRow& row) { curve->add(row); };
    observers.stop = [] { return InterruptGuard::caught() != 0; };
    observers.checkpoints = checkpoints_.back().get();
    return {std::move(trainer), std::move(observers)};
  }

  Model start_model(std::size_t k, const formats::DeepmdInput& input) {
    if (!plan_.start.empty()) return formats::read_model(plan_.start[k]);
    const train::Batches batches(*data_, input.options.batch, input.options.sampling,
                                 input.options.seed, "train");
    Model model = train::make_model(input.model, *data_, batches, *pipeline_.threads);
    model.definition =
        formats::definition_with_sel(input.model.shape.definition, model.descriptor.sel);
    return model;
  }

  StageResult finish(const std::vector<train::Member>& members) {
    StageResult result;
    double force = 0;
    for (std::size_t k = 0; k < members.size(); ++k) {
      const fs::path folder = member_folder(k);
      formats::write_model((folder / "model.dp").string(), members[k].trainer.model());
      result.results["models"].push_back(fmt::format("{:03}/model.dp", k));
      result.results["curves"].push_back(fmt::format("{:03}/lcurve.out", k));
      force += members[k].trainer.errors().force / static_cast<double>(members.size());
    }
    result.results["phase"] = plan_.phase;
    result.detail = fmt::format("{} models x {} steps on {} frames, last batch {:.2f} eV/A",
                                members.size(), plan_.settings.steps, data_->frames(), force);
    return result;
  }

  Pipeline& pipeline_;
  const Plan& plan_;
  std::string folder_;
  std::shared_ptr<const train::Dataset> data_;
  std::vector<std::unique_ptr<formats::CheckpointFolder>> checkpoints_;
  std::vector<std::unique_ptr<formats::CurveFile>> curves_;
  std::mutex mutex_;
  std::vector<std::size_t> steps_;
};

Trained trained(Stage stage) {
  Trained result{std::move(stage), {}};
  for (const json& file : result.stage.results.at("models"))
    result.models.push_back((fs::path(result.stage.folder) / file.get<std::string>()).string());
  return result;
}

/// Refits the energy of each species on the truth, member by member: the models as `bias_K.dp`, and
/// the mean shift per element, by which labels of the other levels are moved to the truth's zero of
/// energy.
json refit_bias(const Pipeline& p, const std::vector<std::string>& models,
                const std::vector<std::string>& truth, const std::string& folder) {
  std::vector<train::System> systems;
  for (const std::string& file : truth) systems.push_back({file, formats::read_frames(file)});
  const train::Dataset data(std::move(systems), p.study.elements, p.study.potential.cutoff,
                            *p.threads);
  std::vector<double> shift(p.study.elements.size(), 0.0);
  json files = json::array();
  for (std::size_t k = 0; k < models.size(); ++k) {
    const Model before = formats::read_model(models[k]);
    const Model after = train::with_changed_bias(before, data, p.threads);
    for (std::size_t t = 0; t < shift.size(); ++t)
      shift[t] += (after.out_bias[t] - before.out_bias[t]) / static_cast<double>(models.size());
    const std::string file = fmt::format("bias_{}.dp", k);
    formats::write_model((fs::path(folder) / file).string(), after);
    files.push_back(file);
  }
  return {{"shift", shift}, {"models", files}};
}

/// Copies of frames with their energies moved by `shift` per atom of each element.
std::vector<std::string> write_shifted(const Pipeline& p, const std::vector<std::string>& files,
                                       const std::vector<double>& shift,
                                       const std::string& folder) {
  std::vector<std::string> written;
  for (const std::string& file : files) {
    std::vector<structures::Frame> frames = formats::read_frames(file);
    for (structures::Frame& frame : frames) {
      frame.species = frame.species.mapped_to(p.study.elements);
      const std::vector<int> counts = frame.species.counts();
      for (std::size_t t = 0; t < counts.size(); ++t) *frame.labels.energy += counts[t] * shift[t];
    }
    const std::string path = (fs::path(folder) / fs::path(file).filename()).string();
    formats::write_frames(path, frames);
    written.push_back(path);
  }
  return written;
}

}  // namespace

Trained train_first(Pipeline& p, const Stage& data) {
  const Plan plan{"train-first",
                  p.study.levels.front().name + " level",
                  p.study.train.first,
                  {{files_of(data, 0), 1}},
                  {}};
  learn::Identity identity(plan.name, 1);
  identity.add("data", data.identity).add("seed", static_cast<double>(p.study.seed));
  describe(identity, p.study, plan);
  return trained(p.stage(plan.name, identity, [&](const std::string& folder) {
    return EnsembleRun(p, plan, folder).run();
  }));
}

Trained train_finish(Pipeline& p, const Stage& data, const Trained& first) {
  const std::size_t truth = p.study.levels.size() - 1;
  if (truth == 0 || p.study.train.finish.steps == 0) return first;
  learn::Identity offset_identity("offset", 1);
  offset_identity.add("data", data.identity).add("models", first.stage.identity);
  const Stage offset = p.stage("offset", offset_identity, [&](const std::string& folder) {
    StageResult result;
    result.results = refit_bias(p, first.models, files_of(data, truth), folder);
    const std::vector<std::string> shifted = write_shifted(
        p, files_of(data, 0), result.results.at("shift").get<std::vector<double>>(), folder);
    for (const std::string& file : shifted)
      result.results["files"].push_back(fs::path(file).filename().string());
    result.detail = "energy per species refitted on level " + p.study.levels[truth].name;
    return result;
  });
  std::vector<std::string> shifted;
  for (const json& file : offset.results.at("files"))
    shifted.push_back((fs::path(offset.folder) / file.get<std::string>()).string());
  std::vector<std::string> models;
  for (const json& file : offset.results.at("models"))
    models.push_back((fs::path(offset.folder) / file.get<std::string>()).string());

  const double weight = p.study.train.finish.weight;
  Plan plan{"train-finish",
            p.study.levels[truth].name + " level",
            p.study.train.finish,
            {{files_of(data, truth), weight}},
            models};
  if (weight < 1) plan.groups.push_back({shifted, 1 - weight});
  learn::Identity identity(plan.name, 1);
  identity.add("start", offset.identity).add("seed", static_cast<double>(p.study.seed));
  describe(identity, p.study, plan);
  Trained result = trained(p.stage(plan.name, identity, [&](const std::string& folder) {
    StageResult r = EnsembleRun(p, plan, folder).run();
    // What the next training needs of the other level, as seen from this stage.
    r.results["shifted"] = json::array();
    for (const std::string& file : shifted)
      r.results["shifted"].push_back(fs::path(file).lexically_relative(folder).string());
    return r;
  }));
  return result;
}

Trained retrain(Pipeline& p, const Stage& data, const Trained& finished, const Stage& labels) {
  if (p.study.train.retrain.steps == 0) return finished;
  const std::size_t truth = p.study.levels.size() - 1;
  std::vector<std::string> own = files_of(data, truth);
  for (const json& file : labels.results.at("files"))
    own.push_back((fs::path(labels.folder) / file.get<std::string>()).string());
  const double weight = p.study.train.retrain.weight;
  Plan plan{"retrain",
            p.study.levels[truth].name + " level with new labels",
            p.study.train.retrain,
            {{own, weight}},
            finished.models};
  std::vector<std::string> shifted;
  for (const json& file : finished.stage.results.value("shifted", json::array()))
    shifted.push_back(
        (fs::path(finished.stage.folder) / file.get<std::string>()).lexically_normal().string());
  if (weight < 1 && !shifted.empty()) plan.groups.push_back({shifted, 1 - weight});
  learn::Identity identity(plan.name, 1);
  identity.add("start", finished.stage.identity).add("labels", labels.identity);
  identity.add("data", data.identity).add("seed", static_cast<double>(p.study.seed));
  describe(identity, p.study, plan);
  return trained(p.stage(plan.name, identity, [&](const std::string& folder) {
    return EnsembleRun(p, plan, folder).run();
  }));
}

}  // namespace vitrion::app
