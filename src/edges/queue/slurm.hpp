// The queue Slurm, by its commands: arrays, one query for all jobs, states told apart, and jobs
// found again by their names.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "learn/queue.hpp"

namespace vitrion::queue {

struct SlurmOptions {
  std::string folder;  ///< where job scripts are kept, absolute
  std::string partition, account, qos, gres;
  /// As they are: those that start with # join the head of the job script, others run before the
  /// task ("module load vasp").
  std::vector<std::string> lines;
  std::size_t most_jobs = 200;   ///< in the queue at a time
  std::size_t most_running = 0;  ///< of one array; 0: no limit
  std::size_t array = 100;       ///< jobs in one array
  double poll = 10;              ///< s between queries, at first
  double poll_most = 120;        ///< s; the interval grows while nothing happens
  double grace = 60;             ///< s for files to arrive, and for a job to show up
  double command_time = 60;      ///< s that a command of Slurm may take

  /// @throws InputError naming the key.
  void validate() const;
};

/// A line of squeue: who, and how it is.
struct SlurmLine {
  std::string job;  ///< of the array
  int element = 0;
  std::string name;
  std::string state;  ///< "RUNNING"
  std::string comment;
  std::string reason;
};

/// Reads `squeue -h -r -o "%F|%K|%j|%T|%k|%r"`; lines that do not read so are left out.
[[nodiscard]] std::vector<SlurmLine> read_squeue(const std::string& text);
/// Slurm's word for a state as news; false if it is unknown: then the last one stays.
[[nodiscard]] bool understand(const std::string& state, learn::JobNews& news);
/// "0-3,5" of rising numbers.
[[nodiscard]] std::string ranges(const std::vector<int>& elements);

class SlurmQueue : public learn::Queue {
 public:
  explicit SlurmQueue(SlurmOptions options);

  [[nodiscard]] std::string name() const override { return "slurm"; }
  [[nodiscard]] std::size_t room() const override;
  [[nodiscard]] std::size_t largest_submission() const override { return options_.array; }
  [[nodiscard]] expected<std::string, std::string> submit(
      const std::vector<learn::Job>& jobs) override;
  [[nodiscard]] bool adopt(const learn::Job& job) override;
  [[nodiscard]] std::vector<learn::JobNews> look(double patience) override;
  void cancel(const std::string& name) override;
  void leave() override {}  // jobs go on without us
  [[nodiscard]] double grace() const override { return options_.grace; }

 private:
  using Clock = std::chrono::steady_clock;
  struct Live {
    learn::Job job;
    std::string id;  ///< Slurm's number of its array; empty while unknown
    learn::JobState state = learn::JobState::pending;
    std::optional<Clock::time_point> missing_since;
    int misses = 0;
  };
  [[nodiscard]] std::optional<std::vector<SlurmLine>> query() const;
  [[nodiscard]] std::string write_script(const std::vector<learn::Job>& jobs) const;
  void drop_twins(const std::vector<SlurmLine>& lines);
  [[nodiscard]] learn::JobNews last_word(const Live& live) const;

  SlurmOptions options_;
  std::map<std::string, Live> live_;  ///< by the name of the job
  std::map<std::string, bool> dropped_;
  double interval_;
  Clock::time_point next_;
};

}  // namespace vitrion::queue
