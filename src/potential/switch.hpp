// The switch w(r) that takes a neighbour smoothly out at the cutoff, with its derivative.
// Zhang et al., NeurIPS 2018 (arXiv:1805.09003); the quintic of DeePMD-kit's se_e2_a.
#pragma once

namespace vitrion::potential {

/// u = (r - rcut_smth) / (rcut - rcut_smth), clipped to [0, 1]; w = u^3 (-6 u^2 + 15 u - 10) + 1.
template <class Real>
constexpr Real switch_value(Real r, Real rcut_smth, Real rcut) {
  if (r <= rcut_smth) return 1;
  if (r >= rcut) return 0;
  const Real u = (r - rcut_smth) / (rcut - rcut_smth);
  return u * u * u * (-6 * u * u + 15 * u - 10) + 1;
}

/// dw/dr in 1/A.
template <class Real>
constexpr Real switch_slope(Real r, Real rcut_smth, Real rcut) {
  if (r <= rcut_smth || r >= rcut) return 0;
  const Real u = (r - rcut_smth) / (rcut - rcut_smth);
  return (3 * u * u * (-6 * u * u + 15 * u - 10) + u * u * u * (-12 * u + 15)) / (rcut - rcut_smth);
}

}  // namespace vitrion::potential
