// A short command: run it, keep what it says, do not wait for ever.
#pragma once

#include <string>
#include <vector>

namespace vitrion::queue {

struct Said {
  int status = -1;  ///< exit status; 128 + signal; 127 if it could not be started
  bool timed_out = false;
  std::string out;
  std::string err;

  [[nodiscard]] bool good() const { return status == 0 && !timed_out; }
  /// The last line of its complaints, or how it ended.
  [[nodiscard]] std::string complaint() const;
};

/// Runs `arguments` with an empty standard input; after `seconds` it is killed.
[[nodiscard]] Said run_command(std::vector<std::string> arguments, double seconds);

}  // namespace vitrion::queue
