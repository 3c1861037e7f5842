// What the benches compute: a random cell of Na3PS4 and the paper's network with random weights.
#pragma once

#include <cstddef>
#include <vector>

#include "potential/model.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::bench {

/// Sizes of a network; the default is the paper's (descriptor 25-50-100 / 16, fitting 240x3, 6 A).
struct NetworkSize {
  std::vector<std::size_t> neuron = {25, 50, 100};
  std::size_t axis_neuron = 16;
  std::vector<std::size_t> fitting = {240, 240, 240};
};

/// Four types, two-sided, weights of order 1/sqrt(in+out): as costly as a trained one.
[[nodiscard]] potential::Model random_model(const NetworkSize& size);

/// Atoms at the density of Na3PS4 glass (0.048 per A^3), none closer than 1.8 A.
struct RandomCell {
  explicit RandomCell(std::size_t atoms, double cutoff);

  std::vector<int> types;
  structures::NeighbourList neighbours;
};

/// Multiply-adds per atom of the fitting net forward and backward, times two: the floating-point operations that
/// no implementation can avoid.
[[nodiscard]] double fitting_flop_per_atom(const NetworkSize& size);

/// GFLOP/s of the fitting net's largest product (32 x 1600 x 240) on `threads` threads at once, by the default
/// matrix back end: the rate against which a step is held.
[[nodiscard]] double measured_gflops(bool single, std::size_t threads);

}  // namespace vitrion::bench
