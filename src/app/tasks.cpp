// vitrion why, logs, retry, cancel: what a person asks and says of single tasks.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/loop_commands.hpp"
#include "app/study/run_folder.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::TaskRow;
using learn::TaskState;

namespace {

struct TasksArguments {
  std::string study;
  std::string task;
  bool failed = false;
  std::size_t lines = 20;
};

constexpr std::size_t most_matches = 1000;

std::unique_ptr<learn::TaskLedger> ledger_of(const RunFolder& folder) {
  auto ledger = folder.open_ledger();
  if (!ledger)
    throw InputError(fmt::format("{} has no ledger yet: nothing was run", folder.path()));
  return ledger;
}

/// The one task that is meant. @throws InputError naming some where several fit.
TaskRow one_task(const learn::TaskLedger& ledger, const std::string& text) {
  if (const auto exact = ledger.find(text)) return *exact;
  const std::vector<TaskRow> rows = ledger.matching(text, most_matches);
  if (rows.empty()) throw InputError(fmt::format("no task is called {}", text));
  if (rows.size() == 1) return rows.front();
  std::string some;
  for (std::size_t k = 0; k < std::min<std::size_t>(5, rows.size()); ++k)
    some += (k > 0 ? ", " : "") + rows[k].name;
  throw InputError(fmt::format("'{}' fits {} tasks: {}{}", text, rows.size(), some,
                               rows.size() > 5 ? ", ..." : ""));
}

std::string last_lines(const std::string& text, std::size_t lines) {
  std::size_t at = text.size();
  if (at > 0 && text.back() == '\n') --at;
  while (lines > 0 && at > 0) {
    const std::size_t before = text.rfind('\n', at - 1);
    if (before == std::string::npos) return text;
    at = before;
    --lines;
  }
  return at == 0 ? text : text.substr(at + 1);
}

/// What to do about it, by how the last attempt ended.
std::string hint(const TaskRow& row, const std::vector<learn::AttemptRow>& attempts) {
  if (row.state != TaskState::failed || attempts.empty()) return {};
  const std::string& last = attempts.back().outcome;
  if (last == "timeout") return "raise queue.minutes, then vitrion retry";
  if (last == "out of memory") return "raise queue.memory_GB, then vitrion retry";
  if (last == "unconverged") return "its frame is left out; vitrion retry computes it again";
  if (last == "mismatch") return "the engine labelled another structure: look at its inputs";
  if (last == "bad input") return "a key of the study is wrong: mend it, then vitrion retry";
  return "vitrion logs shows what it said; vitrion retry gives it another chance";
}

void why(const TasksArguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const auto ledger = ledger_of(folder);
  const TaskRow row = one_task(*ledger, a.task);
  fmt::print("{}: {}{}{}\n", row.name, learn::name_of(row.state), row.cause.empty() ? "" : ", ",
             row.cause);
  if (!row.detail.empty()) fmt::print("  {}\n", row.detail);
  fmt::print("folder: {}\n", (fs::path(folder.path()) / row.folder).string());
  fmt::print("computes:\n");
  for (std::size_t begin = 0; begin < row.computes.size();) {
    const std::size_t end = std::min(row.computes.find('\n', begin), row.computes.size());
    fmt::print("  {}\n", row.computes.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto attempts = ledger->attempts(row.id);
  for (const learn::AttemptRow& t : attempts)
    fmt::print("attempt {} on {}{}{}, {}: {}{}{}\n", t.number, t.queue,
               t.job.empty() ? "" : " job ", t.job, t.begun, t.outcome.empty() ? "open" : t.outcome,
               t.cause.empty() ? "" : ": ", t.cause);
  const std::string log =
      last_lines(formats::read_if_there(fs::path(folder.path()) / row.folder / "log.txt"), 8);
  if (!log.empty() && row.state != TaskState::done) fmt::print("its last words:\n{}\n", log);
  if (const std::string text = hint(row, attempts); !text.empty()) fmt::print("{}\n", text);
}

void logs(const TasksArguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const auto ledger = ledger_of(folder);
  const TaskRow row = one_task(*ledger, a.task);
  const fs::path path = fs::path(folder.path()) / row.folder;
  bool any = false;
  std::vector<fs::path> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(path, code))
    if (entry.path().filename().string().starts_with("before-") &&
        entry.path().filename().string().ends_with("log.txt"))
      files.push_back(entry.path());
  std::ranges::sort(files);
  files.push_back(path / "log.txt");
  files.push_back(path / "wrapper.txt");
  for (const fs::path& file : files) {
    const std::string text = last_lines(formats::read_if_there(file), a.lines);
    if (text.empty()) continue;
    any = true;
    fmt::print("== {}\n{}{}", file.string(), text, text.back() == '\n' ? "" : "\n");
  }
  if (!any) fmt::print("{} said nothing\n", row.name);
}

/// The tasks that a person means: all failed ones, or those whose names fit.
std::vector<std::int64_t> meant(const learn::TaskLedger& ledger, const TasksArguments& a) {
  if (a.failed == !a.task.empty())
    throw InputError("name a task, or say --failed for all that failed");
  std::vector<std::int64_t> ids;
  const auto rows = a.failed ? ledger.in_state(TaskState::failed, most_matches)
                             : ledger.matching(a.task, most_matches);
  if (rows.empty() && !a.failed) throw InputError(fmt::format("no task is called {}", a.task));
  for (const TaskRow& row : rows) ids.push_back(row.id);
  return ids;
}

void retry(const TasksArguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const auto ledger = ledger_of(folder);
  const std::size_t changed = ledger->reset(meant(*ledger, a));
  fmt::print("{} task{} to be tried again{}\n", changed, changed == 1 ? "" : "s",
             folder.holder() ? "" : fmt::format("; vitrion learn {} goes on", a.study));
}

void cancel(const TasksArguments& a) {
  (void)formats::read_study(a.study);
  const RunFolder folder(a.study);
  const auto ledger = ledger_of(folder);
  const std::size_t changed = ledger->cancel(meant(*ledger, a));
  fmt::print("{} task{} cancelled\n", changed, changed == 1 ? "" : "s");
}

CLI::App* add(CLI::App& program, const char* name, const char* what,
              const std::shared_ptr<TasksArguments>& a, bool needs_task) {
  CLI::App* c = program.add_subcommand(name, what);
  c->add_option("STUDY", a->study, "study file (TOML)")->required();
  auto* task = c->add_option("TASK", a->task, "a task's name, or a part of it");
  if (needs_task) task->required();
  return c;
}

}  // namespace

void add_why(CLI::App& program) {
  auto a = std::make_shared<TasksArguments>();
  CLI::App* c = add(program, "why",
                    "Says what a task computes, each attempt at it, and why it failed", a, true);
  c->footer("Example:\n  vitrion why study.toml label-3f2a");
  c->callback([a] { why(*a); });
}

void add_logs(CLI::App& program) {
  auto a = std::make_shared<TasksArguments>();
  CLI::App* c = add(program, "logs", "Shows what a task's program said, all attempts", a, true);
  c->add_option("--lines", a->lines, "of each log, the last")->capture_default_str();
  c->footer("Example:\n  vitrion logs study.toml label-3f2a --lines 100");
  c->callback([a] { logs(*a); });
}

void add_retry(CLI::App& program) {
  auto a = std::make_shared<TasksArguments>();
  CLI::App* c = add(program, "retry", "Gives failed or cancelled tasks another chance", a, false);
  c->add_flag("--failed", a->failed, "all that failed");
  c->footer(
      "A running driver takes them up at once.\nExample:\n  vitrion retry study.toml --failed");
  c->callback([a] { retry(*a); });
}

void add_cancel(CLI::App& program) {
  auto a = std::make_shared<TasksArguments>();
  CLI::App* c = add(program, "cancel", "Cancels tasks that wait or run; the others go on", a, true);
  c->footer("Example:\n  vitrion cancel study.toml explore-0007");
  c->callback([a] { cancel(*a); });
}

}  // namespace vitrion::app
