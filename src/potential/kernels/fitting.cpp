#include "potential/kernels/fitting.hpp"

#include <algorithm>

#include "potential/kernels/activation.hpp"

namespace vitrion::potential::kernels {

namespace {

/// A skip of the first layer adds D in the model's order.
template <class T>
const T* in_model_order(const PackedNetwork<T>& net, std::size_t n, const T* d, Buffer<T>& buffer) {
  const PackedLayer<T>& layer = net.layers.front();
  T* x = buffer.need(n * layer.ld_in);
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t i = 0; i < layer.in; ++i)
      x[p * layer.ld_in + i] = d[p * net.stride + net.order.packed(i)];
  return x;
}

/// h (n, ld) += x W for layer l, whose input is dense (the descriptor) or the layer below.
template <class T>
void times_weights(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, std::size_t l,
                   const T* x, T* h, bool add) {
  const PackedLayer<T>& layer = net.layers[l];
  gemm.nn(n, layer.ld, layer.in, x, net.ld_input(l), layer.w.data(), layer.ld, h, layer.ld, add);
}

/// Derivative by the input of layer l from those by its output and its h.
template <class T>
void to_input(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, std::size_t l,
              const T* dy, const T* dh, T* dx, NetworkScratch<T>& scratch) {
  const PackedLayer<T>& layer = net.layers[l];
  const std::size_t ldx = net.ld_input(l);
  const bool add = layer.skip && l > 0;
  if (add) network_kernels<T>().skip_backward(n, layer.out, dy, layer.in, dx);
  if (net.turned)
    gemm.nn(n, layer.in, layer.out, dh, layer.ld, layer.w_turned.data(), layer.ld_in, dx, ldx, add);
  else
    gemm.nt(n, layer.in, layer.out, dh, layer.ld, layer.w.data(), layer.ld, dx, ldx, add);
  for (std::size_t p = 0; p < n && !add; ++p)
    std::fill_n(dx + p * ldx + layer.in, ldx - layer.in, T(0));
  if (!layer.skip || l > 0) return;
  T* skipped = scratch.input.need(n * layer.ld_in);
  network_kernels<T>().skip_backward(n, layer.out, dy, layer.in, skipped);
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t i = 0; i < layer.in; ++i)
      dx[p * net.stride + net.order.packed(i)] += skipped[p * layer.ld_in + i];
}

/// Rows of weights in a slice, about: their gradient and what an optimiser keeps beside it fit into
/// a core's second cache.
constexpr std::size_t rows_per_slice = 128;

}  // namespace

template <class T>
void fitting_forward(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, NetworkScratch<T>& scratch) {
  const T* x = input.d;
  const std::size_t n = input.n;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const PackedLayer<T>& layer = net.layers[l];
    T* y = tape[l].y;
    for (std::size_t p = 0; p < n; ++p) std::copy_n(layer.b.data(), layer.ld, y + p * layer.ld);
    times_weights(net, gemm, n, l, x, y, true);
    activate(layer.activation, n * layer.ld, y, tape[l].f1, tape[l].f2h);
    if (tape[l].f) std::copy_n(y, n * layer.ld, tape[l].f);
    const T* skipped = !layer.skip ? nullptr : l > 0 ? x : in_model_order(net, n, x, scratch.input);
    network_kernels<T>().finish_layer(n, layer.out, y, layer.idt_or_null(), skipped, layer.in);
    x = y;
  }
}

template <class T>
void fitting_backward(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n,
                      std::span<const FittingTape<T>> tape, T* lambda_d,
                      NetworkScratch<T>& scratch) {
  const std::size_t last = net.layers.size() - 1;
  std::fill_n(tape[last].lambda_y, n * net.layers[last].ld, T(0));
  for (std::size_t p = 0; p < n; ++p) tape[last].lambda_y[p * net.layers[last].ld] = 1;
  for (std::size_t l = last + 1; l-- > 0;) {
    const PackedLayer<T>& layer = net.layers[l];
    network_kernels<T>().slope_rows(n, layer.ld, tape[l].lambda_y, layer.idt_or_null(), tape[l].f1,
                                    tape[l].lambda_h);
    to_input(net, gemm, n, l, tape[l].lambda_y, tape[l].lambda_h,
             l > 0 ? tape[l - 1].lambda_y : lambda_d, scratch);
  }
}

template <class T>
void fitting_tangent(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, NetworkScratch<T>& scratch) {
  const NetworkKernels<T>& k = network_kernels<T>();
  const T* x = input.d_dot;
  const std::size_t n = input.n;
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const PackedLayer<T>& layer = net.layers[l];
    const std::size_t all = n * layer.ld;
    T* y = tape[l].y_dot;
    times_weights(net, gemm, n, l, x, y, false);
    k.multiply(all, tape[l].f2h, y, tape[l].f2h);
    k.multiply(all, tape[l].f1, y, y);
    if (tape[l].f1h) std::copy_n(y, all, tape[l].f1h);
    const T* skipped = !layer.skip ? nullptr : l > 0 ? x : in_model_order(net, n, x, scratch.input);
    k.finish_layer(n, layer.out, y, layer.idt_or_null(), skipped, layer.in);
    x = y;
  }
}

template <class T>
void fitting_reverse(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const double* c,
                     std::span<const FittingTape<T>> tape, T* mu_d, NetworkScratch<T>& scratch) {
  const std::size_t last = net.layers.size() - 1;
  std::fill_n(tape[last].mu_y, n * net.layers[last].ld, T(0));
  for (std::size_t p = 0; p < n; ++p)
    tape[last].mu_y[p * net.layers[last].ld] = static_cast<T>(c[p]);
  for (std::size_t l = last + 1; l-- > 0;) {
    const PackedLayer<T>& layer = net.layers[l];
    network_kernels<T>().curved_rows(n, layer.ld, tape[l].mu_y, tape[l].f1, tape[l].lambda_y,
                                     tape[l].f2h, layer.idt_or_null(), tape[l].mu_h);
    to_input(net, gemm, n, l, tape[l].mu_y, tape[l].mu_h, l > 0 ? tape[l - 1].mu_y : mu_d, scratch);
  }
}

template <class T>
std::vector<WeightRows> weight_slices(const PackedNetwork<T>& net, std::size_t layer) {
  const std::size_t in = net.layers[layer].in;
  // Whole columns of the descriptor.
  const std::size_t unit = layer == 0 && net.order.axis > 0 ? net.order.axis : 1;
  const std::size_t at_once = std::max<std::size_t>(1, rows_per_slice / unit) * unit;
  const std::size_t slices = (in + at_once - 1) / at_once;
  std::vector<WeightRows> result;
  for (std::size_t k = 0; k < slices; ++k) {
    const std::size_t begin = in / unit * k / slices * unit;
    result.push_back({begin, in / unit * (k + 1) / slices * unit - begin});
  }
  return result;
}

template <class T>
void weight_gradient(const PackedNetwork<T>& net, const Gemm& gemm, const FittingInput<T>& input,
                     std::span<const FittingTape<T>> tape, std::size_t l, const WeightRows& rows,
                     double* w, NetworkScratch<T>& scratch) {
  const PackedLayer<T>& layer = net.layers[l];
  const T* x = l == 0 ? input.d : tape[l - 1].y;
  // The dotted rows stand behind the others: one product with twice the terms.
  const std::size_t terms = 2 * input.n, ldx = net.ld_input(l), out = layer.out;
  const std::size_t axes = l == 0 && net.order.axis > 0 ? net.order.axis : 1;
  T* to;
  if constexpr (sizeof(T) == sizeof(double))
    to = w;
  else
    to = scratch.weights.need(rows.count * out);
  for (std::size_t a = 0; a < axes; ++a)
    gemm.tn(rows.count / axes, out, terms, x + a * net.order.width + rows.begin / axes, ldx,
            tape[l].mu_h, layer.ld, to + a * out, axes * out, false);
  if constexpr (sizeof(T) != sizeof(double))
    network_kernels<T>().to_double(rows.count * out, to, w);
}

template <class T>
void vector_gradient(const PackedNetwork<T>& net, std::size_t n, const FittingTape<T>& tape,
                     std::size_t l, double* vectors, NetworkScratch<T>& scratch) {
  const NetworkKernels<T>& k = network_kernels<T>();
  const PackedLayer<T>& layer = net.layers[l];
  const std::size_t ld = layer.ld;
  T* sum = scratch.weights.need(ld);
  if (layer.has_b) {
    std::fill_n(sum, ld, T(0));
    k.add_columns(n, ld, tape.mu_h, nullptr, sum);
    vectors = std::copy_n(sum, layer.out, vectors);
  }
  if (!layer.has_idt) return;
  std::fill_n(sum, ld, T(0));
  k.add_columns(n, ld, tape.mu_y, tape.f, sum);
  k.add_columns(n, ld, tape.lambda_y, tape.f1h, sum);
  std::copy_n(sum, layer.out, vectors);
}

#define VITRION_INSTANTIATE(T)                                                                    \
  template void fitting_forward(const PackedNetwork<T>&, const Gemm&, const FittingInput<T>&,     \
                                std::span<const FittingTape<T>>, NetworkScratch<T>&);             \
  template void fitting_backward(const PackedNetwork<T>&, const Gemm&, std::size_t,               \
                                 std::span<const FittingTape<T>>, T*, NetworkScratch<T>&);        \
  template void fitting_tangent(const PackedNetwork<T>&, const Gemm&, const FittingInput<T>&,     \
                                std::span<const FittingTape<T>>, NetworkScratch<T>&);             \
  template void fitting_reverse(const PackedNetwork<T>&, const Gemm&, std::size_t, const double*, \
                                std::span<const FittingTape<T>>, T*, NetworkScratch<T>&);         \
  template std::vector<WeightRows> weight_slices(const PackedNetwork<T>&, std::size_t);           \
  template void weight_gradient(const PackedNetwork<T>&, const Gemm&, const FittingInput<T>&,     \
                                std::span<const FittingTape<T>>, std::size_t, const WeightRows&,  \
                                double*, NetworkScratch<T>&);                                     \
  template void vector_gradient(const PackedNetwork<T>&, std::size_t, const FittingTape<T>&,      \
                                std::size_t, double*, NetworkScratch<T>&)
VITRION_INSTANTIATE(float);
VITRION_INSTANTIATE(double);
#undef VITRION_INSTANTIATE

}  // namespace vitrion::potential::kernels
