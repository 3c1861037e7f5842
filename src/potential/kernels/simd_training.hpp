// Vector kernels of training alone: the embedding nets with their tangents, and what the
// descriptor's passes do with both. The conventions of simd.hpp hold.
#pragma once

#include <cstddef>

#include "potential/kernels/simd.hpp"

namespace vitrion::potential::kernels {

/// Arrays (2n, ld) hold n rows of values, then n rows of what belongs to them: of y its tangent
/// y_dot, of mu its lambda. What is said to be read at x may be read up to a line before x.
template <class T>
struct TrainingKernels {
  /// In place y (2n, ld): h without its bias, then h_dot -> tanh(h + b) + skip, then f' h_dot +
  /// skip_dot. The skip is x (2n, padded(in)) or concat(x, x) where width = 2 in, or null. Padding
  /// becomes zero.
  void (*tanh_forward)(std::size_t n, std::size_t width, const T* b, const T* x, std::size_t in,
                       T* y);
  /// The way back: mu_h = mu f' + lambda f'' h_dot and lambda_h = lambda f' in `out` (2n, ld) for
  /// `adjoint` (2n, ld) = mu, then lambda. The activation's derivatives come from what
  /// tanh_forward() left in y, so that no other array needs to be kept: f = y - skip,
  /// f' h_dot = y_dot - skip_dot, f'' h_dot = -2 f f' h_dot.
  void (*tanh_reverse)(std::size_t n, std::size_t width, const T* x, std::size_t in, const T* y,
                       const T* adjoint, T* out);
  /// gr_dot (4, ld) += the tangent of sum_p rn_c[p] g (p, :), where g moves by s_dot = rn_dot_0
  /// times g_dot = dg/ds: sum_p rn_dot_c g + rn_c s_dot g_dot.
  void (*add_outer_tangent)(std::size_t n, std::size_t ld, const T* g, const T* g_dot, const T* rn,
                            const T* rn_dot, std::size_t stride, T* gr_dot);
  /// Its way back: mu_g (n, ld) = rn_c mu_c + rn_dot_c lambda_c and lambda_g = s_dot rn_c lambda_c,
  /// each summed over c, for mu and lambda (4, ld).
  void (*spread_pair)(std::size_t n, std::size_t ld, const T* rn, const T* rn_dot,
                      std::size_t stride, const T* mu, const T* lambda, T* mu_g, T* lambda_g);
};

template <class T>
[[nodiscard]] const TrainingKernels<T>& training_kernels();

}  // namespace vitrion::potential::kernels
