// A pool of threads for loops over blocks: the blocks do not depend on the number of threads.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace vitrion {

/// Threads that live as long as the pool. Results must not depend on which thread takes a block:
/// sums over blocks are kept per block and added in block order by the caller.
class ThreadPool {
 public:
  /// `threads` >= 1; the calling thread is one of them.
  explicit ThreadPool(std::size_t threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] std::size_t size() const;

  /// Runs body(block, thread) for each block in [0, blocks), thread in [0, size()); returns when
  /// all are done. The first exception thrown by a body is rethrown here.
  void for_each(std::size_t blocks, const std::function<void(std::size_t, std::size_t)>& body);

 private:
  struct Shared;
  std::unique_ptr<Shared> shared_;
};

/// OMP_NUM_THREADS if set and positive, else the number of cores this process may use.
[[nodiscard]] std::size_t default_threads();

}  // namespace vitrion
