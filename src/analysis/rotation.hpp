// How PX4 units turn: correlation of the directions of their bonds, and large turns.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"
#include "analysis/units.hpp"

namespace vitrion::analysis {

/// A centre and the anions that it is bonded to in the first frame.
struct BondedUnit {
  std::size_t centre = 0;
  std::vector<std::size_t> anions;
  std::vector<Vec3> shift;  ///< A, from an anion's path to the image that is bonded

  /// From the centre to its k-th anion (A).
  [[nodiscard]] Vec3 bond(const Trajectory& t, std::size_t k, std::size_t frame) const;
};

/// One unit a centre, also where nothing is bonded to it.
/// @throws InputError if the trajectory lacks the species.
[[nodiscard]] std::vector<BondedUnit> bonded_units(const Trajectory& trajectory,
                                                   const std::string& centre,
                                                   const BondCutoffs& cutoffs = {});

/// C_l(t) = < P_l(u(0).u(t)) > over the directions u of bonds. A bond counts until it is first
/// drawn out to 1.12 times the longest (P-S 2.9 A).
struct RotationCurve {
  std::vector<double> lag_ps;
  std::vector<double> c1;
  std::vector<double> c1_error;  ///< standard error over the units
  std::vector<double> c2;
  std::vector<double> c2_error;
  std::size_t units = 0;
  std::size_t bonds = 0;
  std::size_t broken = 0;  ///< bonds that broke during the run
};

/// For rotational diffusion C_l = exp(-l (l + 1) D_r t) (Debye 1929). Up to 64 origins a lag.
/// The result does not depend on `threads`.
[[nodiscard]] RotationCurve rotation_curve(const Trajectory& trajectory,
                                           const std::vector<BondedUnit>& units,
                                           std::size_t threads);

/// A unit whose bonds, averaged over `average_ps`, have turned by more than the angle since the
/// start or since its turn before. A three-fold turn of a tetrahedron moves three bonds by 109.5
/// degrees, a libration moves them back.
struct Turn {
  std::size_t unit = 0;
  double time_ps = 0;
  double angle = 0;  ///< degrees, the largest of its bonds
};
struct Turns {
  std::vector<Turn> turns;
  std::vector<double>
      observed;      ///< (units) ps, until a bond broke; 0 for units without four anions
  double angle = 0;  ///< degrees, that counts as a turn
};
[[nodiscard]] Turns large_turns(const Trajectory& trajectory, const std::vector<BondedUnit>& units,
                                double angle_degrees, double average_ps);

}  // namespace vitrion::analysis
