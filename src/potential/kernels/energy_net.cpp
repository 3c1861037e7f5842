#include "potential/kernels/energy_net.hpp"

#include <algorithm>

#include "potential/kernels/activation.hpp"
#include "potential/kernels/simd_inference.hpp"

namespace vitrion::potential::kernels {

template <class T>
void EnergyNet<T>::load(const Network& network, const HalfOrder& order) {
  order_ = order;
  // A row of the rectangle is written in whole lines.
  stride_ = padded<T>(order.count() + 64 / sizeof(T));
  layers_ = std::vector<Layer>(network.layers.size());
  for (std::size_t l = 0; l < layers_.size(); ++l)
    load_layer(network.layers[l], l == 0, l + 1 == layers_.size(), layers_[l]);
}

template <class T>
void EnergyNet<T>::load_layer(const potential::Layer& from, bool first, bool last,
                              Layer& to) const {
  to.in = first ? order_.count() : from.in;
  to.model_in = from.in;
  to.out = from.out;
  to.ld_in = padded<T>(to.in);
  to.ld = padded<T>(from.out);
  to.skip = from.resnet && (from.out == from.in || from.out == 2 * from.in);
  to.activation = from.activation;
  to.is_column = last && from.out == 1 && !to.skip;

  // Summed in double, rounded once.
  std::vector<double> sum(to.in * to.out, 0);
  for (std::size_t i = 0; i < from.in; ++i)
    for (std::size_t o = 0; o < from.out; ++o)
      sum[(first ? order_.place(i) : i) * from.out + o] += from.w[i * from.out + o];
  const auto padded_copy = [](const std::vector<double>& values, std::size_t ld, Buffer<T>& out) {
    T* p = out.need(ld);
    for (std::size_t k = 0; k < values.size(); ++k) p[k] = static_cast<T>(values[k]);
  };
  padded_copy(from.b, to.ld, to.b);
  padded_copy(from.idt, to.ld, to.idt);
  to.has_idt = !from.idt.empty();
  if (to.is_column) {
    padded_copy(sum, first ? stride_ : to.ld_in, to.column);
    return;
  }
  std::vector<T> w(to.in * to.ld), turned(to.out * to.ld_in);
  for (std::size_t i = 0; i < to.in; ++i)
    for (std::size_t o = 0; o < to.out; ++o)
      w[i * to.ld + o] = turned[o * to.ld_in + i] = static_cast<T>(sum[i * to.out + o]);
  to.w.assign(to.in, to.ld, w.data(), to.ld);
  to.w_turned.assign(to.out, to.ld_in, turned.data(), to.ld_in);
}

template <class T>
void EnergyNet<T>::compute(const Gemm& gemm, std::size_t n, const T* d, T* energy, T* dd,
                           EnergyScratch<T>& scratch) const {
  forward(gemm, n, d, scratch);
  const Layer& last = layers_.back();
  const T* y = scratch.y[layers_.size() - 1].data();
  for (std::size_t p = 0; p < n; ++p) energy[p] = y[p * (last.is_column ? 1 : last.ld)];
  backward(gemm, n, dd, scratch);
}

template <class T>
void EnergyNet<T>::forward(const Gemm& gemm, std::size_t n, const T* d,
                           EnergyScratch<T>& scratch) const {
  scratch.y.resize(std::max(scratch.y.size(), layers_.size()));
  scratch.slope.resize(scratch.y.size());
  const T* x = d;
  for (std::size_t l = 0; l < layers_.size(); ++l) {
    const Layer& layer = layers_[l];
    T* y = scratch.y[l].need(n * layer.ld);
    if (layer.is_column)
      inference_kernels<T>().dot_rows(n, ld_input(l), x, layer.column.data(), y);
    else
      layer.w.product(gemm, n, x, ld_input(l), y, layer.ld, false);
    finish(l, n, x, scratch);
    x = y;
  }
}

template <class T>
void EnergyNet<T>::finish(std::size_t l, std::size_t n, const T* x,
                          EnergyScratch<T>& scratch) const {
  const Layer& layer = layers_[l];
  T* y = scratch.y[l].data();
  T* slope = scratch.slope[l].need(n * layer.ld);
  if (layer.is_column) {
    for (std::size_t p = 0; p < n; ++p) y[p] += layer.b.data()[0];
    activate(layer.activation, n, y, slope, nullptr);
    for (std::size_t p = 0; p < n && layer.has_idt; ++p) {
      y[p] *= layer.idt.data()[0];
      slope[p] *= layer.idt.data()[0];
    }
    return;
  }
  const T* skipped = layer.skip ? x : nullptr;
  if (layer.skip && l == 0) {
    // D in the model's order.
    T* full = scratch.skip.need(n * padded<T>(layer.model_in));
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t i = 0; i < layer.model_in; ++i)
        full[p * padded<T>(layer.model_in) + i] = x[p * stride_ + order_.place(i)];
    skipped = full;
  }
  const T* idt = layer.has_idt ? layer.idt.data() : nullptr;
  if (layer.activation.kind == Activation::Kind::tanh) {
    inference_kernels<T>().tanh_layer(n, layer.out, layer.b.data(), idt, skipped, layer.model_in, y,
                                      slope);
    return;
  }
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t k = 0; k < layer.ld; ++k) y[p * layer.ld + k] += layer.b.data()[k];
  activate(layer.activation, n * layer.ld, y, slope, nullptr);
  network_kernels<T>().finish_layer(n, layer.out, y, idt, skipped, layer.model_in);
  for (std::size_t p = 0; p < n && idt; ++p)
    for (std::size_t k = 0; k < layer.ld; ++k) slope[p * layer.ld + k] *= idt[k];
}

template <class T>
void EnergyNet<T>::backward(const Gemm& gemm, std::size_t n, T* dd,
                            EnergyScratch<T>& scratch) const {
  std::size_t widest = 0;
  for (const Layer& layer : layers_) widest = std::max(widest, layer.ld);
  T* lambda = scratch.lambda[0].need(n * widest);
  T* spare = scratch.lambda[1].need(n * widest);
  const Layer& last = layers_.back();
  if (!last.is_column) {
    std::fill_n(lambda, n * last.ld, T(0));
    for (std::size_t p = 0; p < n; ++p) lambda[p * last.ld] = 1;
  }
  for (std::size_t l = layers_.size(); l-- > 1;)
    if (to_input(gemm, l, n, lambda, spare, scratch) == spare) std::swap(lambda, spare);
  to_input(gemm, 0, n, lambda, dd, scratch);
}

template <class T>
T* EnergyNet<T>::to_input(const Gemm& gemm, std::size_t l, std::size_t n, T* lambda_y, T* spare,
                          EnergyScratch<T>& scratch) const {
  const Layer& layer = layers_[l];
  const std::size_t ldx = ld_input(l);
  const T* slope = scratch.slope[l].data();
  if (layer.is_column) {  // the last layer, whose lambda_y is 1
    for (std::size_t p = 0; p < n; ++p)
      for (std::size_t k = 0; k < layer.ld_in; ++k)
        spare[p * ldx + k] = slope[p] * layer.column.data()[k];
    return spare;
  }
  T* lambda_h = scratch.lambda_h.need(n * layer.ld);
  network_kernels<T>().multiply(n * layer.ld, lambda_y, slope, lambda_h);
  const bool in_place = l > 0 && layer.skip && layer.in == layer.out;
  const bool add = l > 0 && layer.skip;
  T* const to = in_place ? lambda_y : spare;
  if (add && !in_place) network_kernels<T>().skip_backward(n, layer.out, lambda_y, layer.in, to);
  layer.w_turned.product(gemm, n, lambda_h, layer.ld, to, ldx, add);
  if (l > 0 || !layer.skip) return to;
  const std::size_t ld_model = padded<T>(layer.model_in);
  T* skipped = scratch.skip.need(n * ld_model);
  network_kernels<T>().skip_backward(n, layer.out, lambda_y, layer.model_in, skipped);
  for (std::size_t p = 0; p < n; ++p)
    for (std::size_t i = 0; i < layer.model_in; ++i)
      to[p * stride_ + order_.place(i)] += skipped[p * ld_model + i];
  return to;
}

template class EnergyNet<float>;
template class EnergyNet<double>;

}  // namespace vitrion::potential::kernels
