// vitrion status: what of a study is done, running and failed, what it cost, and when it may end.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <thread>

#include "app/commands.hpp"
#include "app/study/interrupt.hpp"
#include "app/study/run_folder.hpp"
#include "base/progress.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::TaskState;

namespace {

struct Arguments {
  std::string study;
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
  std::string plan;  ///< what the loop said last
};

Snapshot look(const RunFolder& folder) {
  Snapshot s{folder.holder(), folder.all(), {}, {}, {}};
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
  if (disk) record["bytes"] = bytes_of(folder.path());
  return record;
}

void print(const RunFolder& folder, const Snapshot& s, const Arguments& a) {
  double seconds = 0;
  for (const learn::Manifest& m : s.stages) {
    fmt::print("{:<18} {}  {:>12}  {}\n", m.task, m.finished, duration_text(m.seconds), m.detail);
    seconds += m.seconds;
  }
  for (const auto& [name, kind] : s.kinds) {
    fmt::print("{:<18} {} done, {} open, {} waiting, {} failed, {} cancelled; {} of work\n",
               name + " tasks", count(kind, TaskState::done), count(kind, TaskState::open),
               count(kind, TaskState::waiting), count(kind, TaskState::failed),
               count(kind, TaskState::cancelled), duration_text(kind.seconds));
    seconds += kind.seconds;
  }
  for (const learn::TaskRow& row : s.failed) fmt::print("failed: {}: {}\n", row.name, row.cause);
  if (!s.plan.empty()) fmt::print("{}\n", s.plan);
  if (a.disk)
    fmt::print("{:.3g} GB in {}\n", static_cast<double>(bytes_of(folder.path())) / 1e9,
               folder.path());
  if (const double left = work_left(s); left > 0)
    fmt::print("known tasks need {} more of work\n", duration_text(left));
  fmt::print("{} stages done, {} of work; {}\n", s.stages.size(), duration_text(seconds),
             s.holder ? fmt::format("{} is running it", *s.holder)
                      : fmt::format("not running: vitrion run {} starts or resumes it", a.study));
}

void run(const Arguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const InterruptGuard guard;
  while (true) {
    const Snapshot s = look(folder);
    if (a.watch && ::isatty(STDOUT_FILENO) != 0) fmt::print("\033[2J\033[H");
    if (a.json)
      fmt::print("{}\n", record_of(folder, s, a.disk).dump());
    else
      print(folder, s, a);
    std::fflush(stdout);
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
  auto a = std::make_shared<Arguments>();
  c->add_option("STUDY", a->study, "study file (TOML)")->required();
  c->add_flag("--watch", a->watch, "again every two seconds, until Ctrl-C");
  c->add_flag("--disk", a->disk, "also how much the run folder holds (looks at every file)");
  c->add_flag("--json", a->json, "print a record for machines, one a line");
  c->footer("Example:\n  vitrion status studies/quickstart.toml");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
