// An ensemble: members trained at the same time on shared data, one per core.
#pragma once

#include <memory>
#include <vector>

#include "train/trainer.hpp"

namespace vitrion::train {

struct Member {
  Trainer trainer;
  Observers observers;  ///< called from the member's thread, one call at a time for each member
};

/// Threads that each member's pool should have when `members` share `cores`: cores / members, at
/// least 1.
[[nodiscard]] std::size_t threads_per_member(std::size_t members, std::size_t cores);

/// Runs all members to their end. With more members than cores the least advanced one runs next, a
/// slice at a time, so that all advance together and no core idles. If one fails the others stop
/// (with a checkpoint) and its error is thrown. Bits of a member do not depend on the others.
Ended train_ensemble(std::vector<Member>& members, std::size_t cores);

}  // namespace vitrion::train
