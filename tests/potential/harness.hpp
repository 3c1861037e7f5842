// One harness for anything that gives energy, forces and virial of a frame: derivatives against
// central differences, invariances, sums, smoothness at the cutoff. Reference and engine both pass
// through it.
#pragma once

#include <functional>

#include "potential/configuration.hpp"
#include "potential/model.hpp"
#include "structures/frame.hpp"

namespace vitrion::potential {

/// What is under test; atomic virials are optional.
using Potential = std::function<Result(const structures::Frame&)>;

/// Steps and tolerances of the checks, for forces of the order of 1 eV/A.
struct HarnessSettings {
  double step;        ///< A, and as strain: the displacement of the central differences
  double difference;  ///< eV/A and eV: derivative against differences
  double rounding;    ///< eV, eV/A: results that differ in the order of sums only
};

/// h = 1e-5 A: the truncation h^2 E''' / 6 is 1e-8 for third derivatives up to 1e3 eV/A^3, the
/// rounding 1e-15 |E| / h is 1e-9 for |E| up to 10 eV; together well under 5e-7. Sums of some 1e4
/// terms of order 1 round to 1e-12; nets and divisions by dstd amplify this tenfold.
[[nodiscard]] HarnessSettings double_precision();
/// Nets in single precision round atomic energies to 1e-6 eV: h = 1e-2 A balances rounding (1e-4)
/// against truncation h^2 E''' / 6 (1e-3 for E''' of 100 eV/A^3).
[[nodiscard]] HarnessSettings single_precision();

/// F = -dE/dr for each component of each atom.
void check_forces(const Potential& potential, const structures::Frame& frame,
                  const HarnessSettings& settings);
/// W_ab = -dE/d(strain_ba) for all nine strains, and W symmetric. Periodic or open.
void check_virial(const Potential& potential, const structures::Frame& frame,
                  const HarnessSettings& settings);
/// Atomic energies sum to the energy, forces to zero, atomic virials (if given) to the virial.
void check_sums(const Potential& potential, const structures::Frame& frame,
                const HarnessSettings& settings);
/// Shifts, whole cell vectors added to single atoms, rotations, permutations, and (with a cell) a
/// supercell of 2 x 1 x 2.
void check_invariance(const Potential& potential, const structures::Frame& frame,
                      const HarnessSettings& settings);
/// An atom leaves and enters `radius` (A) around another of an open trio: energy and forces are
/// continuous there. Types are of centre, spectator and the atom that moves.
void check_smoothness(const Potential& potential, const Model& model,
                      const std::array<int, 3>& types, double radius,
                      const HarnessSettings& settings);

/// A frame whose cell and positions are deformed by (1 + strain).
[[nodiscard]] structures::Frame strained(const structures::Frame& frame, const Mat3& strain);

/// Largest absolute differences of two results on the same frame.
struct Differences {
  double energy = 0;
  double atom_energy = 0;
  double force = 0;
  double virial = 0;
  double atom_virial = 0;
};
[[nodiscard]] Differences differences(const Result& a, const Result& b);

}  // namespace vitrion::potential
