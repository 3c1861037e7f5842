// Softening: by how much a teacher's surface is too soft beside the truth, and when one factor says
// it.
#pragma once

#include <limits>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::learn {

/// A least-squares factor truth / teacher, with its standard error by leaving out one frame at a
/// time; the error is infinite where the frames are too few.
struct SofteningFactor {
  double value = 1;
  double error = std::numeric_limits<double>::infinity();
};

struct Softening {
  std::size_t frames = 0;
  SofteningFactor energy, force, virial;
  std::map<std::string, SofteningFactor> force_of;  ///< by species

  /// The factor of the forces where all others agree with it, else 1: a potential energy surface
  /// has one scale, and labels that are scaled otherwise are those of none.
  double applied = 1;
  std::string disagreement;  ///< why it is not applied; empty if it is

  std::vector<std::string> species;
  std::vector<double> offsets;  ///< eV per atom: truth - applied * teacher

  double force_raw = 0, force_left = 0;  ///< RMSE of the teacher's forces, before and after, eV/A
  double energy_left = 0;                ///< RMSE after factor and offsets, eV/atom
  double virial_left = 0;                ///< RMSE after the factor, eV/atom
};

/// Labels of the same frames by both, neither with dispersion. Energies are compared after one
/// offset per species.
/// @param tolerance share by which a factor may differ from that of the forces, beside twice its
/// own error
/// @throws InputError if a pair is not one structure with energy, forces and virial.
[[nodiscard]] Softening fit_softening(std::span<const structures::Frame> teacher,
                                      std::span<const structures::Frame> truth,
                                      double tolerance = 0.1);

/// The teacher's labels on the truth's scale and zero of energy.
[[nodiscard]] structures::Frame on_the_scale_of_truth(const structures::Frame& teacher,
                                                      const Softening& softening);

}  // namespace vitrion::learn
