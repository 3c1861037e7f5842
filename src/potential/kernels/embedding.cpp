#include "potential/kernels/embedding.hpp"

#include <algorithm>

#include "potential/kernels/activation.hpp"
#include "potential/kernels/simd_training.hpp"

namespace vitrion::potential::kernels {

namespace {

/// x (2n, ld_in) of the first layer where a skip needs it: s in column 0, then ones.
template <class T>
const T* first_skip(const PackedLayer<T>& layer, std::size_t n, const T* s, Buffer<T>& buffer) {
  if (!layer.skip) return nullptr;
  const std::size_t ld = layer.ld_in;
  T* x = buffer.need((2 * n + 1) * ld);
  std::fill_n(x, (2 * n + 1) * ld, T(0));
  x += ld;  // the line that may be read before x
  for (std::size_t p = 0; p < n; ++p) {
    x[p * ld] = s[p];
    x[(n + p) * ld] = 1;
  }
  return x;
}

/// From h without its bias and h_dot, standing in tape.y, to the end of the layer.
template <class T>
void finish(const PackedLayer<T>& layer, std::size_t n, const T* x, const EmbeddingTape<T>& tape) {
  if (keeps_values_alone(layer)) {
    training_kernels<T>().tanh_forward(n, layer.out, layer.b.data(), x, layer.in, tape.y);
    return;
  }
  const NetworkKernels<T>& k = network_kernels<T>();
  const std::size_t ld = layer.ld, all = n * ld;
  T* const y = tape.y;
  T* const y_dot = y + all;
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t i = 0; i < ld; ++i) y[p * ld + i] += layer.b.data()[i];
  activate(layer.activation, all, y, tape.f1, tape.f2h);
  k.multiply(all, tape.f2h, y_dot, tape.f2h);
  k.multiply(all, tape.f1, y_dot, y_dot);
  std::copy_n(y, all, tape.f);
  std::copy_n(y_dot, all, tape.f1h);
  k.finish_layer(n, layer.out, y, layer.idt_or_null(), x, layer.in);
  k.finish_layer(n, layer.out, y_dot, layer.idt_or_null(), x ? x + n * layer.ld_in : nullptr,
                 layer.in);
}

/// mu_h, then lambda_h, from the adjoint of the layer's y and y_dot; the gradient of idt.
template <class T>
void start_reverse(const PackedLayer<T>& layer, std::size_t n, const T* x,
                   const EmbeddingTape<T>& tape, const T* adjoint, const LayerGradient<T>& gradient,
                   T* out) {
  if (keeps_values_alone(layer)) {
    training_kernels<T>().tanh_reverse(n, layer.out, x, layer.in, tape.y, adjoint, out);
    return;
  }
  const NetworkKernels<T>& k = network_kernels<T>();
  const std::size_t ld = layer.ld;
  const T* const mu = adjoint;
  const T* const lambda = adjoint + n * ld;
  k.slope_rows(n, ld, lambda, layer.idt_or_null(), tape.f1, out + n * ld);
  k.curved_rows(n, ld, mu, tape.f1, lambda, tape.f2h, layer.idt_or_null(), out);
  if (!layer.has_idt) return;
  k.add_columns(n, ld, mu, tape.f, gradient.idt);
  k.add_columns(n, ld, lambda, tape.f1h, gradient.idt);
}

}  // namespace

template <class T>
void embedding_tangent(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const EmbeddingTape<T>> tape, NetworkScratch<T>& scratch) {
  const PackedLayer<T>& first = net.layers.front();
  T* const y = tape[0].y;
  network_kernels<T>().scalar_layer(n, first.ld, s, first.w.data(), nullptr, y);
  for (std::size_t p = n; p < 2 * n; ++p) std::copy_n(first.w.data(), first.ld, y + p * first.ld);
  finish(first, n, first_skip(first, n, s, scratch.input), tape[0]);
  for (std::size_t l = 1; l < net.layers.size(); ++l) {
    const PackedLayer<T>& layer = net.layers[l];
    const T* x = tape[l - 1].y;
    gemm.nn(2 * n, layer.ld, layer.in, x, layer.ld_in, layer.w.data(), layer.ld, tape[l].y,
            layer.ld, false);
    finish(layer, n, layer.skip ? x : nullptr, tape[l]);
  }
}

template <class T>
void embedding_reverse(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const EmbeddingTape<T>> tape, const T* adjoint,
                       std::span<const LayerGradient<T>> gradient, NetworkScratch<T>& scratch) {
  const NetworkKernels<T>& k = network_kernels<T>();
  const std::size_t room = 2 * n * net.widest();
  T* const by_h = scratch.mu_h.need(room);  // mu_h, then lambda_h
  for (std::size_t l = net.layers.size(); l-- > 0;) {
    const PackedLayer<T>& layer = net.layers[l];
    const std::size_t ld = layer.ld;
    const T* x = l > 0 ? tape[l - 1].y : nullptr;
    const T* skipped = l > 0 ? (layer.skip ? x : nullptr) : first_skip(layer, n, s, scratch.input);
    start_reverse(layer, n, skipped, tape[l], adjoint, gradient[l], by_h);
    k.add_columns(n, ld, by_h, nullptr, gradient[l].b);
    if (l == 0) {
      gemm.tn(1, ld, n, s, 1, by_h, ld, gradient[0].w, ld, true);
      k.add_columns(n, ld, by_h + n * ld, nullptr, gradient[0].w);
      return;
    }
    gemm.tn(layer.in, ld, 2 * n, x, layer.ld_in, by_h, ld, gradient[l].w, ld, true);
    T* next = scratch.mu[l % 2].need(room);
    if (layer.skip) k.skip_backward(2 * n, layer.out, adjoint, layer.in, next);
    gemm.nn(2 * n, layer.ld_in, layer.out, by_h, ld, layer.w_turned.data(), layer.ld_in, next,
            layer.ld_in, layer.skip);
    adjoint = next;
  }
}

#define VITRION_INSTANTIATE(T)                                                                 \
  template void embedding_tangent(const PackedNetwork<T>&, const Gemm&, std::size_t, const T*, \
                                  std::span<const EmbeddingTape<T>>, NetworkScratch<T>&);      \
  template void embedding_reverse(const PackedNetwork<T>&, const Gemm&, std::size_t, const T*, \
                                  std::span<const EmbeddingTape<T>>, const T*,                 \
                                  std::span<const LayerGradient<T>>, NetworkScratch<T>&)
VITRION_INSTANTIATE(float);
VITRION_INSTANTIATE(double);
#undef VITRION_INSTANTIATE

}  // namespace vitrion::potential::kernels
