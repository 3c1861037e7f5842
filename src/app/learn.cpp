// vitrion learn: the concurrent loop of a study, run or resumed.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/learn/loop.hpp"
#include "app/loop_commands.hpp"
#include "app/study/interrupt.hpp"
#include "base/error.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct LearnArguments {
  std::string study;
  std::size_t cores = 0;
};

/// The models under names that stay, whatever their task is called.
void publish(const Pipeline& p, const Ensemble& ensemble) {
  const fs::path folder = fs::path(p.folder.path()) / "models";
  fs::create_directories(folder);
  for (std::size_t k = 0; k < ensemble.models.size(); ++k) {
    const fs::path to = folder / fmt::format("{:03}.dp", k);
    const fs::path part = to.string() + ".part";
    fs::copy_file(ensemble.models[k], part, fs::copy_options::overwrite_existing);
    fs::rename(part, to);
    fmt::print("{}\n", to.string());
  }
}

void run(const LearnArguments& a) {
  const formats::Study study = formats::read_study(a.study);
  if (!study.loop)
    throw InputError(fmt::format("{}: it has no [learn]: vitrion run runs it", study.path));
  const InterruptGuard guard;  // first of all: a full disk must be an error, not an end
  RunFolder folder(a.study);
  folder.lock();
  const std::size_t cores = a.cores > 0             ? a.cores
                            : study.queue.cores > 0 ? study.queue.cores
                                                    : default_threads();
  Pipeline pipeline(study, folder, cores, fs::read_symlink("/proc/self/exe").string());
  fmt::print("study {}: {} on the queue {}\n", study.name, folder.path(), study.queue.kind);
  publish(pipeline, run_loop(pipeline));
}

}  // namespace

void add_learn(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "learn", "Runs or resumes the concurrent loop: explore, select, label, train, judge");
  auto a = std::make_shared<LearnArguments>();
  c->add_option("STUDY", a->study, "study file (TOML) with [learn], [seed] and [[explore]]")
      ->required();
  c->add_option("--cores", a->cores, "of the local queue; results do not depend on it")
      ->default_str("[queue].cores of the study, else all");
  c->footer(
      "Stop it at any moment, in any way, and run it again: what is finished is kept, jobs that "
      "still\n"
      "run are taken up. Exit codes: 0 converged, 1 failed, 2 bad input, 3 not converged or on "
      "hold.\n"
      "Example:\n"
      "  vitrion learn study.toml");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
