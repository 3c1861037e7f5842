// vitrion status: what of a study is done, running and failed, what it cost, and when it may end.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "app/commands.hpp"
#include "app/study/choice.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/run_folder.hpp"
#include "app/study/study_progress.hpp"
#include "base/progress.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::TaskState;

namespace {

struct StatusArguments {
  StudyChoice choice;
  bool json = false;
  bool watch = false;
  bool disk = false;
};

/// Failed tasks that are listed; `vitrion why` tells of the others.
constexpr std::size_t most_failures = 5;

struct Snapshot {
  std::optional<std::string> holder;
  std::vector<learn::Manifest> stages;
  std::map<std::string, learn::KindSummary> kinds;  ///< of tasks, stages left out
  std::vector<learn::TaskRow> failed;
  std::string plan;                       ///< what the loop said last
  std::optional<StudyProgress> progress;  ///< of a study that makes glasses
};

Snapshot look(const RunFolder& folder, const formats::Study& study) {
  Snapshot s{folder.holder(), folder.all(), {}, {}, {}, {}};
  if (study.has_glass() && study.has_potential()) s.progress = progress_of(study, folder);
  if (const auto ledger = folder.open_ledger()) {
    s.kinds = ledger->summary();
    s.kinds.erase("stage");
    s.failed = ledger->in_state(TaskState::failed, most_failures);
    s.plan = ledger->note("loop");
  }
  return s;
}

std::size_t count(const learn::KindSummary& kind, TaskState state) {
  const auto found = kind.count.find(state);
  return found == kind.count.end() ? 0 : found->second;
}

/// Seconds of work that the known tasks still need; the loop may find more.
double work_left(const Snapshot& s) {
  double left = 0;
  for (const auto& [name, kind] : s.kinds)
    left += static_cast<double>(count(kind, TaskState::waiting) + count(kind, TaskState::open)) *
            kind.mean_seconds;
  return left;
}

std::uintmax_t bytes_of(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(folder, code))
    if (entry.is_regular_file(code)) bytes += entry.file_size(code);
  return bytes;
}

nlohmann::json record_of(const RunFolder& folder, const Snapshot& s, bool disk) {
  nlohmann::json record = {{"folder", folder.path()},
                           {"running", s.holder ? nlohmann::json(*s.holder) : nlohmann::json()},
                           {"loop", s.plan},
                           {"work_left_s", work_left(s)},
                           {"stages", nlohmann::json::array()},
                           {"tasks", nlohmann::json::object()},
                           {"failed", nlohmann::json::array()}};
  for (const learn::Manifest& m : s.stages)
    record["stages"].push_back({{"task", m.task},
                                {"identity", m.identity},
                                {"finished", m.finished},
                                {"seconds", m.seconds},
                                {"detail", m.detail}});
  for (const auto& [name, kind] : s.kinds) {
    nlohmann::json& entry = record["tasks"][name];
    entry = {{"seconds", kind.seconds}, {"mean_seconds", kind.mean_seconds}};
    for (const auto& [state, tasks] : kind.count) entry[std::string(learn::name_of(state))] = tasks;
  }
  for (const learn::TaskRow& row : s.failed)
    record["failed"].push_back({{"task", row.name}, {"cause", row.cause}});
  if (s.progress) {
    nlohmann::json& plan = record["plan"] = nlohmann::json::array();
    for (const KindProgress& k : s.progress->kinds)
      plan.push_back({{"kind", k.kind},
                      {"done", k.done},
                      {"stages", k.stages},
                      {"share", k.share},
                      {"seconds", k.seconds}});
    record["begun"] = nlohmann::json::array();
    for (const BegunStage& stage : s.progress->begun)
      record["begun"].push_back({{"name", stage.name}, {"share", stage.share}});
    const auto& left = s.progress->seconds_left;
    record["seconds_left"] = left ? nlohmann::json(*left) : nlohmann::json();
  }
  if (disk) record["bytes"] = bytes_of(folder.path());
  return record;
}

/// One line a kind of stage with its bar, the stages that run now, and when it may be over.
std::string overview(const StudyProgress& progress) {
  constexpr std::size_t width = 24;
  std::string text;
  for (const KindProgress& k : progress.kinds) {
    const auto full = static_cast<std::size_t>(k.share * static_cast<double>(width));
    text += fmt::format("  {:<10} {:>4}/{:<4} [{}{}]  {}\n", k.kind, k.done, k.stages,
                        std::string(full, '#'), std::string(width - full, '.'),
                        k.done > 0 ? duration_text(k.seconds) : "");
  }
  for (const BegunStage& stage : progress.begun)
    text += fmt::format("  {:<28} {}\n", stage.name,
                        stage.share > 0 ? fmt::format("{:3.0f} %", 100 * stage.share) : "begun");
  if (!progress.seconds_left) return text;
  if (*progress.seconds_left > 0)
    text += fmt::format("  about {} of molecular dynamics left, at the pace of the runs so far\n",
                        duration_text(*progress.seconds_left));
  return text;
}

std::string tasks_text(const std::string& name, const learn::KindSummary& kind) {
  return fmt::format("{:<18} {} done, {} open, {} waiting, {} failed, {} cancelled; {} of work",
                     name + " tasks", count(kind, TaskState::done), count(kind, TaskState::open),
                     count(kind, TaskState::waiting), count(kind, TaskState::failed),
                     count(kind, TaskState::cancelled), duration_text(kind.seconds));
}

/// Everything that is known, as text; `short_view` leaves out the list of what is done.
std::string text_of(const RunFolder& folder, const Snapshot& s, const StatusArguments& a,
                    bool short_view) {
  std::string text;
  const auto say = [&](const std::string& line) { text += line + "\n"; };
  double seconds = 0;
  for (const learn::Manifest& m : s.stages) {
    if (!short_view)
      say(fmt::format("{:<24} {}  {:>12}  {}", m.task, m.finished, duration_text(m.seconds),
                      m.detail));
    seconds += m.seconds;
  }
  for (const auto& [name, kind] : s.kinds) {
    say(tasks_text(name, kind));
    seconds += kind.seconds;
  }
  if (s.progress) text += overview(*s.progress);
  for (const learn::TaskRow& row : s.failed)
    say(fmt::format("failed: {}: {}", row.name, row.cause));
  if (!s.plan.empty()) say(s.plan);
  if (a.disk)
    say(fmt::format("{:.3g} GB in {}", static_cast<double>(bytes_of(folder.path())) / 1e9,
                    folder.path()));
  if (const double left = work_left(s); left > 0)
    say(fmt::format("known tasks need {} more of work", duration_text(left)));
  say(fmt::format("{} stages done, {} of work; {}", s.stages.size(), duration_text(seconds),
                  s.holder ? fmt::format("{} is running it", *s.holder)
                           : "not running: vitrion run starts or resumes it"));
  return text;
}

/// The terminal while --watch draws on it: a page of its own without a cursor, given back at the
/// end; on anything else the text follows what was there.
class Screen {
 public:
  explicit Screen(bool watch) : live_(watch && ::isatty(STDOUT_FILENO) != 0) {
    if (live_) fmt::print("\033[?1049h\033[?25l");
  }
  ~Screen() {
    if (!live_) return;
    fmt::print("\033[?25h\033[?1049l");
    std::fflush(stdout);
  }
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  /// Over what was there line by line, so that nothing flickers.
  void show(const std::string& text) const {
    if (!live_) {
      fmt::print("{}", text);
    } else {
      std::string page = "\033[H";
      for (const char c : text) page += c == '\n' ? std::string("\033[K\n") : std::string(1, c);
      fmt::print("{}\033[J", page);
    }
    std::fflush(stdout);
  }
  [[nodiscard]] bool live() const { return live_; }

 private:
  bool live_;
};

void run(const StatusArguments& a) {
  const ChosenStudy chosen = choose(a.choice);
  const RunFolder folder(chosen.study.path, chosen.scale.name());
  const InterruptGuard guard;
  const Screen screen(a.watch && !a.json);
  while (true) {
    const Snapshot s = look(folder, chosen.study);
    if (a.json) {
      fmt::print("{}\n", record_of(folder, s, a.disk).dump());
      std::fflush(stdout);
    } else {
      const std::string head =
          screen.live() ? fmt::format("{}  {}  (Ctrl-C ends this view)\n\n", chosen.study.name,
                                      fs::path(folder.path()).filename().string())
                        : "";
      screen.show(head + text_of(folder, s, a, screen.live()));
    }
    if (!a.watch) return;
    for (int k = 0; k < 20 && InterruptGuard::caught() == 0; ++k)
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    if (InterruptGuard::caught() != 0) return;
  }
}

}  // namespace

void add_status(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "status", "Says what of a study is done, running and failed, its cost, and what is left");
  auto a = std::make_shared<StatusArguments>();
  a->choice.add_to(*c);
  c->add_flag("--watch", a->watch, "again every two seconds, until Ctrl-C");
  c->add_flag("--disk", a->disk, "also how much the run folder holds (looks at every file)");
  c->add_flag("--json", a->json, "print a record for machines, one a line");
  c->footer(
      "Stages are counted against the study's plan; the time that is left follows from the pace of "
      "the runs that are done.\nA run folder may stand for its study.\n\n"
      "Examples:\n"
      "  vitrion status studies/quickstart.toml --watch\n"
      "  vitrion status studies/napso.scale-size0.25-time0.001-replicas2.run");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
