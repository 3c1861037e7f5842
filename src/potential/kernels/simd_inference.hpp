// Vector kernels of the engine alone; training has its own (simd.hpp, whose conventions hold here).
#pragma once

#include <cstddef>

#include "potential/kernels/simd.hpp"

namespace vitrion::potential::kernels {

template <class T>
struct InferenceKernels {
  /// d = the distinct entries of gr gr_<^T in the order of HalfOrder, for gr (4, ld). Writes finite
  /// numbers up to a vector behind its end.
  void (*contract_half)(std::size_t axis, std::size_t width, const T* gr, T* d);
  /// dgr (4, ld) = the derivative of contract_half() for dd; its padding becomes zero. `square`
  /// holds (axis + 4) padded(axis) elements.
  void (*contract_half_backward)(std::size_t axis, std::size_t width, const T* dd, const T* gr,
                                 T* square, T* dgr);
  /// In place h (n, ld) -> y = idt tanh(h + b) + skip, and slope (n, ld) = dy/dh without the skip.
  /// b (ld); idt (ld) or null; x (n, padded(in)) or null, as in NetworkKernels::finish_layer.
  /// Padding of both becomes zero.
  void (*tanh_layer)(std::size_t n, std::size_t width, const T* b, const T* idt, const T* x,
                     std::size_t in, T* h, T* slope);
  /// out (n) = x (n, ld) . w (ld).
  void (*dot_rows)(std::size_t n, std::size_t ld, const T* x, const T* w, T* out);
};

template <class T>
[[nodiscard]] const InferenceKernels<T>& inference_kernels();

}  // namespace vitrion::potential::kernels
