// Arrays for the kernels: aligned to cache lines, kept from step to step, with room behind their
// end.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace vitrion::potential::kernels {

/// Allocates on cache lines.
template <class T>
struct LineAllocator {
  using value_type = T;
  static constexpr std::align_val_t line{64};

  LineAllocator() = default;
  template <class U>
  explicit LineAllocator(const LineAllocator<U>&) {}
  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T), line)); }
  void deallocate(T* p, std::size_t) { ::operator delete(p, line); }
  template <class U>
  bool operator==(const LineAllocator<U>&) const {
    return true;
  }
};

/// A growing array: need(n) makes at least n elements and a line of zeros behind them, and keeps
/// none of the old values when it grows. It never shrinks, so that a step after the first allocates
/// nothing.
template <class T>
class Buffer {
 public:
  T* need(std::size_t n) {
    const std::size_t with_slack = n + 64;
    if (data_.size() < with_slack) data_.assign(with_slack + with_slack / 4, T(0));
    return data_.data();
  }
  [[nodiscard]] T* data() { return data_.data(); }
  [[nodiscard]] const T* data() const { return data_.data(); }

 private:
  std::vector<T, LineAllocator<T>> data_;
};

}  // namespace vitrion::potential::kernels
