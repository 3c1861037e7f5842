// Relaxation: moves the atoms of a fixed cell downhill until no force is left.
#pragma once

#include <functional>
#include <vector>

#include "base/vec3.hpp"
#include "structures/frame.hpp"

namespace vitrion::md {

struct RelaxOptions {
  double force = 0.01;  ///< eV/A: the largest force that may be left
  std::size_t most_steps = 2000;
  double longest_move = 0.1;  ///< A, of an atom in a step
};

struct Relaxed {
  structures::Frame frame;
  double largest_force = 0;  ///< eV/A
  std::size_t steps = 0;
  bool converged = false;
};

/// Forces (eV/A) of a frame, one per atom.
using Forces = std::function<std::vector<Vec3>(const structures::Frame&)>;

/// FIRE (Bitzek et al., 10.1103/PhysRevLett.97.170201) with equal masses, the cell as it is.
[[nodiscard]] Relaxed relax(structures::Frame frame, const Forces& forces,
                            const RelaxOptions& options = {});

}  // namespace vitrion::md
