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

/// Functions u(s) tabulated (see table.hpp): nodes (count, 3, ld) hold u, step u' and step^2 u'' at
/// s = low + node * step.
template <class T>
struct TableView {
  const T* nodes = nullptr;
  std::size_t ld = 0;
  double low = 0;
  double step = 1;
};

/// One centre's neighbours of one type, and a table. Their rows rn_c are 4 arrays `stride` apart;
/// s = rn_0 must lie inside the table. A matrix of 4 rows (r, x, y, z) has its rows `ldm` apart;
/// the functions behind the table's last one are zero, so that what stands behind a row's end may
/// be another's row, read and written back as it was.
template <class T>
struct TableKernels {
  /// m (4, table.ld) += sum over the rows p of rn_c[p] u(s_p).
  void (*moments)(const TableView<T>& table, std::size_t n, const T* rn, std::size_t stride, T* m,
                  std::size_t ldm);
  /// drn (4 arrays) = the derivative by rn_c[p] of sum dm m: dm_c . u(s_p), and for c = 0 besides
  /// u'(s_p) . sum_c rn_c[p] dm_c.
  void (*moments_backward)(const TableView<T>& table, std::size_t n, const T* rn,
                           std::size_t stride, const T* dm, std::size_t ldm, T* drn);
};

template <class T>
[[nodiscard]] const InferenceKernels<T>& inference_kernels();
template <class T>
[[nodiscard]] const TableKernels<T>& table_kernels();

}  // namespace vitrion::potential::kernels
