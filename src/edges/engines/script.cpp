#include "edges/engines/script.hpp"

#include <fmt/format.h>

namespace vitrion::engines {

std::string script_text(const std::string& what, const std::string& command) {
  return fmt::format(
      "#!/bin/sh\n"
      "# Runs {}: sh run.sh\n"
      "self=$0\n"
      "cd \"$(dirname \"$0\")\" || exit 1\n"
      "exec 9> running.lock && flock 9\n"
      "{}\n"
      "echo \"$self ended with status $?\"\n",
      what, command);
}

}  // namespace vitrion::engines
