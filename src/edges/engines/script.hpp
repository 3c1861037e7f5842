// run.sh of a task folder: what a person runs by hand, and what the queue runs.
#pragma once

#include <string>

namespace vitrion::engines {

/// A script that enters its own folder, runs `command` there and answers with a line that starts
/// with its own name, as the queue expects. A lock keeps it from running beside an orphan of a
/// driver that was killed: it waits until that one has ended, and then starts afresh.
[[nodiscard]] std::string script_text(const std::string& what, const std::string& command);

}  // namespace vitrion::engines
