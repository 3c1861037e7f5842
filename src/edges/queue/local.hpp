// The local queue: worker processes on this machine, so many at a time, ended with us.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace vitrion::queue {

/// What a worker process is: its arguments, what its environment has besides ours, where it
/// complains.
struct WorkerProcess {
  std::vector<std::string> arguments;    ///< arguments[0] is the program, a path or a name in PATH
  std::vector<std::string> environment;  ///< "NAME=value"
  std::string log;                       ///< file that its standard error is appended to
};

struct LocalOptions {
  std::size_t processes = 1;
  /// true: a process is kept and gets tasks on standard input, one a line, each answered by one
  /// line; false: a process gets one task as its last argument and ends.
  bool keep_alive = false;
};

/// How a task ended, as far as the process can tell; whether its result counts is the engine's to
/// say.
struct Outcome {
  bool answered = false;  ///< a line came for it
  std::string note;  ///< the line, or how the process ended: "killed by signal 9", "exit status 2"
};

/// Runs every task; `done(task, outcome)` is called in the order in which they end.
/// SIGINT and SIGTERM end all workers and their children (each is a process group) and throw Error.
/// @throws Error if the program cannot be started, or if workers die without a single answer.
void run_local(const WorkerProcess& worker, const std::vector<std::string>& tasks,
               const LocalOptions& options,
               const std::function<void(std::size_t, const Outcome&)>& done);

}  // namespace vitrion::queue
