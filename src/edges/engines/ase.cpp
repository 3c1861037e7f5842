#include "edges/engines/ase.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "edges/engines/worker_sources.hpp"

namespace vitrion::engines {

void AseSettings::validate() const {
  const std::size_t colon = calculator.find(':');
  if (colon == std::string::npos || colon == 0 || colon + 1 == calculator.size())
    throw InputError(fmt::format(
        "calculator = {} must read PACKAGE:NAME, for example sevenn:7net-0", calculator));
}

WorkerEngine ase_engine(const AseSettings& s) {
  s.validate();
  WorkerEngine e;
  e.name = "ase";
  e.description = s.calculator;
  e.settings = nlohmann::json({{"calculator", s.calculator}}).dump();
  e.worker = ase_worker_source();
  // ASE's own calculators need no foundation model.
  const bool dispersion = s.calculator.starts_with("d3:");
  const bool own = dispersion || s.calculator.starts_with("ase:");
  e.level = dispersion ? "d3" : "teacher";
  e.venv = own ? ".venv/label" : ".venv/teacher";
  e.installer = own ? "tools/install/label_venv.sh" : "tools/install/teacher_venv.sh";
  e.keep_alive = true;  // loading a model takes far longer than a frame
  return e;
}

}  // namespace vitrion::engines
