// Vector kernels over padded rows, compiled for each instruction set and chosen once at run time
// (Highway).
//
// A matrix (n, ld) has rows of ld = padded(width) elements, whole cache lines; what stands between
// width and ld is padding: always finite, and zero where a kernel says so. Kernels allocate
// nothing.
#pragma once

#include <cstddef>

namespace vitrion::potential::kernels {

/// `width` rounded up to whole cache lines of T.
template <class T>
constexpr std::size_t padded(std::size_t width) {
  constexpr std::size_t line = 64 / sizeof(T);
  return (width + line - 1) / line * line;
}

/// "AVX3", "AVX2", ...: the instruction set in use, as Highway names it.
[[nodiscard]] const char* simd_target();

/// Pieces of a network's layer. Null stands for an absent array where "or null" is said.
template <class T>
struct NetworkKernels {
  /// In place h (n) -> tanh(h); f1 = 1 - tanh^2 and f2 = -2 tanh f1, or null.
  void (*tanh_values)(std::size_t n, T* h, T* f1, T* f2);
  /// out (n) = x * y.
  void (*multiply)(std::size_t n, const T* x, const T* y, T* out);
  /// In place y (n, ld) = y * idt + skip: idt (ld) or null; skip is x (out = in) or concat(x, x)
  /// (out = 2 in) with x (n, padded(in)) or null. Padding of y becomes zero.
  void (*finish_layer)(std::size_t n, std::size_t width, T* y, const T* idt, const T* x,
                       std::size_t in);
  /// Backward of the skip: dx (n, padded(in)) = dy, or dy[:in] + dy[in:] where width = 2 in.
  void (*skip_backward)(std::size_t n, std::size_t width, const T* dy, std::size_t in, T* dx);
  /// out (n, ld) = lambda * idt * f1; idt (ld) or null.
  void (*slope_rows)(std::size_t n, std::size_t ld, const T* lambda, const T* idt, const T* f1,
                     T* out);
  /// out (n, ld) = idt * (mu * f1 + lambda * f2h); idt (ld) or null.
  void (*curved_rows)(std::size_t n, std::size_t ld, const T* mu, const T* f1, const T* lambda,
                      const T* f2h, const T* idt, T* out);
  /// sum (ld) += the rows of x (n, ld), or of x * y where y is not null.
  void (*add_columns)(std::size_t n, std::size_t ld, const T* x, const T* y, T* sum);
  /// Between the double precision of parameters() and that of the kernels.
  void (*from_double)(std::size_t n, const double* from, T* to);
  void (*to_double)(std::size_t n, const T* from, double* to);
  /// h (n, ld) = s_p w + b, with b (ld) or null: the first layer of an embedding.
  void (*scalar_layer)(std::size_t n, std::size_t ld, const T* s, const T* w, const T* b, T* h);
};

/// The descriptor of one centre. A matrix of a centre has 4 rows (r, x, y, z) of ld; its rows of
/// the environment are 4 arrays rn_c, `stride` elements apart.
template <class T>
struct DescriptorKernels {
  /// gr (4, ld) += sum over the rows p of rn_c[p] g (p, :).
  void (*add_outer)(std::size_t n, std::size_t ld, const T* g, const T* rn, std::size_t stride,
                    T* gr);
  /// d (axis, width): d[l, k] = sum_c a[c, l] b[c, k], or += it. Writes zeros (or adds them) up to
  /// ld - width elements behind its end.
  void (*contract)(std::size_t axis, std::size_t width, const T* a, const T* b, T* d, bool add);
  /// dgr (4, ld) += the derivative of contract(gr, gr) by both its factors, for dd (axis, width).
  /// Padding of dgr becomes zero. Reads up to ld - width elements behind the end of dd.
  void (*contract_backward)(std::size_t axis, std::size_t width, const T* dd, const T* gr, T* dgr);
  /// drn (4 arrays): drn_c[p] = sum_k dgr[c, k] g[p, k]; drn_0 += sum_k dg_ds[p, k] sum_c dgr[c, k]
  /// rn_c[p].
  void (*row_derivatives)(std::size_t n, std::size_t ld, const T* g, const T* dg_ds, const T* rn,
                          const T* dgr, std::size_t stride, T* drn);
  /// dg (n, ld) = sum_c rn_c[p] dgr[c, :], or += it.
  void (*spread)(std::size_t n, std::size_t ld, const T* rn, std::size_t stride, const T* dgr,
                 T* dg, bool add);
};

/// Window and statistics of one centre type: Rn_c = (R_c - mean_c) inverse_std_c.
struct EnvironmentScale {
  double rcut = 0, rcut_smth = 0, protection = 0;  ///< A
  double mean[4] = {};
  double inverse_std[4] = {};
};

/// The environment matrix of n rows, always in double. All arrays are whole vectors long: `stride`
/// is a multiple of 16, and d behind row n holds some vector that is not zero. Three or four arrays
/// `stride` apart: d, delta, force (x, y, z), rn and its derivatives (r, x, y, z), shape (3, see
/// below).
template <class T>
struct EnvironmentKernels {
  /// rn from d, and the parts of dR/dd: shape = dR0/dr / r, q = w / (r+p)^2, dq/dr / r.
  void (*rows)(std::size_t n, const EnvironmentScale& scale, const double* d, std::size_t stride,
               T* rn, double* shape);
  /// force_b = sum_c drn_c dRn_c/dd_b.
  void (*backward)(std::size_t n, const EnvironmentScale& scale, const double* d,
                   const double* shape, const T* drn, std::size_t stride, double* force);
  /// drn = the change of rn along delta.
  void (*tangent)(std::size_t n, const EnvironmentScale& scale, const double* d,
                  const double* shape, const double* delta, std::size_t stride, T* drn);
};

template <class T>
[[nodiscard]] const NetworkKernels<T>& network_kernels();
template <class T>
[[nodiscard]] const DescriptorKernels<T>& descriptor_kernels();
template <class T>
[[nodiscard]] const EnvironmentKernels<T>& environment_kernels();

}  // namespace vitrion::potential::kernels
