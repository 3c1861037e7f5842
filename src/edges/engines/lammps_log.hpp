// Reads what a LAMMPS chunk left: thermo rows, the verdict on how it ended, and model deviations.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "md/outcome.hpp"
#include "md/protocol.hpp"

namespace vitrion::engines {

/// A log, whole or cut anywhere.
struct LammpsLog {
  std::vector<md::ThermoRow> rows;  ///< of all runs in it; a row cut in the middle is left out
  std::string error;                ///< text behind "ERROR: ", empty if there is none
  std::vector<std::string> warnings;
  bool complete = false;  ///< it reached "Total wall time"
  std::string halted;     ///< the words of a guard that stopped the run in order
};

/// Reads thermo columns by their names: Step, Temp, PotEng, Press, Volume, Density.
[[nodiscard]] LammpsLog read_lammps_log(std::string_view text);

/// The rows of a chunk that ended as it should: a whole log, no error, the last step reached,
/// finite numbers. `screen` is what the program wrote beside the log; its last line is the cause
/// when the log has none.
[[nodiscard]] md::Observed judge_lammps_chunk(const md::Chunk& chunk, std::string_view log,
                                              std::string_view screen);

/// One row of model_devi.out: the largest deviation of a force, eV/A.
struct DeviationSample {
  std::uint64_t step = 0;
  double max_force = 0;
};

/// @throws InputError naming the line if a row is damaged; a last row without its end is left out.
[[nodiscard]] std::vector<DeviationSample> read_deviations(std::string_view text);

}  // namespace vitrion::engines
