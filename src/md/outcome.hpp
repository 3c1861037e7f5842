// Outcome: how a run of molecular dynamics ended, and what its rows said.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/expected.hpp"

namespace vitrion::md {

/// Why a run does not count. `exploded` is a class of its own: a temperature far over its target,
/// atoms that are lost, numbers that are not finite; the potential or the start is at fault, not
/// the machine.
struct Failure {
  enum class Kind { exploded, incomplete, engine_error };
  Kind kind = Kind::engine_error;
  std::string cause;
};

[[nodiscard]] std::string name_of(Failure::Kind kind);

/// One row of what was observed.
struct ThermoRow {
  std::uint64_t step = 0;
  double temperature = 0;       ///< K
  double potential_energy = 0;  ///< eV
  double pressure = 0;          ///< bar
  double volume = 0;            ///< A^3
  double density = 0;           ///< g/cm3
};

using Observed = expected<std::vector<ThermoRow>, Failure>;

}  // namespace vitrion::md
