// vitrion test: a model's errors on labelled systems, as numbers, detail files or a record.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/formats/deepmd/detail.hpp"
#include "edges/formats/deepmd/systems.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace {

using structures::Frame;

struct TestArguments {
  std::string model;
  std::vector<std::string> systems;
  std::string detail;
  std::string precision;
  bool json = false;
  bool strict = false;
  std::size_t threads = default_threads();
};

/// Sums of one quantity's errors; systems add up to a total weighted by the number of values.
struct Errors {
  double absolute = 0;
  double squared = 0;
  std::size_t count = 0;

  void add(double error) {
    absolute += std::abs(error);
    squared += error * error;
    ++count;
  }
  void add(const Errors& other) {
    absolute += other.absolute;
    squared += other.squared;
    count += other.count;
  }
  [[nodiscard]] double mae() const { return absolute / static_cast<double>(count); }
  [[nodiscard]] double rmse() const { return std::sqrt(squared / static_cast<double>(count)); }
};

struct SystemErrors {
  std::string path;
  std::size_t frames = 0;
  Errors energy_per_atom;  ///< eV/atom, one value a frame
  Errors force;            ///< eV/A, three an atom
  Errors virial_per_atom;  ///< eV/atom, nine a frame

  void add(const SystemErrors& other) {
    frames += other.frames;
    energy_per_atom.add(other.energy_per_atom);
    force.add(other.force);
    virial_per_atom.add(other.virial_per_atom);
  }
};

/// Adds one frame; a label that it lacks is left out of that quantity.
void compare(const Frame& frame, const potential::Result& result, SystemErrors& errors,
             formats::DetailFiles* detail) {
  const std::size_t atoms = frame.size();
  const auto n = static_cast<double>(atoms);
  const structures::Labels& labels = frame.labels;
  ++errors.frames;
  if (labels.energy) {
    errors.energy_per_atom.add((result.energy - *labels.energy) / n);
    if (detail != nullptr) detail->add_energy(*labels.energy, result.energy, atoms);
  }
  if (!labels.forces.empty()) {
    for (std::size_t i = 0; i < atoms; ++i)
      for (std::size_t a = 0; a < 3; ++a)
        errors.force.add(result.force[i][a] - labels.forces[i][a]);
    if (detail != nullptr) detail->add_forces(labels.forces, result.force);
  }
  if (labels.virial) {
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b)
        errors.virial_per_atom.add((result.virial[a][b] - (*labels.virial)[a][b]) / n);
    if (detail != nullptr) detail->add_virial(*labels.virial, result.virial, atoms);
  }
}

SystemErrors judge(const std::string& path, const std::vector<Frame>& frames, Predictor& predictor,
                   formats::DetailFiles* detail, Progress& progress, std::size_t& done) {
  SystemErrors errors;
  errors.path = path;
  potential::Result result;
  if (detail != nullptr) detail->begin(path);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    try {
      predictor.predict(frames[f], result);
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: frame {}: {}", path, f, error.what()));
    }
    compare(frames[f], result, errors, detail);
    progress.update(++done);
  }
  return errors;
}

/// Folders are searched for systems below them, as DeePMD-kit does; anything else is one system.
std::vector<std::string> expand(const std::vector<std::string>& paths) {
  std::vector<std::string> systems;
  for (const std::string& path : paths) {
    if (std::filesystem::is_directory(path)) {
      for (std::string& system : formats::find_deepmd_systems(path))
        systems.push_back(std::move(system));
    } else {
      systems.push_back(path);
    }
  }
  return systems;
}

nlohmann::ordered_json record_of(const Errors& errors) {
  if (errors.count == 0) return nullptr;
  return {{"mae", errors.mae()}, {"rmse", errors.rmse()}};
}

nlohmann::ordered_json record_of(const SystemErrors& errors) {
  nlohmann::ordered_json record;
  if (!errors.path.empty()) record["path"] = errors.path;
  record["frames"] = errors.frames;
  record["energy_per_atom"] = record_of(errors.energy_per_atom);
  record["force"] = record_of(errors.force);
  record["virial_per_atom"] = record_of(errors.virial_per_atom);
  return record;
}

void print(const SystemErrors& errors, const std::string& title) {
  fmt::print("{} ({} frame{})\n", title, errors.frames, errors.frames == 1 ? "" : "s");
  const auto line = [](const char* name, const Errors& e, const char* unit) {
    if (e.count == 0)
      fmt::print("  {:<16} no labels\n", name);
    else
      fmt::print("  {:<16} MAE {:.6e}  RMSE {:.6e} {}\n", name, e.mae(), e.rmse(), unit);
  };
  line("energy per atom", errors.energy_per_atom, "eV");
  line("force", errors.force, "eV/A");
  line("virial per atom", errors.virial_per_atom, "eV");
}

void run(const TestArguments& a) {
  const auto threads = std::make_shared<ThreadPool>(a.threads);
  std::vector<Predictor> predictors;
  predictors.emplace_back(
      a.model, potential::EngineOptions{parse_precision(a.precision), "", false}, threads);
  std::vector<std::pair<std::string, std::vector<Frame>>> systems;
  std::size_t frames = 0;
  for (const std::string& path : expand(a.systems)) {
    systems.emplace_back(path, formats::read_frames(path));
    frames += systems.back().second.size();
  }
  std::optional<formats::DetailFiles> detail;
  if (!a.detail.empty()) detail.emplace(a.detail);

  Progress progress("test", frames);
  std::size_t done = 0;
  SystemErrors total;
  std::vector<SystemErrors> errors;
  for (const auto& [path, list] : systems) {
    errors.push_back(judge(path, list, predictors[0], detail ? &*detail : nullptr, progress, done));
    total.add(errors.back());
  }
  progress.finish();
  report_shortage(predictors, a.strict);
  if (detail) detail->commit();
  if (a.json) {
    nlohmann::ordered_json record = {{"systems", nlohmann::ordered_json::array()}};
    for (const SystemErrors& e : errors) record["systems"].push_back(record_of(e));
    record["total"] = record_of(total);
    fmt::print("{}\n", record.dump(2));
    return;
  }
  for (const SystemErrors& e : errors) print(e, e.path);
  if (errors.size() > 1) print(total, "total, weighted by the number of values");
}

}  // namespace

void add_test(CLI::App& program) {
  auto a = std::make_shared<TestArguments>();
  CLI::App* c = program.add_subcommand("test", "Errors of a model on labelled systems");
  c->add_option("-m,--model", a->model, "model file")->required();
  c->add_option("-s,--system", a->systems,
                "deepmd systems, folders above some, or files of labelled "
                "frames")
      ->required();
  c->add_option("-d,--detail", a->detail,
                "write PREFIX.{e,e_peratom,f,v,v_peratom}.out, label beside "
                "prediction as dp test does");
  c->add_option("--precision", a->precision, "single or double (default: the model's own)");
  c->add_option("--threads", a->threads, "threads")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_flag("--json", a->json, "print a record for machines");
  c->add_flag("--strict", a->strict, "refuse a model whose sel is too small for the systems");
  c->footer(
      "MAE and RMSE of the energy per atom, the force components and the virial per atom, of each "
      "system\n"
      "and of all. A frame without a label is left out of that quantity.\n\n"
      "Examples:\n"
      "  vitrion test -m model.dp -s systems/melt systems/glass -d detail\n"
      "  vitrion test -m model.dp -s test.extxyz --json");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
