// The values of DeePMD-kit in tests/golden, and the check that a potential reproduces them.
#pragma once

#include <array>
#include <functional>
#include <string>

#include "potential/harness.hpp"

namespace vitrion::potential {

inline constexpr std::array golden_folders = {"napso_two_side", "napso_one_side_triclinic",
                                              "small_cell"};
inline constexpr std::array golden_models = {"initial", "final"};

/// Makes what is under test from a model.
using MakePotential = std::function<Potential(const Model&)>;

/// tests/golden/FOLDER/WHICH.dp on tests/golden/FOLDER/frames gives the stored energies, forces,
/// virials and, where the potential has them, atomic energies and virials. The limits are those of
/// the definition of done: 1e-9 eV and eV/A, 1e-8 eV for virials.
void check_golden(const MakePotential& make, const std::string& folder, const std::string& which);

}  // namespace vitrion::potential
