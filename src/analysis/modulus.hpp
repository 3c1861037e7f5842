// Bulk modulus: from the volume's fluctuations at constant pressure, and from strain.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// K = kT <V> / <dV^2> of one NPT run per replica; volumes in A^3, temperature in K. The error is
/// that of a variance of as many independent values as the autocorrelation of dV^2 leaves. Refused
/// where a volume still drifts, or where fewer than ten independent values are left; an NVT run,
/// whose volume does not move, is an error.
/// @throws InputError for fewer than ten frames, a constant volume, a temperature not positive.
[[nodiscard]] Estimate fluctuation_modulus(std::span<const std::vector<double>> volumes,
                                           double temperature);

/// One state of a straining run.
struct StrainPoint {
  double linear_strain = 0;  ///< of each axis
  double volume = 0;         ///< A^3
  double pressure = 0;       ///< GPa
  bool going_up = true;      ///< on the way from compression to tension
};

struct StrainModulus {
  Estimate K;               ///< GPa, -dP / d ln V at no strain
  double linear_slope = 0;  ///< GPa, -dP / d e of the linear strain e: three times K
  double derivative = 0;    ///< K' = dK/dP
  double hysteresis = 0;    ///< GPa, largest difference of pressure between the way up and down
  bool elastic = true;      ///< hysteresis under a tenth of the pressure range
  std::vector<StrainPoint> points;
};

/// Quadratic fit of P(ln V) about the unstrained volume V0; the error is from the residuals.
/// @throws InputError for fewer than five volumes.
[[nodiscard]] StrainModulus strain_modulus(std::vector<StrainPoint> points,
                                           double unstrained_volume);

/// "agree" if the two differ by less than a tenth or by less than their combined 95 % interval, and
/// a sentence that says which.
struct Agreement {
  bool agree = false;
  std::string statement;
};
[[nodiscard]] Agreement compare(const Estimate& a, const Estimate& b);

}  // namespace vitrion::analysis
