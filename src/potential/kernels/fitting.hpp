// The fitting nets over many centres: energy, its derivative by the descriptor, and the gradient of
// a loss. Symbols as in network.hpp.
#pragma once

#include <span>
#include <vector>

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
  T* mu_h = nullptr;  ///< for a gradient lambda_h stands right behind it, and y_dot behind y
  T* f = nullptr;
  T* f1h = nullptr;
};

/// The descriptors: rows of PackedNetwork::stride.
template <class T>
struct FittingInput {
  std::size_t n = 0;
  const T* d = nullptr;      ///< (n, stride)
  const T* d_dot = nullptr;  ///< (n, stride) or null; for a gradient right behind d
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

/// Rows of a layer's weights whose gradients are made together: [begin, begin + count) in the
/// model's order. Of the descriptor's layer they are whole columns k, with all their axes.
struct WeightRows {
  std::size_t begin, count;
};

/// The slices of a layer: they do not depend on the batch.
template <class T>
[[nodiscard]] std::vector<WeightRows> weight_slices(const PackedNetwork<T>& net, std::size_t layer);

/// w (rows.count, out) = the rows of x^T mu_h + xdot^T lambda_h.
template <class T>
void weight_gradient(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, std::size_t layer,
                     const WeightRows& rows, double* w, NetworkScratch<T>& scratch);

/// The gradients of b and idt, those that the layer has, one behind the other.
template <class T>
void vector_gradient(const PackedNetwork<T>& net, std::size_t n, const FittingTape<T>& tape,
                     std::size_t layer, double* vectors, NetworkScratch<T>& scratch);

}  // namespace vitrion::potential::kernels
