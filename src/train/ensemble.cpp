#include "train/ensemble.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

namespace vitrion::train {

namespace {

/// Who runs next, and what became of those who ran; shared by the workers.
class Roster {
 public:
  explicit Roster(std::vector<Member>& members) : members_(members), busy_(members.size(), false) {}

  /// Works until no member has steps left.
  void serve() {
    while (Member* member = take()) {
      const bool go_on = run_slice(*member);
      give_back(*member, go_on);
    }
  }

  [[nodiscard]] std::exception_ptr failure() const { return failure_; }
  [[nodiscard]] bool stopped() const { return stopped_; }

 private:
  /// The least advanced member that nobody runs; waits while others run what may come back.
  Member* take() {
    std::unique_lock lock(mutex_);
    for (;;) {
      Member* least = nullptr;
      bool others = false;
      for (std::size_t k = 0; k < members_.size(); ++k) {
        if (busy_[k]) {
          others = true;
        } else if (!ended(k) && (!least || members_[k].trainer.step() < least->trainer.step())) {
          least = &members_[k];
        }
      }
      if (least) {
        busy_[index(*least)] = true;
        return least;
      }
      if (!others) return nullptr;
      changed_.wait(lock);
    }
  }

  /// False when the member has ended.
  bool run_slice(Member& member) {
    // Long enough to forget the switch of caches, short enough that members advance together.
    constexpr std::size_t slice = 20;
    Observers observers = member.observers;
    observers.stop = [this, asked = member.observers.stop] {
      return cancelled_ || (asked && asked());
    };
    try {
      if (member.trainer.run(observers, member.trainer.step() + slice) == Ended::stopped) {
        stopped_ = true;
        return false;
      }
      return !member.trainer.done();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      cancelled_ = true;
      return false;
    }
  }

  void give_back(Member& member, bool go_on) {
    {
      const std::lock_guard lock(mutex_);
      busy_[index(member)] = false;
      if (!go_on) ended_.push_back(index(member));
    }
    changed_.notify_all();
  }

  [[nodiscard]] bool ended(std::size_t k) const {
    return std::find(ended_.begin(), ended_.end(), k) != ended_.end();
  }
  [[nodiscard]] std::size_t index(const Member& member) const {
    return static_cast<std::size_t>(&member - members_.data());
  }

  std::vector<Member>& members_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<bool> busy_;
  std::vector<std::size_t> ended_;
  std::exception_ptr failure_;
  std::atomic<bool> cancelled_{false};
  std::atomic<bool> stopped_{false};
};

}  // namespace

std::size_t threads_per_member(std::size_t members, std::size_t cores) {
  return std::max<std::size_t>(1, cores / std::max<std::size_t>(1, members));
}

Ended train_ensemble(std::vector<Member>& members, std::size_t cores) {
  Roster roster(members);
  const std::size_t workers = std::max<std::size_t>(1, std::min(cores, members.size()));
  std::vector<std::thread> threads;
  for (std::size_t k = 1; k < workers; ++k) threads.emplace_back([&roster] { roster.serve(); });
  roster.serve();
  for (std::thread& thread : threads) thread.join();
  if (roster.failure()) std::rethrow_exception(roster.failure());
  return roster.stopped() ? Ended::stopped : Ended::done;
}

}  // namespace vitrion::train
