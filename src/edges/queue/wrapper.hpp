// The wrapper: the run.sh of a task, and the manifest that it leaves by rename when the work has
// ended.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitrion::queue {

inline constexpr const char* manifest_file = "manifest.txt";
inline constexpr const char* lock_file = "running.lock";
inline constexpr const char* runner_file = "running.who";
inline constexpr const char* log_file = "log.txt";

/// A shell script that runs `command` in its own folder: never twice at a time (a lock that the
/// command's children inherit), never again once the manifest is there. A person can run it by
/// hand.
/// @param outputs files whose SHA-256 goes into the manifest
[[nodiscard]] std::string wrapper_script(const std::string& what, const std::string& command,
                                         const std::vector<std::string>& outputs);

/// How a command ended.
struct Ended {
  std::string attempt;
  int exit_code = 0;
  double seconds = 0;  ///< by the machine's own clock since boot: a clock that jumps does no harm
  std::string host;
  std::vector<std::pair<std::string, std::string>> outputs;  ///< file, SHA-256
};

/// The manifest's text; nothing if it is cut short.
[[nodiscard]] std::optional<Ended> parse_manifest(const std::string& text);
/// The manifest in `folder`, if a whole one is there.
[[nodiscard]] std::optional<Ended> read_manifest(const std::string& folder);
/// The first output that is missing or is not what the manifest saw; empty if all are.
[[nodiscard]] std::string damaged_output(const Ended& ended, const std::string& folder);

/// Who runs a task's wrapper on this machine, by what it wrote of itself.
struct Runner {
  std::string attempt;
  long process = 0;
  unsigned long long started =
      0;  ///< clock ticks since boot: tells a process from a later namesake
  std::string host;
};
[[nodiscard]] std::optional<Runner> read_runner(const std::string& folder);
/// When a process of this machine started; nothing if there is none.
[[nodiscard]] std::optional<unsigned long long> start_of(long process);

}  // namespace vitrion::queue
