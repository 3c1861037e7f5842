// Model deviation: how far an ensemble's members disagree on forces and virial, and the rows that
// say so. Zhang et al., Phys. Rev. Mater. 3, 023804 (2019); definitions and columns as in
// DeePMD-kit's pair style.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/vec3.hpp"

namespace vitrion::md {

/// eps_i = sqrt(mean_k |F_i^k - <F_i>|^2), the mean over the K members; with a level l (eV/A)
/// divided by
/// |<F_i>| + l. Overwrites `eps` (N), eV/A.
/// @param forces K arrays of at least N forces, eV/A
void force_deviation(std::span<const std::span<const Vec3>> forces, std::optional<double> level,
                     std::span<double> eps);

/// Maximum, minimum and average of a deviation.
struct Spread {
  double max = 0;
  double min = 0;
  double avg = 0;  ///< the mean over atoms; of a virial the root mean square over components
};

/// Spread over atoms; zeros for none.
[[nodiscard]] Spread force_spread(std::span<const double> eps);

/// Spread over the nine components of the standard deviation of the members' virials per atom, eV;
/// with a level l (eV) each is divided by |<V_ab>| + l first.
[[nodiscard]] Spread virial_spread(std::span<const Mat3> virials_per_atom,
                                   std::optional<double> level);

/// The first line of model_devi.out; `atomic` adds the title of a column per atom.
[[nodiscard]] std::string deviation_header(bool atomic);
/// A row of it; `atoms` holds eps_i in the order of the atoms' IDs, or nothing.
[[nodiscard]] std::string deviation_row(long step, const Spread& virial, const Spread& force,
                                        std::span<const double> atoms = {});

}  // namespace vitrion::md
