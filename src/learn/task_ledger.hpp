// The ledger of a study: every task, each attempt at it, what it found, and every frame that came
// of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "learn/ledger.hpp"
#include "learn/sqlite.hpp"

namespace vitrion::learn {

/// waiting: nothing runs for it; open: an attempt was begun; the others are final until a person
/// says otherwise (retry).
enum class TaskState { waiting, open, done, failed, cancelled };
[[nodiscard]] std::string_view name_of(TaskState state);

/// A task as it is first told of.
struct NewTask {
  std::string name;      ///< "label-0123456789abcdef": a kind and its identity, unique in a study
  std::string kind;      ///< "label", "explore", "train", "stage"
  std::string identity;  ///< hash of what it computes
  std::string computes;  ///< the identity's text
  std::string folder;    ///< as seen from the run folder
  int iteration = -1;    ///< of the loop; -1: of none
};

struct TaskRow : NewTask {
  std::int64_t id = 0;
  TaskState state = TaskState::waiting;
  std::string cause;              ///< why it failed, or waits
  std::string detail;             ///< one line on what it found
  nlohmann::json results;         ///< what later tasks read
  double seconds = 0;             ///< wall time of the work
  std::string created, finished;  ///< ISO 8601
  int forgiven = 0;  ///< attempts up to this number no longer count: a person asked for another
};

/// One try at a task.
struct AttemptRow {
  std::int64_t id = 0;
  std::int64_t task = 0;
  int number = 0;          ///< 1, 2, ... of its task
  int recipe = 0;          ///< which of the engine's ways
  std::string submission;  ///< unique in the study; the job's name in the queue
  int element = 0;         ///< of the submission's array
  std::string job;         ///< the queue's own number; empty until it answered
  std::string queue;       ///< "local", "slurm"
  std::string begun, ended;
  std::string outcome;  ///< "" while it is open: "done", "timeout", "out of memory", ...
  std::string cause;
  double seconds = 0;
  double minutes = 0;  ///< time limit it ran under; 0: none
  double memory_GB = 0;

  /// Name by which the task's wrapper knows it.
  [[nodiscard]] std::string name() const { return submission + "." + std::to_string(element); }
};

/// What became of one frame.
struct FrameRow {
  std::string identity;  ///< of the structure
  int iteration = 0;
  std::string origin;     ///< run, or prototype
  std::int64_t step = 0;  ///< of the run
  std::string potential;  ///< identity of the models that visited it
  std::string settings;   ///< hash of the label's settings
  std::string outcome;    ///< "candidate", "picked", "labelled", "unconverged", ...
  std::string cause;
  double deviation = 0;  ///< largest of a force, eV/A
};

/// Counts of one kind.
struct KindSummary {
  std::map<TaskState, std::size_t> count;
  double seconds = 0;       ///< of the attempts that ended
  double mean_seconds = 0;  ///< of a task that is done
};

class TaskLedger {
 public:
  /// Opens, or makes, X.run/study.db. @throws Error if it is of a newer version.
  explicit TaskLedger(const std::string& path);

  /// Tells of a task; one of that name that is there already stays as it is.
  TaskRow add(const NewTask& task);
  [[nodiscard]] std::optional<TaskRow> find(const std::string& name) const;
  /// Those whose name starts with `text`, or holds it.
  [[nodiscard]] std::vector<TaskRow> matching(const std::string& text, std::size_t most) const;
  [[nodiscard]] std::vector<TaskRow> in_state(TaskState state, std::size_t most) const;
  /// State alone, for a driver that looks often.
  [[nodiscard]] TaskState state(std::int64_t task) const;

  /// A name that no submission of this study had before, nor one of another study.
  [[nodiscard]] std::string next_submission();
  /// Written before the queue hears of it, all or none: what a killed driver had begun can be found
  /// by name.
  std::vector<std::int64_t> begin(const std::vector<AttemptRow>& attempts);
  void set_job(const std::string& submission, const std::string& job);
  /// The attempt is over and its task waits for another.
  void end_attempt(std::int64_t attempt, const std::string& outcome, const std::string& cause,
                   double seconds);
  void finish(std::int64_t task, std::int64_t attempt, const std::string& detail,
              const nlohmann::json& results, double seconds);
  void fail(std::int64_t task, std::int64_t attempt, const std::string& outcome,
            const std::string& cause, double seconds);
  /// A stage of the study, done by the driver itself.
  void record_stage(const Manifest& manifest, const std::string& folder);

  [[nodiscard]] std::vector<AttemptRow> attempts(std::int64_t task) const;
  /// The attempt that has no end yet.
  [[nodiscard]] std::optional<AttemptRow> open_attempt(std::int64_t task) const;
  /// Marks: waiting again (retry), or cancelled. @return how many changed.
  std::size_t reset(const std::vector<std::int64_t>& tasks);
  std::size_t cancel(const std::vector<std::int64_t>& tasks);

  void record_frames(const std::vector<FrameRow>& frames);
  [[nodiscard]] std::vector<FrameRow> frames(const std::string& identity) const;
  /// outcome -> frames, of one iteration.
  [[nodiscard]] std::map<std::string, std::size_t> frame_counts(int iteration) const;

  [[nodiscard]] std::map<std::string, KindSummary> summary() const;
  /// A small text under a key: the plan of the loop, a pause.
  void set_note(const std::string& key, const std::string& value);
  [[nodiscard]] std::string note(const std::string& key) const;

  /// Rises when another process has written.
  [[nodiscard]] std::int64_t version() { return database_.version(); }

 private:
  struct Statements;
  mutable Database database_;
  std::shared_ptr<Statements> use_;
};

/// "2025-01-31T10:00:00Z".
[[nodiscard]] std::string time_text();

}  // namespace vitrion::learn
