#include "potential/reference/descriptor.hpp"

namespace vitrion::potential::reference {

namespace {

Term term(const Model& model, int centre, int neighbour, const EnvironmentRow& row) {
  const EnvironmentRow R = normalised(model.descriptor, centre, row);
  const Network& net = model.descriptor.embedding(centre, neighbour);
  return {neighbour, 1.0, R, network(net, std::span(R).first(1)), 0, false};
}

}  // namespace

Environment descriptor(const Model& model, const Configuration& configuration, std::size_t centre,
                       const Slots& slots) {
  const Descriptor& d = model.descriptor;
  Environment e{configuration.types[centre], {}, {}, {}};
  for (int t = 0; t < static_cast<int>(model.types()); ++t) {
    const auto block = static_cast<std::size_t>(t);
    if (!d.excludes(e.type, t))
      for (std::size_t k = slots.first[block]; k < slots.first[block + 1]; ++k) {
        const Vec3& r = configuration.displacement[slots.entry[k]];
        e.terms.push_back(term(model, e.type, t, environment_row(d, r)));
        e.terms.back().entry = slots.entry[k];
      }
    if (slots.empty[block] > 0) {
      e.terms.push_back(term(model, e.type, t, EnvironmentRow{}));
      e.terms.back().count = slots.empty[block];
      e.terms.back().empty = true;
    }
  }

  const auto nnei = static_cast<double>(d.slots());
  e.gr.assign(d.width(), {});
  for (const Term& term : e.terms)
    for (std::size_t k = 0; k < d.width(); ++k)
      for (std::size_t c = 0; c < 4; ++c)
        e.gr[k][c] += term.count * term.trace.back()[k] * term.R[c] / nnei;

  e.D.assign(d.size(), 0.0);
  for (std::size_t k = 0; k < d.width(); ++k)
    for (std::size_t l = 0; l < d.axis_neuron; ++l)
      for (std::size_t c = 0; c < 4; ++c) e.D[k * d.axis_neuron + l] += e.gr[k][c] * e.gr[l][c];
  return e;
}

std::vector<EnvironmentRow> descriptor_derivative(const Model& model,
                                                  const Environment& environment,
                                                  std::span<const double> dE_dD) {
  const Descriptor& d = model.descriptor;
  const auto nnei = static_cast<double>(d.slots());
  std::vector<std::array<double, 4>> dE_dgr(d.width(), std::array<double, 4>{});
  for (std::size_t k = 0; k < d.width(); ++k)
    for (std::size_t l = 0; l < d.axis_neuron; ++l)
      for (std::size_t c = 0; c < 4; ++c) {
        dE_dgr[k][c] += dE_dD[k * d.axis_neuron + l] * environment.gr[l][c];
        dE_dgr[l][c] += dE_dD[k * d.axis_neuron + l] * environment.gr[k][c];
      }

  std::vector<EnvironmentRow> dE_dR(environment.terms.size(), EnvironmentRow{});
  for (std::size_t n = 0; n < environment.terms.size(); ++n) {
    const Term& term = environment.terms[n];
    if (term.empty) continue;
    std::vector<double> dE_dg(d.width(), 0.0);
    for (std::size_t k = 0; k < d.width(); ++k)
      for (std::size_t c = 0; c < 4; ++c) {
        dE_dR[n][c] += dE_dgr[k][c] * term.trace.back()[k] / nnei;
        dE_dg[k] += dE_dgr[k][c] * term.R[c] / nnei;
      }
    const Network& net = d.embedding(environment.type, term.type);
    dE_dR[n][0] += network_derivative(net, term.trace, dE_dg)[0];
  }
  return dE_dR;
}

}  // namespace vitrion::potential::reference
