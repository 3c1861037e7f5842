#include "edges/queue/remedy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vitrion::queue {

using learn::AttemptRow;

namespace {

int count(const std::vector<AttemptRow>& attempts, const std::string& outcome) {
  return static_cast<int>(std::ranges::count(attempts, outcome, &AttemptRow::outcome));
}

}  // namespace

Remedy remedy(const std::vector<AttemptRow>& attempts, int recipes, const learn::Resources& base,
              const Policy& policy) {
  namespace outcome = learn::outcome;
  Remedy next;
  next.again = true;
  next.recipe = count(attempts, "unconverged");
  next.resources = base;
  const int timeouts = count(attempts, outcome::timeout);
  const int out_of_memory = count(attempts, outcome::out_of_memory);
  next.resources.minutes = base.minutes * std::pow(2, timeouts);
  next.resources.memory_GB = base.memory_GB * std::pow(2, out_of_memory);
  if (attempts.empty()) return next;

  const std::string& last = attempts.back().outcome;
  const auto no_more = [&](std::string why) {
    next.again = false;
    next.why = std::move(why);
    return next;
  };
  if (next.recipe >= recipes)
    return no_more(recipes == 1 ? "" : fmt::format("in {} ways", recipes));
  if (last == outcome::timeout && timeouts > policy.timeouts)
    return no_more(fmt::format("{} times without progress, the last limit {:g} min", timeouts,
                               attempts.back().minutes));
  if (last == outcome::out_of_memory && (out_of_memory > 1 || base.memory_GB <= 0))
    return no_more(base.memory_GB <= 0 ? "queue.memory_GB is not set, so no more can be asked for"
                                       : "with twice the memory too");
  for (const char* chance : {outcome::node_failure, outcome::preempted, outcome::lost})
    if (last == chance && count(attempts, chance) >= policy.unlucky)
      return no_more(fmt::format("{} times", policy.unlucky));
  if (last == "mismatch" || last == outcome::cancelled || last == "bad input") return no_more("");
  const std::vector<std::string> faults = {"engine error", "incomplete", "damaged", "not prepared"};
  const auto is_fault = [&](const std::string& o) { return std::ranges::count(faults, o) > 0; };
  const auto failures = std::ranges::count_if(attempts, is_fault, &AttemptRow::outcome);
  if (is_fault(last) && failures > policy.retries)
    return no_more(failures == 1 ? "" : fmt::format("{} times", failures));
  return next;
}

}  // namespace vitrion::queue
