// Units and constants: eV, A, ps, K, amu, e inside; every conversion factor of the program stands
// here. CODATA 2018 (exact where the SI of 2019 makes it so), NIST SP 959.
#pragma once

namespace vitrion::units {

inline constexpr double elementary_charge_C = 1.602176634e-19;  ///< exact
inline constexpr double avogadro_per_mol = 6.02214076e23;       ///< exact
inline constexpr double boltzmann_J_per_K = 1.380649e-23;       ///< exact
inline constexpr double boltzmann_eV_per_K = boltzmann_J_per_K / elementary_charge_C;

/// 1 eV/A^3 in GPa, and in bar.
inline constexpr double eV_per_A3_in_GPa = 160.2176634;
inline constexpr double eV_per_A3_in_bar = 1602176.634;
/// 1 amu/A^3 in g/cm^3.
inline constexpr double amu_per_A3_in_g_per_cm3 = 1.66053906660;
/// 1 A^2/ps in cm^2/s.
inline constexpr double A2_per_ps_in_cm2_per_s = 1e-4;
/// 1 A/ps squared times 1 amu in eV: twice a kinetic energy.
inline constexpr double amu_A2_per_ps2_in_eV = 1.66053906660e-27 * 1e4 / elementary_charge_C;

}  // namespace vitrion::units
