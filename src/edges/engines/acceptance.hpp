// Acceptance: when what a program printed counts as the label of the frame that it was given.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "edges/formats/calculations/calculation.hpp"
#include "learn/labeller.hpp"
#include "structures/frame.hpp"

namespace vitrion::engines {

/// What the labels of a level say of themselves, and the largest raw net force that they may have.
struct Acceptance {
  std::string level, engine, settings_hash, kpoints;
  double net_force = 0.5;  ///< eV/A, norm of the sum of the forces
};

/// A copy of `asked` with labels and provenance if the one calculation of an output is beyond
/// doubt: its end, its convergence, the atoms and the cell that were asked (1e-4 A, or the digits
/// of the echo), finite numbers, a small net force (then taken off), a virial.
/// @param order (atoms) the atom of `asked` that stands k-th in the output
[[nodiscard]] learn::Labelled accept(const Acceptance& acceptance, const structures::Frame& asked,
                                     std::span<const std::size_t> order,
                                     const std::vector<formats::Calculation>& found);

/// Atoms grouped by species in the order of their names, as codes with one potential a kind need
/// them.
[[nodiscard]] std::vector<std::size_t> grouped(const structures::Frame& frame);

}  // namespace vitrion::engines
