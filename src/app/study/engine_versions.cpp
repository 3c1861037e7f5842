#include "app/study/engine_versions.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "edges/queue/local.hpp"

namespace vitrion::app {

std::optional<std::string> first_line_of(const std::string& command) {
  // A worker's answer starts with its task, which a shell calls $0.
  const std::string task = "look";
  std::string line;
  try {
    queue::run_local(
        {{"/bin/sh", "-c", fmt::format("echo \"$0 $( ( {} ) 2>/dev/null | head -n 1 )\"", command)},
         {},
         "/dev/null"},
        {task}, {1, false}, [&](std::size_t, const queue::Outcome& outcome) {
          if (outcome.answered && outcome.note.size() > task.size())
            line = outcome.note.substr(task.size() + 1);
        });
  } catch (const Error&) {
    return std::nullopt;
  }
  if (line.empty()) return std::nullopt;
  return line;
}

std::optional<std::string> packmol_version() {
  if (!first_line_of("command -v packmol")) return std::nullopt;
  return first_line_of("packmol < /dev/null | grep -o 'Version [0-9.]*' | cut -d' ' -f2")
      .value_or("unknown version");
}

std::optional<std::string> gnuplot_version() {
  return first_line_of("gnuplot --version | cut -d' ' -f2-");
}

std::string lammps_version() {
  return first_line_of("/proc/$PPID/exe lmp -h | grep -m1 Simulator | sed 's/.*Simulator - //'")
      .value_or("unknown version");
}

std::optional<std::string> module_version(const std::string& python, const std::string& module) {
  return first_line_of(
      fmt::format("'{}' -c 'import {}; print({}.__version__)'", python, module, module));
}

}  // namespace vitrion::app
