// Mean squared displacements: from one origin, and from all origins by fast Fourier transform.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

/// (F) MSD(t) = < |R_i(t) - R_i(0)|^2 >_i in A^2: the paper's, with the first frame as the only
/// origin.
[[nodiscard]] std::vector<double> single_origin_msd(const Trajectory& trajectory,
                                                    std::span<const std::size_t> atoms);

/// MSD over all time origins.
struct MultiOriginMsd {
  std::vector<double> msd;        ///< (F) A^2, by lag in frames; msd[0] = 0
  std::vector<std::size_t> lags;  ///< (L) lags at which each atom is kept apart
  std::vector<double> per_atom;   ///< (atoms, L) A^2

  [[nodiscard]] double of_atom(std::size_t atom, std::size_t lag_index) const {
    return per_atom[atom * lags.size() + lag_index];
  }
};

/// MSD(m) = S1(m) - 2 S2(m), with S2 the autocorrelation by zero-padded FFT and S1 by a running sum
/// (Calandrini et al., 10.1051/sfn/201112010). Equals the direct sum over origins to rounding.
/// The result does not depend on `threads`.
[[nodiscard]] MultiOriginMsd multi_origin_msd(const Trajectory& trajectory,
                                              std::span<const std::size_t> atoms,
                                              std::vector<std::size_t> lags, std::size_t threads);

/// The same for one path given as three series of F numbers, e.g. a dipole. (F)
[[nodiscard]] std::vector<double> multi_origin_msd_of_path(std::span<const double> x,
                                                           std::span<const double> y,
                                                           std::span<const double> z);

/// About `per_decade` whole lags a decade from 1 to `last`, each once.
[[nodiscard]] std::vector<std::size_t> logarithmic_lags(std::size_t last, std::size_t per_decade);

}  // namespace vitrion::analysis
