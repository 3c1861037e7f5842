// vitrion run: a whole study, from labels to a report; stopped and run again it goes on.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "app/commands.hpp"
#include "app/report.hpp"
#include "app/study/analyse.hpp"
#include "app/study/choice.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/preflight.hpp"
#include "app/study/record.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/model/file.hpp"
#include "report/record.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct RunArguments {
  StudyChoice choice;
  std::size_t cores = 0;
};

/// What cannot end well is said before any work; an engine counts only while its stage is not done.
void refuse_faults(const formats::Study& study, const RunFolder& folder) {
  std::string text;
  const std::vector<learn::Manifest> done = folder.all();
  for (const Finding& finding : preflight(study)) {
    const auto needs = [&](const learn::Manifest& m) {
      return m.task.rfind(finding.stage, 0) == 0;
    };
    const bool over = !finding.stage.empty() && std::ranges::any_of(done, needs);
    if (finding.fault && !over) text += (text.empty() ? "" : "\n  ") + finding.text;
  }
  if (!text.empty()) throw InputError(text);
}

/// The potential of a study, and what it came from.
struct Potential {
  std::optional<Stage> data;
  std::optional<Trained> first;
  std::optional<Trained> finished;
  std::optional<Stage> explored;
  std::optional<Stage> labelled;
  Trained final;

  /// Each training once: without a second level, or without exploration, two are the same.
  [[nodiscard]] std::vector<const Trained*> trainings() const {
    std::vector<const Trained*> list;
    if (!first) return list;
    for (const Trained* one : {&*first, &*finished, &final})
      if (list.empty() || list.back()->stage.identity != one->stage.identity) list.push_back(one);
    return list;
  }
};

Potential make_potential(Pipeline& pipeline) {
  Potential made;
  if (!pipeline.study.levels.empty()) made.data = prepare_data(pipeline);
  if (!pipeline.study.potential.models.empty()) {
    made.final = given_models(pipeline);
    return made;
  }
  made.first = train_first(pipeline, *made.data);
  made.finished = train_finish(pipeline, *made.data, *made.first);
  made.final = *made.finished;
  if (pipeline.study.explore) {
    made.explored = explore(pipeline, *made.finished);
    made.labelled = label_selected(pipeline, *made.explored);
    made.final = retrain(pipeline, *made.data, *made.finished, *made.labelled);
  }
  return made;
}

/// RUN/models/model.0.dp, ...: where a person finds them.
void keep_models(const RunFolder& folder, const Trained& potential) {
  const fs::path models = fs::path(folder.path()) / "models";
  fs::create_directories(models);
  for (std::size_t k = 0; k < potential.models.size(); ++k)
    formats::write_model((models / fmt::format("model.{}.dp", k)).string(),
                         formats::read_model(potential.models[k]));
}

template <class T>
const T* pointer(const std::optional<T>& value) {
  return value ? &*value : nullptr;
}

void run_study(const RunArguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const ChosenStudy chosen = choose(arguments.choice);
  const formats::Study& study = chosen.study;
  if (!study.has_potential() || !study.has_glass())
    throw InputError(fmt::format("{}: it has no {}: vitrion learn runs its loop", study.path,
                                 study.has_potential() ? "[glass]" : "[[level]]"));
  RunFolder folder(study.path, chosen.scale.name());
  refuse_faults(study, folder);
  const InterruptGuard guard;  // first: a full disk must be an error, not an end
  folder.lock();
  chosen.sign(folder);
  const std::size_t cores = arguments.cores > 0     ? arguments.cores
                            : study.queue.cores > 0 ? study.queue.cores
                                                    : default_threads();
  Pipeline pipeline(study, folder, cores, fs::read_symlink("/proc/self/exe").string());
  pipeline.scale = chosen.scale;
  fmt::print("study {}: {} on {}\n", study.name, folder.path(), machine_text(cores));
  for (const std::string& note : chosen.notes) fmt::print("  {}\n", note);

  const Potential potential = make_potential(pipeline);
  keep_models(folder, potential.final);
  std::vector<Glass> glasses = make_glasses(pipeline, potential.final);
  strain_glasses(pipeline, potential.final, glasses);
  measure(pipeline, potential.final, glasses);
  std::vector<Stage> glass_records;
  for (const Glass& glass : glasses)
    glass_records.push_back(analyse_glass(pipeline, potential.final, glass));
  const Stage analysed =
      analyse_study(pipeline, pointer(potential.data), potential.final, glass_records);

  const nlohmann::json record =
      gather_record(pipeline, {pointer(potential.data), potential.trainings(), &potential.final,
                               pointer(potential.explored), pointer(potential.labelled), glasses,
                               glass_records, &analysed, chosen.notes});
  const std::string path = (fs::path(folder.path()) / "record.json").string();
  (void)report::record_from_json(record, path);
  formats::write_whole_file(path, record.dump(1) + "\n");
  const std::string report = write_report(folder.path());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("all stages: {} of work, {} in this run\n{}\n",
             duration_text(record.at("study").at("seconds").get<double>()), duration_text(seconds),
             report);
}

}  // namespace

void add_run(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "run", "Runs or resumes a whole study: labels, potential, glass, ions, report");
  auto arguments = std::make_shared<RunArguments>();
  arguments->choice.add_to(*command);
  command->add_option("--cores", arguments->cores, "cores to use; results do not depend on it")
      ->default_str("[queue].cores of the study, else all");
  command->footer(
      "The state of X.toml is the folder X.run beside it. Each stage counts when it is whole: stop "
      "the\nprogram at any moment, in any way, and run it again. The last line is the report's "
      "path.\n\n"
      "--scale walks the whole chain of a study smaller and shorter: atoms and times are "
      "multiplied, x becomes the nearest\nthat the size reaches, cooling is as much faster, and "
      "everything is marked as not comparable. Such a run has a folder\nof its own, "
      "X.scale-size0.25-time0.001-replicas2.run.\n\n"
      "Examples:\n"
      "  vitrion run studies/quickstart.toml\n"
      "  vitrion run studies/napso.toml --scale size=0.25,time=0.001 --replicas 2");
  command->callback([arguments] { run_study(*arguments); });
}

}  // namespace vitrion::app
