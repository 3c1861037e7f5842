// The queue of this machine: so many cores, jobs as process groups that end with their time limit
// or with us, and that a later driver takes up again if we were killed.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "learn/queue.hpp"

namespace vitrion::queue {

class LocalQueue : public learn::Queue {
 public:
  /// @param cores shared by the jobs that run at a time
  explicit LocalQueue(std::size_t cores);
  ~LocalQueue() override;

  [[nodiscard]] std::string name() const override { return "local"; }
  [[nodiscard]] std::size_t room() const override;
  [[nodiscard]] bool fits(const learn::Resources& resources) const override;
  [[nodiscard]] std::size_t largest_submission() const override { return 1; }
  [[nodiscard]] expected<std::string, std::string> submit(
      const std::vector<learn::Job>& jobs) override;
  [[nodiscard]] bool adopt(const learn::Job& job) override;
  [[nodiscard]] std::vector<learn::JobNews> look(double patience) override;
  void cancel(const std::string& name) override;
  /// Ends all process groups: two seconds for an orderly end, then without mercy.
  [[nodiscard]] bool ends_with_us() const override { return true; }
  void leave() override;
  [[nodiscard]] double grace() const override { return 0; }

 private:
  struct Process;
  [[nodiscard]] std::size_t cores_used() const;
  void end_overdue();

  std::size_t cores_;
  std::vector<std::unique_ptr<Process>> processes_;
};

/// Kills what is left of an attempt whose wrapper is gone: every process of ours whose environment
/// names it.
void kill_remains(const std::string& attempt);

}  // namespace vitrion::queue
