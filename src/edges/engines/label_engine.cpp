#include "edges/engines/label_engine.hpp"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/engines/geometry_echo.hpp"
#include "edges/engines/label_folder.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::engines {

namespace fs = std::filesystem;
using learn::Failure;
using learn::Labelled;
using structures::Frame;

namespace {

constexpr const char* command_input = "input.extxyz";
constexpr const char* command_output = "output.extxyz";
class PythonEngine : public LabelEngine {
 public:
  PythonEngine(WorkerEngine engine, std::string python, std::string worker)
      : engine_(std::move(engine)), python_(std::move(python)), worker_(std::move(worker)) {}

  std::string name() const override { return engine_.name; }
  std::string level() const override { return engine_.level; }
  std::string description() const override { return engine_.description; }
  std::string settings_hash() const override { return engine_.settings_hash(); }
  int recipes() const override { return engine_.name == "gpaw" ? 2 : 1; }

  void write(std::span<const Frame> frames, const std::string& folder, int recipe) const override {
    // The worker's source travels with the study: a later program cannot change what was run.
    std::error_code code;
    if (!fs::exists(worker_, code)) {
      fs::create_directories(fs::path(worker_).parent_path());
      formats::write_whole_file(worker_, std::string(engine_.worker));
    }
    write_recipe(folder, recipe);
    for (std::size_t k = 0; k < frames.size(); ++k)
      write_task(of_recipe(recipe), frames[k], (fs::path(folder) / frame_folder(k)).string());
  }

  std::string command(std::size_t frames) const override {
    return fmt::format("'{}' -W ignore '{}'{}", python_, worker_, frame_folders(frames));
  }

  std::vector<std::string> outputs(std::size_t frames) const override {
    std::vector<std::string> files;
    for (std::size_t k = 0; k < frames; ++k) files.push_back(frame_folder(k) + "/result.json");
    return files;
  }

  std::vector<Labelled> read(std::span<const Frame> frames,
                             const std::string& folder) const override {
    const int recipe = read_recipe(folder);
    std::vector<Labelled> answers;
    for (std::size_t k = 0; k < frames.size(); ++k) {
      answers.push_back(
          read_result(of_recipe(recipe), frames[k], (fs::path(folder) / frame_folder(k)).string()));
      if (!answers.back()) continue;
      answers.back()->info["settings_hash"] = settings_hash();
      if (recipe > 0) answers.back()->info["recipe"] = fmt::format("{}", recipe);
    }
    return answers;
  }

 private:
  /// The second way mixes less of the new density, keeps more of its past, and takes its time. It
  /// ends at the same density, so its labels are of the same level.
  [[nodiscard]] WorkerEngine of_recipe(int recipe) const {
    if (recipe == 0 || engine_.name != "gpaw") return engine_;
    WorkerEngine other = engine_;
    nlohmann::json settings = nlohmann::json::parse(engine_.settings);
    settings["maxiter"] = 3 * settings.at("maxiter").get<int>();
    settings["mixer"] = {{"beta", 0.02}, {"history", 8}, {"weight", 100.0}};
    other.settings = settings.dump();
    return other;
  }

  WorkerEngine engine_;
  std::string python_, worker_;
};

GeometryEcho echo_of(const Frame& came) {
  GeometryEcho echo{{}, came.positions, {}};
  for (std::size_t i = 0; i < came.size(); ++i) echo.species.push_back(came.species.name(i));
  if (came.cell) echo.cell = came.cell->rows();
  return echo;
}

class CommandEngine : public LabelEngine {
 public:
  explicit CommandEngine(CommandSettings settings) : settings_(std::move(settings)) {}

  std::string name() const override { return settings_.name; }
  std::string level() const override { return settings_.level; }
  std::string description() const override { return settings_.description; }
  std::string settings_hash() const override {
    return fmt::format("{:016x}", hash64(settings_.name + settings_.computes));
  }

  void write(std::span<const Frame> frames, const std::string& folder, int) const override {
    std::vector<Frame> bare;
    for (const Frame& frame : frames) {
      if (!frame.cell)
        throw InputError("a frame without a cell cannot be labelled: its virial needs a volume");
      Frame copy;
      copy.cell = frame.cell;
      copy.species = frame.species;
      copy.positions = frame.positions;
      bare.push_back(std::move(copy));
    }
    formats::write_frames((fs::path(folder) / command_input).string(), bare);
  }

  std::string command(std::size_t) const override { return settings_.command; }
  std::vector<std::string> outputs(std::size_t) const override { return {command_output}; }

  std::vector<Labelled> read(std::span<const Frame> frames,
                             const std::string& folder) const override {
    const fs::path path = fs::path(folder) / command_output;
    std::vector<Labelled> answers;
    std::string trouble = "it wrote fewer frames than it was given";
    try {
      std::error_code code;
      if (!fs::exists(path, code)) throw InputError("the command ended without an output.extxyz");
      const auto reader = formats::open_frames(path.string());
      while (answers.size() < frames.size()) {
        const auto came = reader->next();
        if (!came) break;
        answers.push_back(accept(frames[answers.size()], *came));
      }
    } catch (const Error& e) {
      trouble = e.what();
    }
    while (answers.size() < frames.size())
      answers.push_back(failed(Failure::Kind::incomplete, trouble));
    return answers;
  }

 private:
  [[nodiscard]] Labelled accept(const Frame& asked, const Frame& came) const {
    const auto says = [&](const char* key, std::initializer_list<const char*> words) {
      const auto found = came.info.find(key);
      if (found == came.info.end()) return false;
      for (const char* word : words)
        if (found->second == word) return true;
      return false;
    };
    if (says("status", {"unconverged"}) || says("converged", {"F", "false", "False", "0"}))
      return failed(Failure::Kind::unconverged, "the command says that it did not converge");
    if (std::string text = geometry_difference(asked, echo_of(came)); !text.empty())
      return failed(Failure::Kind::mismatch, std::move(text));
    const structures::Labels& l = came.labels;
    if (!l.energy || l.forces.size() != asked.size() || !l.virial)
      return failed(Failure::Kind::incomplete,
                    fmt::format("it has no {}", !l.energy   ? "energy"
                                                : !l.virial ? "virial or stress"
                                                            : "force on each atom"));
    bool all_finite = std::isfinite(*l.energy);
    Vec3 net{};
    for (const Vec3& f : l.forces) {
      all_finite = all_finite && finite(f);
      net += f;
    }
    for (const Vec3& row : *l.virial) all_finite = all_finite && finite(row);
    if (!all_finite)
      return failed(Failure::Kind::engine_error, "energy, forces or virial are not finite");
    if (!(norm(net) < settings_.net_force))
      return failed(Failure::Kind::engine_error,
                    fmt::format("the forces sum to {:.3g} eV/A, limit {:.3g}", norm(net),
                                settings_.net_force));
    Frame out = asked;
    out.labels = {};
    out.labels.energy = l.energy;
    out.labels.forces = l.forces;
    out.labels.virial = l.virial;
    out.info["level"] = settings_.level;
    out.info["engine"] = settings_.description;
    out.info["settings_hash"] = settings_hash();
    return out;
  }

  CommandSettings settings_;
};

}  // namespace

std::unique_ptr<LabelEngine> python_engine(WorkerEngine engine, std::string python,
                                           std::string worker) {
  return std::make_unique<PythonEngine>(std::move(engine), std::move(python), std::move(worker));
}

std::unique_ptr<LabelEngine> command_engine(CommandSettings settings) {
  return std::make_unique<CommandEngine>(std::move(settings));
}

}  // namespace vitrion::engines
