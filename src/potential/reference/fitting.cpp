#include "potential/reference/fitting.hpp"

#include "potential/reference/network.hpp"

namespace vitrion::potential::reference {

double atom_energy(const Model& model, int type, std::span<const double> D) {
  const auto t = static_cast<std::size_t>(type);
  if (model.excludes_atom(type)) return 0;
  if (model.fitting.excludes(type)) return model.out_bias[t];
  const Network& net = model.fitting.nets[t];
  double energy = network(net, D).back()[0] + model.fitting.bias_atom_e[t] + model.out_bias[t];
  if (model.fitting.removes_vacuum(type))
    energy -= network(net, std::vector<double>(D.size(), 0.0)).back()[0];
  return energy;
}

std::vector<double> atom_energy_derivative(const Model& model, int type,
                                           std::span<const double> D) {
  if (model.excludes_atom(type) || model.fitting.excludes(type))
    return std::vector<double>(D.size(), 0.0);
  const Network& net = model.fitting.nets[static_cast<std::size_t>(type)];
  return network_derivative(net, network(net, D), std::vector<double>{1.0});
}

}  // namespace vitrion::potential::reference
