// The descriptor D = (G^T R)(G^T R)_<^T of one centre and its derivative, as plain loops.
// Zhang et al., NeurIPS 2018 (arXiv:1805.09003), eqs. 5-8.
#pragma once

#include <span>
#include <vector>

#include "potential/environment.hpp"
#include "potential/model.hpp"
#include "potential/reference/network.hpp"
#include "potential/slots.hpp"

namespace vitrion::potential::reference {

/// What one slot, or all empty slots of a block together, add to G^T R.
struct Term {
  int type;           ///< of the neighbour, or of the block
  double count;       ///< 1, or the number of empty slots
  EnvironmentRow R;   ///< normalised
  Trace trace;        ///< of the embedding at R[0]; g = trace.back()
  std::size_t entry;  ///< place in the neighbour list
  bool empty;
};

/// A centre's environment with its intermediate results.
struct Environment {
  int type;  ///< of the centre
  std::vector<Term> terms;
  std::vector<std::array<double, 4>> gr;  ///< (ng) G^T R / nnei, nnei = sum(sel)
  std::vector<double> D;                  ///< (ng * axis_neuron), row-major
};

/// Pairs of descriptor.exclude_types add nothing; empty slots add their padding value, also in the
/// block of an excluded type (as DeePMD-kit's PyTorch and native back ends do; its TensorFlow one
/// drops those too).
[[nodiscard]] Environment descriptor(const Model& model, const Configuration& configuration,
                                     std::size_t centre, const Slots& slots);

/// dE/dR of each term (normalised rows) from dE/dD. Empty slots hold constants and get zeros.
[[nodiscard]] std::vector<EnvironmentRow> descriptor_derivative(const Model& model,
                                                                const Environment& environment,
                                                                std::span<const double> dE_dD);

}  // namespace vitrion::potential::reference
