// How the ions of one glass move: MSD, D, conductivity, non-Gaussian parameter, activation energy.
#include <fmt/format.h>

#include <filesystem>

#include "analysis/records.hpp"
#include "app/study/analyse.hpp"
#include "app/trajectory_input.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using analysis::Trajectory;
using nlohmann::json;

namespace {

// Over so many bytes of paths a run is read without the species that neither move nor hold.
constexpr double most_transport_bytes = 4e8;

/// The paths of one run. All species where they fit, else the mobile and the framework's.
Trajectory paths_of(const Pipeline& p, const Stage& run, std::size_t atoms, double frames) {
  const formats::StudyMeasure& m = p.study.measure;
  TrajectoryInput input;
  input.elements = p.study.elements;
  input.unwrapped = true;
  input.framework = m.framework;
  const bool fits = static_cast<double>(atoms) * frames * 3 * sizeof(double) < most_transport_bytes;
  const std::vector<std::string> keep =
      fits ? std::vector<std::string>{} : std::vector<std::string>{m.mobile};
  return read_trajectory(run.file("path"), input, keep, {m.mobile}, true);
}

/// The runs of one temperature, one after the other: only one lies in memory.
json temperature_record(GlassAnalysis& a, std::size_t t) {
  const formats::StudyMeasure& m = a.p.study.measure;
  const double kelvin = m.temperature[t];
  const std::string at = fmt::format("{}, {:g} K", a.glass.what.name, kelvin);
  analysis::ConductivityOptions options;
  options.species = m.mobile;
  options.charge = m.charge;
  options.temperature = kelvin;
  options.diffusion.threads = a.p.cores;
  json out = {{"temperature", kelvin}, {"runs", json::array()}};
  std::vector<analysis::ConductivityRun> runs;
  std::vector<analysis::IonAverages> moments;
  std::vector<std::string> files;
  for (std::size_t r = 0; r < a.glass.measured[t].size(); ++r) {
    const Stage& run = a.glass.measured[t][r];
    json entry = {{"replica", r + 1},
                  {"trajectory", a.p.folder.relative(run.file("path"))},
                  {"viewer", a.p.folder.relative(run.file("viewer"))}};
    json done;
    a.make(done, fmt::format("transport of {}, replica {}", at, r + 1), [&]() -> json {
      const Trajectory paths =
          paths_of(a.p, run, a.glass.what.composition.atoms, m.time[t] / m.every);
      const fs::path csv = fs::path(a.folder) / fmt::format("msd_{:g}K_{}.csv", kelvin, r + 1);
      formats::write_whole_file(csv.string(),
                                analysis::to_csv(analysis::msd_table(paths, a.p.cores)));
      entry["unwrapping"] = {{"framework_msd", paths.framework_msd},
                             {"framework_msd_cartesian", paths.framework_msd_cartesian}};
      entry["msd"] = a.p.folder.relative(csv.string());
      runs.push_back(analysis::conductivity_of_run(paths, options));
      files.push_back(a.p.folder.relative(run.file("path")));
      moments.push_back(analysis::displacement_moments(paths, m.mobile, a.p.cores));
      return true;
    });
    out["runs"].push_back(std::move(entry));
  }
  if (runs.empty()) return out;
  a.make(out["nongaussian"], "non-Gaussian parameter of " + at,
         [&] { return to_json(analysis::non_gaussian(moments), "nongaussian"); });
  a.make(out["conductivity"], "conductivity of " + at,
         [&] { return to_json(analysis::combine(std::move(runs), options), files); });
  return out;
}

}  // namespace

void analyse_transport(GlassAnalysis& a) {
  a.record["temperatures"] = json::array();
  std::vector<json> conductivities;
  for (std::size_t t = 0; t < a.glass.measured.size(); ++t) {
    json record = temperature_record(a, t);
    if (const auto c = record.find("conductivity"); c != record.end() && c->is_object())
      conductivities.push_back(*c);
    a.record["temperatures"].push_back(std::move(record));
  }
  a.make(a.record["arrhenius"], "activation energy of " + a.glass.what.name, [&] {
    analysis::ArrheniusOptions options;
    options.seed = a.p.study.seed;
    return to_json(analysis::arrhenius(analysis::arrhenius_points(conductivities), options));
  });
}

}  // namespace vitrion::app
