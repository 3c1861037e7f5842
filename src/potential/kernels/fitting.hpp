// The fitting nets over many centres: energy, its derivative by the descriptor, and the gradient of
// a loss. Symbols as in network.hpp.
#pragma once

#include <span>

#include "potential/kernels/network.hpp"

namespace vitrion::potential::kernels {

/// What the passes over n centres leave of one layer, each (n, ld). The first four serve energy and
/// forces, the others a gradient (null otherwise; f and f1h only where the layer has idt).
template <class T>
struct FittingTape {
  T* y = nullptr;
  T* f1 = nullptr;
  T* lambda_y = nullptr;
  T* lambda_h = nullptr;

  T* f2h = nullptr;  ///< f'' after fitting_forward(), f'' hdot after fitting_tangent()
  T* y_dot = nullptr;
  T* mu_y = nullptr;
  T* mu_h = nullptr;
  T* f = nullptr;
  T* f1h = nullptr;
};

/// The descriptors: rows of PackedNetwork::stride.
template <class T>
struct FittingInput {
  std::size_t n = 0;
  const T* d = nullptr;      ///< (n, stride)
  const T* d_dot = nullptr;  ///< (n, stride) or null
};

/// Energies: column 0 of the last layer's y, without the bias.
template <class T>
void fitting_forward(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, NetworkScratch<T>& scratch);

/// lambda of each layer and lambda_d (n, stride) = dE/dD.
template <class T>
void fitting_backward(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n,
                      std::span<const FittingTape<T>> tape, T* lambda_d,
                      NetworkScratch<T>& scratch);

/// The dotted values of each layer for input.d_dot.
template <class T>
void fitting_tangent(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, NetworkScratch<T>& scratch);

/// mu of each layer and mu_d (n, stride), for c (n) = dL/dE.
template <class T>
void fitting_reverse(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const double* c,
                     std::span<const FittingTape<T>> tape, T* mu_d, NetworkScratch<T>& scratch);

/// Slices of a layer's weights whose gradients can be made apart.
template <class T>
[[nodiscard]] std::size_t gradient_slices(const PackedNetwork<T>& net, std::size_t layer);

/// Writes a slice of a layer's gradient to its place in `gradient`, which holds the layer in the
/// order of parameters(): w gets x^T mu_h + xdot^T lambda_h. Slice 0 also writes b and idt.
template <class T>
void fitting_gradient(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                      std::span<const FittingTape<T>> tape, std::size_t layer, std::size_t slice,
                      double* gradient, NetworkScratch<T>& scratch);

}  // namespace vitrion::potential::kernels
