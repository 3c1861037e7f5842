// What the benches compute: a random cell of Na3PS4 and the paper's network with random weights.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "potential/model.hpp"
#include "structures/neighbours.hpp"

namespace vitrion {
class ThreadPool;
}

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

/// Multiply-adds per atom of the fitting net forward and backward, times two: the floating-point
/// operations that no implementation can avoid, but for the entries of the descriptor that come
/// twice.
[[nodiscard]] double fitting_flop_per_atom(const NetworkSize& size);

/// GFLOP/s of the fitting net's largest product (32 x 1600 x 240) on `threads` threads at once, by
/// the default matrix back end: the rate against which a step is held.
[[nodiscard]] double measured_gflops(bool single, std::size_t threads);

/// The matrix products of the fitting net and nothing else: forward and backward, in blocks, on a
/// pool of threads.
class Floor {
 public:
  Floor(const NetworkSize& size, bool single, ThreadPool& threads);
  ~Floor();
  /// Computes the products of `atoms` atoms.
  void run(std::size_t atoms);

  struct Implementation;  ///< one per precision, in cell.cpp

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vitrion::bench
