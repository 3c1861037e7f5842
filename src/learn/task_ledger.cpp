#include "learn/task_ledger.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>
#include <chrono>
#include <ctime>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::learn {

namespace {

constexpr const char* ledger_schema = "1";

constexpr const char* tables = R"(
CREATE TABLE IF NOT EXISTS note(key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS task(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  identity TEXT NOT NULL,
  computes TEXT NOT NULL,
  folder TEXT NOT NULL,
  iteration INTEGER NOT NULL,
  state INTEGER NOT NULL DEFAULT 0,
  cause TEXT NOT NULL DEFAULT '',
  detail TEXT NOT NULL DEFAULT '',
  results TEXT NOT NULL DEFAULT 'null',
  seconds REAL NOT NULL DEFAULT 0,
  created TEXT NOT NULL,
  finished TEXT NOT NULL DEFAULT '',
  forgiven INTEGER NOT NULL DEFAULT 0);
CREATE INDEX IF NOT EXISTS task_state ON task(state);
CREATE TABLE IF NOT EXISTS attempt(
  id INTEGER PRIMARY KEY,
  task INTEGER NOT NULL REFERENCES task(id),
  number INTEGER NOT NULL,
  recipe INTEGER NOT NULL,
  submission TEXT NOT NULL,
  element INTEGER NOT NULL,
  job TEXT NOT NULL DEFAULT '',
  queue TEXT NOT NULL,
  begun TEXT NOT NULL,
  ended TEXT NOT NULL DEFAULT '',
  outcome TEXT NOT NULL DEFAULT '',
  cause TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0,
  minutes REAL NOT NULL DEFAULT 0,
  memory_GB REAL NOT NULL DEFAULT 0,
  UNIQUE(submission, element),
  UNIQUE(task, number));
CREATE TABLE IF NOT EXISTS frame(
  identity TEXT NOT NULL,
  iteration INTEGER NOT NULL,
  origin TEXT NOT NULL,
  step INTEGER NOT NULL,
  potential TEXT NOT NULL,
  settings TEXT NOT NULL,
  outcome TEXT NOT NULL,
  cause TEXT NOT NULL,
  deviation REAL NOT NULL,
  UNIQUE(identity, iteration, settings, outcome));
)";

constexpr const char* task_columns =
    "id, name, kind, identity, computes, folder, iteration, state, cause, detail, results, "
    "seconds, "
    "created, finished, forgiven";
constexpr const char* attempt_columns =
    "id, task, number, recipe, submission, element, job, queue, begun, ended, outcome, cause, "
    "seconds, minutes, memory_GB";

TaskRow task_of(const Statement& s) {
  TaskRow t;
  t.id = s.integer(0);
  t.name = s.text(1);
  t.kind = s.text(2);
  t.identity = s.text(3);
  t.computes = s.text(4);
  t.folder = s.text(5);
  t.iteration = static_cast<int>(s.integer(6));
  t.state = static_cast<TaskState>(s.integer(7));
  t.cause = s.text(8);
  t.detail = s.text(9);
  t.results = nlohmann::json::parse(s.text(10), nullptr, false);
  t.seconds = s.number(11);
  t.created = s.text(12);
  t.finished = s.text(13);
  t.forgiven = static_cast<int>(s.integer(14));
  return t;
}

AttemptRow attempt_of(const Statement& s) {
  AttemptRow a;
  a.id = s.integer(0);
  a.task = s.integer(1);
  a.number = static_cast<int>(s.integer(2));
  a.recipe = static_cast<int>(s.integer(3));
  a.submission = s.text(4);
  a.element = static_cast<int>(s.integer(5));
  a.job = s.text(6);
  a.queue = s.text(7);
  a.begun = s.text(8);
  a.ended = s.text(9);
  a.outcome = s.text(10);
  a.cause = s.text(11);
  a.seconds = s.number(12);
  a.minutes = s.number(13);
  a.memory_GB = s.number(14);
  return a;
}

std::string select_task(const char* rest) {
  return fmt::format("SELECT {} FROM task {}", task_columns, rest);
}

int number_of(TaskState state) {
  return static_cast<int>(state);
}

}  // namespace

std::string_view name_of(TaskState state) {
  constexpr std::array<std::string_view, 5> names = {"waiting", "open", "done", "failed",
                                                     "cancelled"};
  return names.at(static_cast<std::size_t>(state));
}

std::string time_text() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

/// Statements that a driver runs thousands of times.
struct TaskLedger::Statements {
  explicit Statements(Database& d)
      : insert(d.prepare("INSERT OR IGNORE INTO task(name, kind, identity, computes, folder, "
                         "iteration, created) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)")),
        by_name(d.prepare(select_task("WHERE name = ?1").c_str())),
        state(d.prepare("SELECT state FROM task WHERE id = ?1")),
        set_state(d.prepare("UPDATE task SET state = ?2, cause = ?3 WHERE id = ?1")),
        begin(d.prepare("INSERT INTO attempt(task, number, recipe, submission, element, queue, "
                        "begun, minutes, memory_GB) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")),
        end(d.prepare("UPDATE attempt SET ended = ?2, outcome = ?3, cause = ?4, seconds = ?5 "
                      "WHERE id = ?1")),
        finish(d.prepare("UPDATE task SET state = ?2, cause = '', detail = ?3, results = ?4, "
                         "seconds = ?5, finished = ?6 WHERE id = ?1")) {}
  std::unique_ptr<Statement> insert, by_name, state, set_state, begin, end, finish;
};

TaskLedger::TaskLedger(const std::string& path) : database_(path) {
  database_.run(tables);
  const std::string found = note("schema");
  if (found.empty()) {
    // Another study at the same path, later, must not take this one's jobs for its own.
    const auto birth = std::chrono::system_clock::now().time_since_epoch().count();
    Transaction all(database_);
    set_note("tag", fmt::format("vitrion-{:08x}", hash64(fmt::format("{} {}", path, birth)) >> 32));
    set_note("submissions", "0");
    set_note("schema", ledger_schema);
    all.commit();
  }
  if (!found.empty() && found != ledger_schema)
    throw Error(fmt::format("{} is a ledger of version {}, this program reads {}", path, found,
                            ledger_schema));
  use_ = std::make_shared<Statements>(database_);
}

TaskRow TaskLedger::add(const NewTask& t) {
  use_->insert->bind(t.name, t.kind, t.identity, t.computes, t.folder, t.iteration, time_text())
      .run();
  return *find(t.name);
}

std::optional<TaskRow> TaskLedger::find(const std::string& name) const {
  use_->by_name->bind(name);
  if (!use_->by_name->step()) return std::nullopt;
  TaskRow row = task_of(*use_->by_name);
  use_->by_name->reset();
  return row;
}

std::vector<TaskRow> TaskLedger::matching(const std::string& text, std::size_t most) const {
  const auto s = database_.prepare(
      select_task("WHERE instr(name, ?1) > 0 ORDER BY (instr(name, ?1) != 1), id LIMIT ?2")
          .c_str());
  s->bind(text, static_cast<std::int64_t>(most));
  std::vector<TaskRow> rows;
  while (s->step()) rows.push_back(task_of(*s));
  return rows;
}

std::vector<TaskRow> TaskLedger::in_state(TaskState state, std::size_t most) const {
  const auto s = database_.prepare(select_task("WHERE state = ?1 ORDER BY id LIMIT ?2").c_str());
  s->bind(number_of(state), static_cast<std::int64_t>(most));
  std::vector<TaskRow> rows;
  while (s->step()) rows.push_back(task_of(*s));
  return rows;
}

TaskState TaskLedger::state(std::int64_t task) const {
  use_->state->bind(task);
  if (!use_->state->step()) throw Error(fmt::format("the ledger has no task {}", task));
  const auto found = static_cast<TaskState>(use_->state->integer(0));
  use_->state->reset();
  return found;
}

std::string TaskLedger::next_submission() {
  const auto s = database_.prepare(
      "UPDATE note SET value = CAST(value AS INTEGER) + 1 WHERE key = 'submissions' RETURNING "
      "value");
  std::int64_t number = 0;
  while (s->step()) number = s->integer(0);
  return fmt::format("{}-{}", note("tag"), number);
}

std::vector<std::int64_t> TaskLedger::begin(const std::vector<AttemptRow>& attempts) {
  Transaction all(database_);
  std::vector<std::int64_t> ids;
  for (const AttemptRow& a : attempts) {
    use_->begin
        ->bind(a.task, a.number, a.recipe, a.submission, a.element, a.queue, time_text(), a.minutes,
               a.memory_GB)
        .run();
    ids.push_back(database_.last_row());
    use_->set_state->bind(a.task, number_of(TaskState::open), "").run();
  }
  all.commit();
  return ids;
}

void TaskLedger::set_job(const std::string& submission, const std::string& job) {
  const auto s = database_.prepare("UPDATE attempt SET job = ?2 WHERE submission = ?1");
  s->bind(submission, job).run();
}

void TaskLedger::end_attempt(std::int64_t attempt, const std::string& outcome,
                             const std::string& cause, double seconds) {
  Transaction both(database_);
  use_->end->bind(attempt, time_text(), outcome, cause, seconds).run();
  // A task that was cancelled meanwhile stays so.
  const auto s = database_.prepare(
      "UPDATE task SET state = 0, cause = ?2 WHERE state = 1 AND id = (SELECT task FROM attempt "
      "WHERE id = ?1)");
  s->bind(attempt, fmt::format("{}: {}", outcome, cause)).run();
  both.commit();
}

void TaskLedger::finish(std::int64_t task, std::int64_t attempt, const std::string& detail,
                        const nlohmann::json& results, double seconds) {
  Transaction both(database_);
  if (attempt > 0) use_->end->bind(attempt, time_text(), "done", "", seconds).run();
  use_->finish->bind(task, number_of(TaskState::done), detail, results.dump(), seconds, time_text())
      .run();
  both.commit();
}

void TaskLedger::fail(std::int64_t task, std::int64_t attempt, const std::string& outcome,
                      const std::string& cause, double seconds) {
  Transaction both(database_);
  if (attempt > 0) use_->end->bind(attempt, time_text(), outcome, cause, seconds).run();
  use_->set_state->bind(task, number_of(TaskState::failed), fmt::format("{}: {}", outcome, cause))
      .run();
  both.commit();
}

void TaskLedger::record_stage(const Manifest& m, const std::string& folder) {
  const std::string name = fmt::format("{}-{}", m.task, m.identity);
  const TaskRow row = add({name, "stage", m.identity, m.computes, folder, -1});
  if (row.state == TaskState::done) return;
  const auto s = database_.prepare(
      "UPDATE task SET state = 2, cause = '', detail = ?2, results = ?3, seconds = ?4, "
      "finished = ?5 WHERE id = ?1");
  s->bind(row.id, m.detail, m.results.dump(), m.seconds, m.finished).run();
}

std::vector<AttemptRow> TaskLedger::attempts(std::int64_t task) const {
  const auto s = database_.prepare(
      fmt::format("SELECT {} FROM attempt WHERE task = ?1 ORDER BY number", attempt_columns)
          .c_str());
  s->bind(task);
  std::vector<AttemptRow> rows;
  while (s->step()) rows.push_back(attempt_of(*s));
  return rows;
}

std::optional<AttemptRow> TaskLedger::open_attempt(std::int64_t task) const {
  for (AttemptRow& a : attempts(task))
    if (a.outcome.empty()) return a;
  return std::nullopt;
}

std::size_t TaskLedger::reset(const std::vector<std::int64_t>& tasks) {
  Transaction all(database_);
  const auto s = database_.prepare(
      "UPDATE task SET state = 0, cause = 'to be tried again', forgiven = (SELECT "
      "coalesce(max(number), 0) FROM attempt WHERE task = ?1) WHERE id = ?1 AND state IN (3, 4) "
      "RETURNING id");
  std::size_t changed = 0;
  for (const std::int64_t task : tasks) {
    s->bind(task);
    while (s->step()) ++changed;
  }
  all.commit();
  return changed;
}

std::size_t TaskLedger::cancel(const std::vector<std::int64_t>& tasks) {
  Transaction all(database_);
  const auto s = database_.prepare(
      "UPDATE task SET state = 4, cause = 'cancelled by a person' WHERE id = ?1 AND state IN "
      "(0, 1) RETURNING id");
  std::size_t changed = 0;
  for (const std::int64_t task : tasks) {
    s->bind(task);
    while (s->step()) ++changed;
  }
  all.commit();
  return changed;
}

void TaskLedger::record_frames(const std::vector<FrameRow>& frames) {
  Transaction all(database_);
  const auto s =
      database_.prepare("INSERT OR REPLACE INTO frame VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)");
  for (const FrameRow& f : frames)
    s->bind(f.identity, f.iteration, f.origin, f.step, f.potential, f.settings, f.outcome, f.cause,
            f.deviation)
        .run();
  all.commit();
}

std::vector<FrameRow> TaskLedger::frames(const std::string& identity) const {
  const auto s = database_.prepare(
      "SELECT identity, iteration, origin, step, potential, settings, outcome, cause, deviation "
      "FROM frame WHERE identity = ?1 ORDER BY iteration, rowid");
  s->bind(identity);
  std::vector<FrameRow> rows;
  while (s->step())
    rows.push_back({s->text(0), static_cast<int>(s->integer(1)), s->text(2), s->integer(3),
                    s->text(4), s->text(5), s->text(6), s->text(7), s->number(8)});
  return rows;
}

std::map<std::string, std::size_t> TaskLedger::frame_counts(int iteration) const {
  const auto s = database_.prepare(
      "SELECT outcome, count(*) FROM frame WHERE iteration = ?1 GROUP BY outcome");
  s->bind(iteration);
  std::map<std::string, std::size_t> counts;
  while (s->step()) counts[s->text(0)] = static_cast<std::size_t>(s->integer(1));
  return counts;
}

std::map<std::string, KindSummary> TaskLedger::summary() const {
  std::map<std::string, KindSummary> kinds;
  const auto s = database_.prepare(
      "SELECT kind, state, count(*), avg(seconds), sum(seconds) FROM task GROUP BY kind, state");
  while (s->step()) {
    KindSummary& kind = kinds[s->text(0)];
    const auto state = static_cast<TaskState>(s->integer(1));
    kind.count[state] = static_cast<std::size_t>(s->integer(2));
    if (state != TaskState::done) continue;
    kind.mean_seconds = s->number(3);
    kind.seconds += s->number(4);
  }
  // What attempts cost that left nothing.
  const auto lost = database_.prepare(
      "SELECT kind, sum(attempt.seconds) FROM attempt JOIN task ON task.id = attempt.task "
      "WHERE outcome NOT IN ('', 'done') GROUP BY kind");
  while (lost->step()) kinds[lost->text(0)].seconds += lost->number(1);
  return kinds;
}

void TaskLedger::set_note(const std::string& key, const std::string& value) {
  const auto s = database_.prepare("INSERT OR REPLACE INTO note VALUES(?1, ?2)");
  s->bind(key, value).run();
}

std::string TaskLedger::note(const std::string& key) const {
  const auto s = database_.prepare("SELECT value FROM note WHERE key = ?1");
  s->bind(key);
  return s->step() ? s->text(0) : std::string();
}

}  // namespace vitrion::learn
