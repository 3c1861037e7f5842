// The port Queue: someone who runs jobs, each a folder with a run.sh, here or on a cluster.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/expected.hpp"

namespace vitrion::learn {

/// What a job needs; where it runs is the queue's.
struct Resources {
  std::size_t cores = 1;
  double minutes = 0;    ///< time limit; 0: none
  double memory_GB = 0;  ///< 0: as the queue has it
};

/// One attempt at a task, as a queue sees it.
struct Job {
  std::string submission;  ///< unique in the study: the queue's name for it
  int element = 0;         ///< of the submission
  std::string folder;      ///< absolute; holds run.sh
  Resources resources;

  [[nodiscard]] std::string name() const { return submission + "." + std::to_string(element); }
};

enum class JobState { pending, running, ended };

/// Why a job that ended left no manifest, in the words that the ledger keeps.
namespace outcome {
inline constexpr const char* timeout = "timeout";
inline constexpr const char* out_of_memory = "out of memory";
inline constexpr const char* node_failure = "node failure";
inline constexpr const char* preempted = "preempted";
inline constexpr const char* cancelled = "cancelled";
inline constexpr const char* lost = "lost";
}  // namespace outcome

/// What a queue has to tell of a job.
struct JobNews {
  std::string name;  ///< of the job
  JobState state = JobState::running;
  /// Of a job that ended: one of `outcome`, or empty if it ended by itself and its manifest tells.
  std::string outcome;
  std::string note;  ///< in the queue's own words: "killed by signal 9", "TIMEOUT"
};

class Queue {
 public:
  virtual ~Queue() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  /// Jobs that may be given now.
  [[nodiscard]] virtual std::size_t room() const = 0;
  /// Whether a job of these resources could begin now; a cluster takes any and lets it wait.
  [[nodiscard]] virtual bool fits(const Resources&) const { return true; }
  /// Jobs that one submission may hold.
  [[nodiscard]] virtual std::size_t largest_submission() const = 0;
  /// Gives jobs of one submission and equal resources. @return the queue's number for it, or why it
  /// took none of them; then they may be given again under another name.
  [[nodiscard]] virtual expected<std::string, std::string> submit(const std::vector<Job>& jobs) = 0;
  /// Takes up a job that an earlier driver gave. @return false if the queue knows it does not run.
  [[nodiscard]] virtual bool adopt(const Job& job) = 0;
  /// News since the last look; waits up to `patience` seconds for some. Never fails: a queue that
  /// does not answer has no news.
  [[nodiscard]] virtual std::vector<JobNews> look(double patience) = 0;
  virtual void cancel(const std::string& name) = 0;
  /// Whether leave() ends the jobs, too.
  [[nodiscard]] virtual bool ends_with_us() const { return false; }
  /// The driver ends before its jobs do.
  virtual void leave() = 0;
  /// Seconds between the end of a job elsewhere and the arrival of its files here.
  [[nodiscard]] virtual double grace() const = 0;
};

}  // namespace vitrion::learn
