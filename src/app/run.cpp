// vitrion run: a whole study, from labels to a report; stopped and run again it goes on.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "app/commands.hpp"
#include "app/report.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/preflight.hpp"
#include "app/study/record.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct Arguments {
  std::string study;
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

void run_study(const Arguments& arguments) {
  const auto begin = std::chrono::steady_clock::now();
  const formats::Study study = formats::read_study(arguments.study);
  if (study.levels.empty() || !study.has_glass())
    throw InputError(fmt::format("{}: it has no {}: vitrion learn runs its loop", study.path,
                                 study.levels.empty() ? "[[level]]" : "[glass]"));
  RunFolder folder(arguments.study);
  refuse_faults(study, folder);
  const InterruptGuard guard;  // first: a full disk must be an error, not an end
  folder.lock();
  const std::size_t cores = arguments.cores > 0     ? arguments.cores
                            : study.queue.cores > 0 ? study.queue.cores
                                                    : default_threads();
  Pipeline pipeline(study, folder, cores, fs::read_symlink("/proc/self/exe").string());
  fmt::print("study {}: {} on {}\n", study.name, folder.path(), machine_text(cores));

  const Stage data = prepare_data(pipeline);
  const Trained first = train_first(pipeline, data);
  const Trained finished = train_finish(pipeline, data, first);
  std::optional<Stage> explored;
  std::optional<Stage> labelled;
  Trained final = finished;
  if (study.explore) {
    explored = explore(pipeline, finished);
    labelled = label_selected(pipeline, *explored);
    final = retrain(pipeline, data, finished, *labelled);
  }
  const std::vector<Stage> packed = pack(pipeline, final);
  const std::vector<Stage> quenched = quench(pipeline, final, packed);
  const std::vector<Stage> measured = measure(pipeline, final, quenched);
  const Stage analysed = analyse(pipeline, data, final, quenched, measured);

  report::Record record =
      gather_record(pipeline, {data, first, finished, final, explored ? &*explored : nullptr,
                               labelled ? &*labelled : nullptr, quenched, analysed});
  write_text((fs::path(folder.path()) / "record.json").string(),
             report::to_json(record).dump(1) + "\n");
  const std::string report = write_report(folder.path());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  fmt::print("all stages: {} of work, {} in this run\n{}\n", duration_text(record.study.seconds),
             duration_text(seconds), report);
}

}  // namespace

void add_run(CLI::App& program) {
  CLI::App* command = program.add_subcommand(
      "run", "Runs or resumes a whole study: labels, potential, glass, ions, report");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("STUDY", arguments->study, "study file (TOML)")->required();
  command->add_option("--cores", arguments->cores, "cores to use; results do not depend on it")
      ->default_str("[queue].cores of the study, else all");
  command->footer(
      "The state of X.toml is the folder X.run beside it. Each stage counts when it is whole: stop "
      "the\n"
      "program at any moment, in any way, and run it again. The last line is the report's path.\n"
      "Example:\n"
      "  vitrion run studies/quickstart.toml");
  command->callback([arguments] { run_study(*arguments); });
}

}  // namespace vitrion::app
