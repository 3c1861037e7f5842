// No allocation in a step of the engine after the first: a count of all calls of operator new. Left
// out of builds with sanitizers, which bring their own operator new.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "base/threads.hpp"
#include "potential/engine.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/random_model.hpp"

namespace {

std::atomic<std::size_t> allocations{0};

void* counted(std::size_t bytes, std::size_t alignment) {
  ++allocations;
  const std::size_t whole = (bytes + alignment - 1) / alignment * alignment;
  if (void* p = std::aligned_alloc(alignment, whole)) return p;
  throw std::bad_alloc();
}

}  // namespace

// Not inlined: a compiler that sees through one half of a pair alone warns of a mismatch.
[[gnu::noinline]] void* operator new(std::size_t bytes) {
  return counted(bytes, alignof(std::max_align_t));
}
[[gnu::noinline]] void* operator new(std::size_t bytes, std::align_val_t alignment) {
  return counted(bytes, static_cast<std::size_t>(alignment));
}
[[gnu::noinline]] void operator delete(void* p) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::align_val_t) noexcept {
  std::free(p);
}
[[gnu::noinline]] void operator delete(void* p, std::size_t, std::align_val_t) noexcept {
  std::free(p);
}

namespace vitrion::potential {
namespace {

TEST(Engine, AStepAfterTheFirstAllocatesNothing) {
  RandomModelOptions options;
  options.sel = {60, 30, 24};
  const Model model = random_model(options, 23);
  const structures::Frame frame =
      random_frame({140, 60, 40}, {{{16, 0, 0}, {0, 17, 0}, {1, 0, 16}}}, true, 1.4, 5);
  const FrameConfiguration configuration(frame, model);
  for (const Precision precision : {Precision::float64, Precision::float32}) {
    Engine engine(model, {precision, {}, true}, std::make_shared<ThreadPool>(1));
    Result result;
    engine.compute(configuration.configuration(), result);
    const std::size_t before = allocations;
    engine.compute(configuration.configuration(), result);
    EXPECT_EQ(allocations - before, 0);
  }
}

}  // namespace
}  // namespace vitrion::potential
