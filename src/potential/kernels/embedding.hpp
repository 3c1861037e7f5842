// The embedding nets for training: values and slopes of a tile of rows, and the gradient of a loss
// in both. Symbols as in network.hpp; the direction of the tangent is that of the input s.
#pragma once

#include <span>
#include <vector>

#include "potential/kernels/network.hpp"

namespace vitrion::potential::kernels {

/// What the forward pass over n rows leaves of one layer. A layer of tanh without idt keeps y
/// alone, from which the rest follows (see TrainingKernels); of others f1 ... f1h are there, (n,
/// ld) each.
template <class T>
struct EmbeddingTape {
  T* y = nullptr;    ///< (2n, ld): y, then its slope dy/ds; a line before it may be read
  T* f1 = nullptr;   ///< f'(h)
  T* f2h = nullptr;  ///< f''(h) dh/ds
  T* f = nullptr;    ///< f(h)
  T* f1h = nullptr;  ///< f'(h) dh/ds
};

/// Whether the layer's derivatives follow from its y.
template <class T>
[[nodiscard]] bool keeps_values_alone(const PackedLayer<T>& layer) {
  return layer.activation.kind == Activation::Kind::tanh && !layer.has_idt;
}

/// The net at s (n): tape.back().y = g, then dg/ds.
template <class T>
void embedding_tangent(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const EmbeddingTape<T>> tape, NetworkScratch<T>& scratch);

/// Adds the gradient of sum_p mu_g . g + lambda_g . dg/ds for the tape of embedding_tangent();
/// adjoint (2n, ld) = mu_g, then lambda_g.
template <class T>
void embedding_reverse(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const EmbeddingTape<T>> tape, const T* adjoint,
                       std::span<const LayerGradient<T>> gradient, NetworkScratch<T>& scratch);

}  // namespace vitrion::potential::kernels
