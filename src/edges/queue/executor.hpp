// The executor: tasks in folders, run by a queue to their ends, each remembered in the ledger.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "edges/queue/remedy.hpp"
#include "edges/queue/wrapper.hpp"
#include "learn/queue.hpp"
#include "learn/task_ledger.hpp"

namespace vitrion::queue {

/// What a task's outputs say.
struct Verdict {
  std::string outcome = "done";  ///< or why not: "unconverged", "engine error", "mismatch", ...
  std::string cause;
  std::string detail;      ///< one line for a person
  nlohmann::json results;  ///< what later tasks read
  [[nodiscard]] bool done() const { return outcome == "done"; }
};

/// A task and how it is done.
struct Work {
  learn::NewTask task;
  learn::Resources resources;
  int recipes = 1;  ///< ways of doing it, the next one after an unconverged try
  std::vector<std::string> outputs;
  /// Writes the inputs of a recipe into the folder, which is there. @return the shell command.
  std::function<std::string(const std::string& folder, int recipe)> prepare;
  std::function<Verdict(const std::string& folder, const Ended& ended)> judge;
  /// What has been reached, for work that goes on where it was stopped; may be empty.
  std::function<std::string(const std::string& folder)> progress;
};

struct ExecutorOptions {
  std::string root;  ///< the run folder, absolute
  Policy policy;
  double patience = 5;          ///< seconds between looks when there is no news
  std::function<void()> check;  ///< called often; throws to end the driver
  /// Called when something changed: tasks done, failed, and of all.
  std::function<void(std::size_t done, std::size_t failed, std::size_t all)> seen;
};

class Executor {
 public:
  Executor(learn::TaskLedger& ledger, learn::Queue& queue, ExecutorOptions options);

  /// Runs all to their ends: done, failed or cancelled. What was done before is not done again;
  /// jobs that still run are taken up. A task that fails stops no other.
  std::vector<learn::TaskRow> run(const std::vector<Work>& works);

 private:
  struct Item;
  void attend(std::vector<Item>& items);
  void take_up(Item& item);
  void submit(std::vector<Item>& items);
  bool prepare(Item& item);
  void settle(Item& item, const learn::JobNews& news);
  void settle_without_manifest(Item& item, const learn::JobNews& news);
  void apply(Item& item, const std::string& outcome, const std::string& cause, double seconds);
  void heed_cancellations(std::vector<Item>& items);
  [[nodiscard]] std::string folder_of(const Item& item) const;

  learn::TaskLedger& ledger_;
  learn::Queue& queue_;
  ExecutorOptions options_;
  std::int64_t version_ = 0;
  std::uint64_t submissions_ = 0;
};

}  // namespace vitrion::queue
