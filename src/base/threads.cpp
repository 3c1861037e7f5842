#include "base/threads.hpp"

#include <sched.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace vitrion {

struct ThreadPool::Shared {
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable done;
  const std::function<void(std::size_t, std::size_t)>* body = nullptr;
  std::size_t blocks = 0;
  std::atomic<std::size_t> next{0};
  std::size_t generation = 0;
  std::size_t busy = 0;
  bool stop = false;
  std::exception_ptr failure;
  std::vector<std::thread> threads;

  /// Takes blocks until none is left.
  void drain(std::size_t thread) {
    for (std::size_t block = next++; block < blocks; block = next++) {
      try {
        (*body)(block, thread);
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (!failure) failure = std::current_exception();
        next = blocks;
      }
    }
  }

  void serve(std::size_t thread) {
    std::size_t seen = 0;
    for (;;) {
      {
        std::unique_lock lock(mutex);
        work.wait(lock, [&] { return stop || generation != seen; });
        if (stop) return;
        seen = generation;
      }
      drain(thread);
      const std::lock_guard lock(mutex);
      if (--busy == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(std::size_t threads) : shared_(std::make_unique<Shared>()) {
  for (std::size_t t = 1; t < threads; ++t)
    shared_->threads.emplace_back([s = shared_.get(), t] { s->serve(t); });
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(shared_->mutex);
    shared_->stop = true;
  }
  shared_->work.notify_all();
  for (auto& thread : shared_->threads) thread.join();
}

std::size_t ThreadPool::size() const {
  return shared_->threads.size() + 1;
}

void ThreadPool::for_each(std::size_t blocks,
                          const std::function<void(std::size_t, std::size_t)>& body) {
  Shared& s = *shared_;
  if (s.threads.empty() || blocks < 2) {
    for (std::size_t block = 0; block < blocks; ++block) body(block, 0);
    return;
  }
  {
    const std::lock_guard lock(s.mutex);
    s.body = &body;
    s.blocks = blocks;
    s.next = 0;
    s.busy = s.threads.size();
    s.failure = nullptr;
    ++s.generation;
  }
  s.work.notify_all();
  s.drain(0);
  std::unique_lock lock(s.mutex);
  s.done.wait(lock, [&] { return s.busy == 0; });
  if (s.failure) std::rethrow_exception(s.failure);
}

std::size_t default_threads() {
  if (const char* text = std::getenv("OMP_NUM_THREADS")) {
    std::size_t n = 0;
    const auto [end, ec] = std::from_chars(text, text + std::strlen(text), n);
    if (ec == std::errc{} && n > 0) return n;
  }
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) == 0) {
    const int n = CPU_COUNT(&set);
    if (n > 0) return static_cast<std::size_t>(n);
  }
  return 1;
}

}  // namespace vitrion
