// Remedy: what is done after an attempt that did not end well, by how it ended.
#pragma once

#include <string>
#include <vector>

#include "learn/queue.hpp"
#include "learn/task_ledger.hpp"

namespace vitrion::queue {

struct Policy {
  int retries = 1;   ///< of a task whose program failed
  int unlucky = 10;  ///< attempts that a machine took away, before it is called the task's fault
  int timeouts = 2;  ///< time limits without progress; each doubles the next
};

struct Remedy {
  bool again = false;
  int recipe = 0;              ///< of the next attempt
  learn::Resources resources;  ///< of the next attempt
  std::string why;             ///< said where there is no other attempt
};

/// @param attempts of the task, in order, those that a person forgave left out
/// @param base what the task asks for
[[nodiscard]] Remedy remedy(const std::vector<learn::AttemptRow>& attempts, int recipes,
                            const learn::Resources& base, const Policy& policy);

/// How an attempt that got further than the one before is remembered: no limit counts it.
inline constexpr const char* progressed = "stopped with progress";

}  // namespace vitrion::queue
