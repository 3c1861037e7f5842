// The descriptor without its double entries. D (width, axis) = gr gr_<^T: its first `axis` rows are
// a symmetric matrix, so that of width x axis entries axis (axis - 1) / 2 come twice. The first
// fitting layer takes each once, with the sum of both weights.
#pragma once

#include <cstddef>
#include <utility>

namespace vitrion::potential::kernels {

/// The order of the distinct entries: for l = 0, 1, ... the triangle D[l..axis, l], then the
/// rectangle D[axis..width, l].
struct HalfOrder {
  std::size_t width = 0, axis = 0;  ///< axis <= width

  [[nodiscard]] std::size_t triangle() const { return axis * (axis + 1) / 2; }
  [[nodiscard]] std::size_t count() const { return triangle() + axis * (width - axis); }
  /// Of the model's entry `row` = k axis + l.
  [[nodiscard]] std::size_t place(std::size_t row) const {
    std::size_t k = row / axis, l = row % axis;
    if (k >= axis) return triangle() + l * (width - axis) + (k - axis);
    if (k < l) std::swap(k, l);
    return l * axis - l * (l + 1) / 2 + k;
  }
};

}  // namespace vitrion::potential::kernels
