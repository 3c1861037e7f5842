// Density and volume of a run, with errors that know of correlation, and whether they have settled.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/estimate.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

/// Mass density and volume of each frame.
struct DensitySeries {
  std::vector<double> density;  ///< g/cm^3
  std::vector<double> volume;   ///< A^3
  std::size_t atoms = 0;
  std::size_t formula_units = 0;

  /// @throws InputError for a frame without a cell, with more or fewer atoms than the one
  /// before, or with a species that is no element.
  void add(const structures::Frame& frame);
};

struct Density {
  Estimate density;                  ///< g/cm3
  Estimate volume;                   ///< A3
  Estimate volume_per_atom;          ///< A3
  Estimate volume_per_formula_unit;  ///< A3; a formula unit has one P, or the counts' divisor
  Estimate
      drift;  ///< per cent of the density over the run, from a straight line; worst of the runs
  bool settled = false;  ///< every drift is within two standard errors of zero
  std::size_t frames = 0;
  std::size_t replicas = 0;
};

/// Averages over runs. @throws InputError if a run has no frames.
[[nodiscard]] Density density(std::span<const DensitySeries> runs);

}  // namespace vitrion::analysis
