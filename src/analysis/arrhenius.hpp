// Arrhenius: ln(sigma T) against 1/T, with an interval that knows how few temperatures there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// A conductivity at one temperature, of one run or of several combined.
struct ArrheniusPoint {
  double temperature = 0;  ///< K
  int replica = -1;        ///< -1: combined
  Estimate sigma;          ///< S/cm; a refused one is kept in the record and left out of the fit
};

struct ArrheniusOptions {
  std::uint64_t seed = 1;
  std::size_t draws = 4000;
  /// Temperatures (K) between which the band is drawn; 0: those of the points.
  double band_from = 0;
  double band_to = 0;
  /// K; 0: not known. A liquid and a glass lie on different lines: points over it are left out if
  /// the band or any point is below it, else it changes nothing.
  double glass_transition = 0;
};

struct Arrhenius {
  Estimate activation_energy;  ///< eV
  Estimate ln_prefactor;       ///< ln of A in S K/cm
  double slope_error =
      0;  ///< eV, standard error from the scatter about the line; 0 with two points
  double degrees_of_freedom = 0;  ///< points - 2
  std::vector<ArrheniusPoint> points;
  struct BandPoint {
    double temperature = 0;  ///< K
    double sigma = 0;        ///< S/cm, the line
    double low = 0;
    double high = 0;
  };
  std::vector<BandPoint> band;
  std::string statement;  ///< what the interval rests on, in words
};

/// sigma T = A exp(-Ea / kT), by least squares on ln(sigma T) with the points' errors as weights.
///
/// Two intervals are made, and the wider one is given: from draws of every point from its own
/// interval (normal on the logarithm) refitted each time, and Student's t on the scatter about the
/// line with points - 2 degrees of freedom. Fewer than two temperatures that are not refused give a
/// refusal.
/// @throws InputError for a temperature or conductivity that is not positive.
[[nodiscard]] Arrhenius arrhenius(std::vector<ArrheniusPoint> points,
                                  const ArrheniusOptions& options = {});

}  // namespace vitrion::analysis
