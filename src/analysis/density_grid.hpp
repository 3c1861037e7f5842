// The density of a species in space, averaged over a run, on a periodic grid.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "analysis/percolation.hpp"
#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

/// Values at the points (i/n0, j/n1, k/n2) of the cell, k running fastest.
struct DensityGrid {
  std::array<std::size_t, 3> size{};
  Mat3 cell{};                // rows, A
  std::vector<double> value;  ///< (n0, n1, n2) 1/A^3
  double one_visit = 0;       ///< 1/A^3: what one ion in one frame gives at its own place

  [[nodiscard]] double mean() const;
};

struct DensityGridOptions {
  double spacing = 0.5;    ///< A, at most
  double smoothing = 0.4;  ///< A, standard deviation of the Gaussian that each visit becomes
};

/// Ions per A^3 in the frame of the framework, averaged over all frames: visits go to the nearest
/// grid point and are smoothed by Fourier transform, so that the integral is the number of ions in
/// any cell. @throws InputError for a spacing or smoothing that is not positive.
[[nodiscard]] DensityGrid density_grid(const Trajectory& trajectory,
                                       std::span<const std::size_t> atoms,
                                       const DensityGridOptions& options);

/// The levels down to which the region of higher density goes round the cell, in any direction and
/// along each axis, over neighbours along the axes (six a point). A level of under half of one
/// visit is a place that no ion has come to: such an axis has none.
[[nodiscard]] Percolation density_percolation(const DensityGrid& grid);

}  // namespace vitrion::analysis
