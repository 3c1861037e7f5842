// Any ASE calculator as an engine: a foundation model as a cheap teacher.
#pragma once

#include <string>

#include "edges/engines/worker_engine.hpp"

namespace vitrion::engines {

struct AseSettings {
  /// "sevenn:7net-0", "sevenn:7net-l3i5", "ase:lj" (one of ASE's own), "d3:PBE" (D3(0)
  /// alone), or "module:Class".
  std::string calculator = "sevenn:7net-0";

  /// @throws InputError if it does not read PACKAGE:NAME.
  void validate() const;
};

/// Labels are raw: no dispersion and no softening factor; those belong to training.
[[nodiscard]] WorkerEngine ase_engine(const AseSettings& settings);

}  // namespace vitrion::engines
