#include "potential/kernels/network.hpp"

#include <algorithm>

#include "potential/kernels/activation.hpp"

namespace vitrion::potential::kernels {

namespace {

/// Where a layer's weights stand in double precision; b and idt may be null.
struct LayerSource {
  const double* w;
  const double* b;
  const double* idt;
};

template <class T>
void load_layer(const LayerSource& from, const InputOrder& order, bool turned, PackedLayer<T>& to) {
  const NetworkKernels<T>& k = network_kernels<T>();
  T* w = to.w.need(to.in * to.ld);
  for (std::size_t i = 0; i < to.in; ++i)
    k.from_double(to.out, from.w + i * to.out, w + order.packed(i) * to.ld);
  T* b = to.b.need(to.ld);
  if (to.has_b) k.from_double(to.out, from.b, b);
  T* idt = to.idt.need(to.ld);
  if (to.has_idt) k.from_double(to.out, from.idt, idt);
  if (!turned) return;
  T* w_turned = to.w_turned.need(to.out * to.ld_in);
  for (std::size_t i = 0; i < to.in; ++i)
    for (std::size_t o = 0; o < to.out; ++o) w_turned[o * to.ld_in + i] = w[i * to.ld + o];
}

/// h (n, ld) = the bias in every row.
template <class T>
void fill_rows(std::size_t n, std::size_t ld, const T* row, T* h) {
  for (std::size_t p = 0; p < n; ++p) std::copy_n(row, ld, h + p * ld);
}

/// From h and hdot, standing in y and y_dot, to the end of the layer.
template <class T>
void finish(const PackedLayer<T>& layer, std::size_t n, const LayerTape<T>& tape, const T* x,
            const T* x_dot) {
  const NetworkKernels<T>& k = network_kernels<T>();
  const std::size_t all = n * layer.ld;
  activate(layer.activation, all, tape.y, tape.f1, static_cast<T*>(nullptr));
  k.multiply(all, tape.f1, tape.y_dot, tape.y_dot);
  k.finish_layer(n, layer.out, tape.y, layer.idt_or_null(), x, layer.in);
  k.finish_layer(n, layer.out, tape.y_dot, layer.idt_or_null(), x_dot, layer.in);
}

}  // namespace

template <class T>
void PackedNetwork<T>::load(const Network& network, InputOrder input_order, bool with_turned) {
  order = input_order;
  turned = with_turned;
  stride = padded<T>(network.layers.front().in + padded<T>(order.width) - order.width);
  layers.resize(network.layers.size());
  for (std::size_t l = 0; l < layers.size(); ++l) {
    const Layer& from = network.layers[l];
    PackedLayer<T>& to = layers[l];
    to.in = from.in;
    to.out = from.out;
    to.ld_in = padded<T>(from.in);
    to.ld = padded<T>(from.out);
    to.skip = from.resnet && (from.out == from.in || from.out == 2 * from.in);
    to.activation = from.activation;
    to.has_b = !from.b.empty();
    to.has_idt = !from.idt.empty();
    load_layer({from.w.data(), from.b.data(), from.idt.data()}, l == 0 ? order : InputOrder{},
               turned, to);
  }
}

template <class T>
void PackedNetwork<T>::load(const double* values) {
  for (std::size_t l = 0; l < layers.size(); ++l) {
    PackedLayer<T>& layer = layers[l];
    const double* b = values + layer.in * layer.out;
    const double* idt = b + layer.has_b * layer.out;
    load_layer({values, b, idt}, l == 0 ? order : InputOrder{}, turned, layer);
    values += layer.count();
  }
}

template <class T>
void PackedNetwork<T>::load_rows(std::size_t l, std::size_t begin, std::size_t count,
                                 const double* from) {
  PackedLayer<T>& layer = layers[l];
  const InputOrder rows = l == 0 ? order : InputOrder{};
  for (std::size_t i = 0; i < count; ++i)
    network_kernels<T>().from_double(layer.out, from + i * layer.out,
                                     layer.w.data() + rows.packed(begin + i) * layer.ld);
}

template <class T>
void PackedNetwork<T>::load_vectors(std::size_t l, const double* from) {
  PackedLayer<T>& layer = layers[l];
  if (layer.has_b) network_kernels<T>().from_double(layer.out, from, layer.b.data());
  if (layer.has_idt)
    network_kernels<T>().from_double(layer.out, from + layer.has_b * layer.out, layer.idt.data());
}

template <class T>
std::size_t PackedNetwork<T>::count() const {
  std::size_t count = 0;
  for (const auto& layer : layers) count += layer.count();
  return count;
}

template <class T>
std::size_t PackedNetwork<T>::widest() const {
  std::size_t widest = 0;
  for (const auto& layer : layers) widest = std::max(widest, layer.ld);
  return widest;
}

template <class T>
void NetworkGradient<T>::clear(const PackedNetwork<T>& net) {
  std::size_t count = 0;
  for (const auto& layer : net.layers) count += (layer.in + 2) * layer.ld;
  T* next = values_.need(count);
  std::fill_n(next, count, T(0));
  layers_.clear();
  for (const auto& layer : net.layers) {
    layers_.push_back({next, next + layer.in * layer.ld, next + (layer.in + 1) * layer.ld});
    next += (layer.in + 2) * layer.ld;
  }
}

template <class T>
void NetworkGradient<T>::add_to(const PackedNetwork<T>& net, double* sum) const {
  for (std::size_t l = 0; l < net.layers.size(); ++l) {
    const PackedLayer<T>& layer = net.layers[l];
    const auto add_row = [&](const T* row) {
      for (std::size_t o = 0; o < layer.out; ++o) sum[o] += static_cast<double>(row[o]);
      sum += layer.out;
    };
    for (std::size_t i = 0; i < layer.in; ++i) add_row(layers_[l].w + i * layer.ld);
    if (layer.has_b) add_row(layers_[l].b);
    if (layer.has_idt) add_row(layers_[l].idt);
  }
}

template <class T>
void embedding_forward(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const LayerTape<T>> tape, NetworkScratch<T>& scratch) {
  const PackedLayer<T>& first = net.layers.front();
  const T* x = nullptr;
  const T* x_dot = nullptr;
  if (first.skip) {
    T* column = scratch.input.need(n * first.ld_in);
    T* ones = scratch.input_dot.need(n * first.ld_in);
    for (std::size_t p = 0; p < n; ++p) {
      column[p * first.ld_in] = s[p];
      ones[p * first.ld_in] = 1;
    }
    x = column;
    x_dot = ones;
  }
  network_kernels<T>().scalar_layer(n, first.ld, s, first.w.data(), first.b.data(), tape[0].y);
  fill_rows(n, first.ld, first.w.data(), tape[0].y_dot);
  finish(first, n, tape[0], x, x_dot);
  for (std::size_t l = 1; l < net.layers.size(); ++l) {
    const PackedLayer<T>& layer = net.layers[l];
    x = tape[l - 1].y;
    x_dot = tape[l - 1].y_dot;
    fill_rows(n, layer.ld, layer.b.data(), tape[l].y);
    gemm.nn(n, layer.ld, layer.in, x, layer.ld_in, layer.w.data(), layer.ld, tape[l].y, layer.ld,
            true);
    gemm.nn(n, layer.ld, layer.in, x_dot, layer.ld_in, layer.w.data(), layer.ld, tape[l].y_dot,
            layer.ld, false);
    finish(layer, n, tape[l], layer.skip ? x : nullptr, layer.skip ? x_dot : nullptr);
  }
}

template struct PackedNetwork<float>;
template struct PackedNetwork<double>;
template class NetworkGradient<float>;
template class NetworkGradient<double>;
template void embedding_forward(const PackedNetwork<float>&, const Gemm&, std::size_t, const float*,
                                std::span<const LayerTape<float>>, NetworkScratch<float>&);
template void embedding_forward(const PackedNetwork<double>&, const Gemm&, std::size_t,
                                const double*, std::span<const LayerTape<double>>,
                                NetworkScratch<double>&);

}  // namespace vitrion::potential::kernels
