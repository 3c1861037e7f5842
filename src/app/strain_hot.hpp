// Straining at a temperature: the mean pressure of a run at each strain, through LAMMPS.
#pragma once

#include <string>

#include "analysis/modulus.hpp"
#include "app/study/pipeline.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

struct HotStrainOptions {
  double temperature = 300;  ///< K
  double strain = 1;         ///< largest strain of each axis, per cent
  std::size_t points = 11;   ///< states from compression to tension, odd
  double settle = 5;         ///< ps at each strain before
  double time = 50;          ///< ps over which the pressure is averaged

  /// @throws InputError naming value and rule.
  void validate() const;
};

/// Scales the cell with its atoms to each strain and holds it there (NVT); the pressure has its
/// kinetic part. The runs are chains in FOLDER/00, 01, ...: what is finished is not run again.
/// @throws Refused if a run explodes, Error if one fails.
[[nodiscard]] analysis::StrainModulus strain_at_temperature(const Pipeline& pipeline,
                                                            const structures::Frame& structure,
                                                            const std::string& model,
                                                            const std::string& folder,
                                                            const HotStrainOptions& options);

}  // namespace vitrion::app
