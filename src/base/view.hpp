// View<T, Rank>: a multi-index span with std::mdspan's member names, row-major, extents checked in
// debug.
#pragma once

#include <array>
#include <cassert>
#include <cstddef>
#include <span>

namespace vitrion {

template <class T, std::size_t Rank>
class View {
 public:
  using element_type = T;
  using extents_type = std::array<std::size_t, Rank>;

  constexpr View() = default;
  constexpr View(T* data, extents_type extents) : data_(data), extents_(extents) {}
  constexpr View(std::span<T> data, extents_type extents) : data_(data.data()), extents_(extents) {
    assert(data.size() == size());
  }

  /// Element at the given indices, the last index running fastest.
  template <class... Index>
  requires(sizeof...(Index) == Rank) constexpr T& operator()(Index... index) const {
    const std::array<std::size_t, Rank> at{static_cast<std::size_t>(index)...};
    std::size_t offset = 0;
    for (std::size_t k = 0; k < Rank; ++k) {
      assert(at[k] < extents_[k]);
      offset = offset * extents_[k] + at[k];
    }
    return data_[offset];
  }

  [[nodiscard]] constexpr std::size_t extent(std::size_t k) const { return extents_[k]; }
  [[nodiscard]] constexpr T* data_handle() const { return data_; }
  [[nodiscard]] constexpr std::size_t size() const {
    std::size_t n = 1;
    for (const std::size_t e : extents_) n *= e;
    return n;
  }

 private:
  T* data_ = nullptr;
  extents_type extents_{};
};

}  // namespace vitrion
