// One row of the environment matrix: what a centre sees of one neighbour, with its derivative.
// Zhang et al., NeurIPS 2018 (arXiv:1805.09003), eq. 4; env_protection as in DeePMD-kit.
#pragma once

#include <array>
#include <cmath>

#include "base/vec3.hpp"
#include "potential/model.hpp"
#include "potential/switch.hpp"

namespace vitrion::potential {

/// R = (w/q, w d/q^2) with q = r + env_protection, r = |d|; not yet normalised by davg and dstd.
using EnvironmentRow = std::array<double, 4>;

[[nodiscard]] inline EnvironmentRow environment_row(const Descriptor& descriptor, const Vec3& d) {
  const double r = norm(d);
  const double q = r + descriptor.env_protection;
  const double w = switch_value(r, descriptor.rcut_smth, descriptor.rcut);
  const Vec3 a = w / (q * q) * d;
  return {w / q, a[0], a[1], a[2]};
}

/// dR_c/dd in 1/A^2, one gradient per column c of the row.
[[nodiscard]] inline std::array<Vec3, 4> environment_row_derivative(const Descriptor& descriptor,
                                                                    const Vec3& d) {
  const double r = norm(d);
  const double q = r + descriptor.env_protection;
  const double w = switch_value(r, descriptor.rcut_smth, descriptor.rcut);
  const double dw = switch_slope(r, descriptor.rcut_smth, descriptor.rcut);
  const Vec3 unit = 1 / r * d;
  std::array<Vec3, 4> dR_dd{};
  dR_dd[0] = (dw / q - w / (q * q)) * unit;
  for (std::size_t a = 0; a < 3; ++a) {
    dR_dd[a + 1] = d[a] * (dw / (q * q) - 2 * w / (q * q * q)) * unit;
    dR_dd[a + 1][a] += w / (q * q);
  }
  return dR_dd;
}

/// (R - davg) / dstd of a centre's type; an empty slot holds the value for R = 0.
[[nodiscard]] inline EnvironmentRow normalised(const Descriptor& descriptor, int centre_type,
                                               const EnvironmentRow& row) {
  const auto t = static_cast<std::size_t>(centre_type);
  EnvironmentRow result{};
  for (std::size_t c = 0; c < 4; ++c)
    result[c] = (row[c] - descriptor.davg[t][c]) / descriptor.dstd[t][c];
  return result;
}

}  // namespace vitrion::potential
