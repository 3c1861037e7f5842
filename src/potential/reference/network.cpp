#include "potential/reference/network.hpp"

#include "potential/activation.hpp"

namespace vitrion::potential::reference {

namespace {

/// Column j of x W + b.
double pre_activation(const Layer& layer, std::span<const double> x, std::size_t j) {
  double a = layer.b.empty() ? 0.0 : layer.b[j];
  for (std::size_t i = 0; i < layer.in; ++i) a += x[i] * layer.w[i * layer.out + j];
  return a;
}

/// How often x is added to z: not at all, once, or twice side by side.
std::size_t skips(const Layer& layer) {
  if (!layer.resnet) return 0;
  if (layer.out == layer.in) return 1;
  return layer.out == 2 * layer.in ? 2 : 0;
}

}  // namespace

std::vector<double> layer(const Layer& layer, std::span<const double> x) {
  std::vector<double> z(layer.out);
  for (std::size_t j = 0; j < layer.out; ++j) {
    z[j] = activate(layer.activation, pre_activation(layer, x, j)).f;
    if (!layer.idt.empty()) z[j] *= layer.idt[j];
  }
  for (std::size_t k = 0; k < skips(layer); ++k)
    for (std::size_t i = 0; i < layer.in; ++i) z[k * layer.in + i] += x[i];
  return z;
}

std::vector<double> layer_derivative(const Layer& layer, std::span<const double> x,
                                     std::span<const double> dE_dz) {
  std::vector<double> dE_dx(layer.in, 0.0);
  for (std::size_t j = 0; j < layer.out; ++j) {
    double dE_da = dE_dz[j] * activate(layer.activation, pre_activation(layer, x, j)).df_dx;
    if (!layer.idt.empty()) dE_da *= layer.idt[j];
    for (std::size_t i = 0; i < layer.in; ++i) dE_dx[i] += dE_da * layer.w[i * layer.out + j];
  }
  for (std::size_t k = 0; k < skips(layer); ++k)
    for (std::size_t i = 0; i < layer.in; ++i) dE_dx[i] += dE_dz[k * layer.in + i];
  return dE_dx;
}

Trace network(const Network& network, std::span<const double> x) {
  Trace trace = {{x.begin(), x.end()}};
  for (const Layer& l : network.layers) trace.push_back(layer(l, trace.back()));
  return trace;
}

std::vector<double> network_derivative(const Network& network, const Trace& trace,
                                       std::span<const double> dE_dy) {
  std::vector<double> gradient(dE_dy.begin(), dE_dy.end());
  for (std::size_t k = network.layers.size(); k-- > 0;)
    gradient = layer_derivative(network.layers[k], trace[k], gradient);
  return gradient;
}

}  // namespace vitrion::potential::reference
