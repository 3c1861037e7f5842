// Energy, forces, virial and atomic virials of a configuration by the formulas, in double
// precision, without threads or blocking. For tests only: the engine is for work.
#pragma once

#include "potential/configuration.hpp"
#include "potential/model.hpp"

namespace vitrion::potential::reference {

/// With P_ij = dE_i/dd_ij: F_i += P_ij, F_j -= P_ij, W_ab -= (P_ij)_a (d_ij)_b, the last also as
/// the atomic virial of j.
[[nodiscard]] Result evaluate(const Model& model, const Configuration& configuration);

}  // namespace vitrion::potential::reference
