#include "edges/engines/gpaw.hpp"

#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "edges/engines/worker_sources.hpp"

namespace vitrion::engines {

namespace {

using Json = nlohmann::json;

/// A rule's name as it is, or three positive numbers of grid points.
Json kpoints_json(const std::string& text) {
  if (text == "auto" || text == "spacing" || text == "mean-value") return text;
  std::istringstream words(text);
  Json grid = Json::array();
  for (std::string word; words >> word;) {
    int n = 0;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), n);
    if (code != std::errc{} || end != word.data() + word.size() || n < 1 || n > 64) grid = nullptr;
    if (grid.is_null()) break;
    grid.push_back(n);
  }
  if (!grid.is_array() || grid.size() != 3)
    throw InputError(fmt::format(
        "kpoints = {} must be auto, spacing, mean-value or three numbers such as 2 2 1", text));
  return grid;
}

/// Measured at 600 eV against higher cutoffs, PBE and the default setups; see
/// data/labels/README.md.
Json pulay_constants(const GpawSettings& s) {
  if (s.cutoff_eV != 600 || s.xc != "PBE") return Json::object();
  return {{"Na", 0.0}, {"P", 0.0}, {"S", 0.009}, {"O", 0.586}};
}

}  // namespace

void GpawSettings::validate() const {
  if (!(cutoff_eV >= 200 && cutoff_eV <= 3000))
    throw InputError(fmt::format("cutoff = {} eV must lie between 200 and 3000 eV", cutoff_eV));
  if (!(smearing_eV > 0 && smearing_eV <= 1))
    throw InputError(fmt::format("smearing = {} eV must be above 0 and at most 1 eV", smearing_eV));
  if (!(spacing > 0.05 && spacing <= 2))
    throw InputError(fmt::format("spacing = {} 1/A must lie between 0.05 and 2 1/A", spacing));
  if (dispersion != "D3(0)" && dispersion != "none")
    throw InputError(fmt::format("dispersion = {} must be D3(0) or none", dispersion));
  if (maxiter < 1) throw InputError(fmt::format("maxiter = {} must be at least 1", maxiter));
  (void)kpoints_json(kpoints);
}

WorkerEngine gpaw_engine(const GpawSettings& s) {
  s.validate();
  // nlohmann::json sorts its keys: the text is canonical. Numbers that are whole stay doubles.
  const Json settings = {{"xc", s.xc},
                         {"cutoff_eV", s.cutoff_eV},
                         {"smearing_eV", s.smearing_eV},
                         {"dispersion", s.dispersion},
                         {"kpoints", kpoints_json(s.kpoints)},
                         {"spacing", s.spacing},
                         {"symprec_A", 0.1},
                         {"mean_value_height_A", 8.5},
                         {"energy_tolerance_eV", 1e-5},
                         {"density_tolerance", 1e-4},
                         {"maxiter", s.maxiter},
                         {"pulay_eV", pulay_constants(s)}};
  WorkerEngine e;
  e.name = "gpaw";
  e.level = "dft";
  e.description = fmt::format("PW {} eV {}{}", s.cutoff_eV, s.xc,
                              s.dispersion == "none" ? "" : " + " + s.dispersion);
  e.settings = settings.dump();
  e.worker = gpaw_worker_source();
  e.venv = ".venv/label";
  e.installer = "tools/install/label_venv.sh";
  e.keep_alive = false;  // GPAW does not give back all memory between frames
  return e;
}

}  // namespace vitrion::engines
