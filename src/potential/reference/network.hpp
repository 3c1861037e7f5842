// A network and its derivative as plain loops: the version that stays and that the kernels are held
// to.
#pragma once

#include <span>
#include <vector>

#include "potential/model.hpp"

namespace vitrion::potential::reference {

/// z = act(x W + b) * idt (+ x, or + concat(x, x), where the skip acts); overwrites its result.
[[nodiscard]] std::vector<double> layer(const Layer& layer, std::span<const double> x);

/// dE/dx (in) from dE/dz (out) at the input x.
[[nodiscard]] std::vector<double> layer_derivative(const Layer& layer, std::span<const double> x,
                                                   std::span<const double> dE_dz);

/// The input of each layer and, last, the network's output.
using Trace = std::vector<std::vector<double>>;

[[nodiscard]] Trace network(const Network& network, std::span<const double> x);

/// dE/dx from dE/d(output) along a trace.
[[nodiscard]] std::vector<double> network_derivative(const Network& network, const Trace& trace,
                                                     std::span<const double> dE_dy);

}  // namespace vitrion::potential::reference
