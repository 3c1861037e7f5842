#include "potential/reference/evaluate.hpp"

#include "potential/reference/descriptor.hpp"
#include "potential/reference/fitting.hpp"
#include "potential/slots.hpp"

namespace vitrion::potential::reference {

Result evaluate(const Model& model, const Configuration& configuration) {
  Result result;
  result.atom_energy.assign(configuration.centres(), 0.0);
  result.force.assign(configuration.atoms(), Vec3{});
  result.atom_virial.assign(configuration.atoms(), Mat3{});
  result.most_neighbours.assign(model.types(), 0);

  Slots slots;
  for (std::size_t i = 0; i < configuration.centres(); ++i) {
    const int type = configuration.types[i];
    if (type < 0) continue;
    assign_slots(model, configuration, i, slots);
    keep_most(result.most_neighbours, slots.found);

    const Environment environment = descriptor(model, configuration, i, slots);
    result.atom_energy[i] = atom_energy(model, type, environment.D);
    result.energy += result.atom_energy[i];

    const std::vector<double> dE_dD = atom_energy_derivative(model, type, environment.D);
    const std::vector<EnvironmentRow> dE_dR = descriptor_derivative(model, environment, dE_dD);
    for (std::size_t n = 0; n < environment.terms.size(); ++n) {
      const Term& term = environment.terms[n];
      if (term.empty) continue;
      const auto j = static_cast<std::size_t>(configuration.index[term.entry]);
      const Vec3& d = configuration.displacement[term.entry];
      const std::array<Vec3, 4> dR_dd = environment_row_derivative(model.descriptor, d);
      Vec3 P{};
      for (std::size_t c = 0; c < 4; ++c)
        P += dE_dR[n][c] / model.descriptor.dstd[static_cast<std::size_t>(type)][c] * dR_dd[c];
      result.force[i] += P;
      result.force[j] -= P;
      result.virial += -1.0 * outer(P, d);
      result.atom_virial[j] += -1.0 * outer(P, d);
    }
  }
  return result;
}

}  // namespace vitrion::potential::reference
