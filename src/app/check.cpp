// vitrion check: a study validated without running anything: keys, files, engines, composition,
// cost.
#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include "app/commands.hpp"
#include "app/engine_labeller.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/study_file.hpp"
#include "glass/melt_quench.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;

namespace {

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::exists(fs::path(folder) / program)) return true;
  return false;
}

/// Counts faults as it prints; the first line of each tells what was looked at.
class Checklist {
 public:
  void good(const std::string& text) const { fmt::print("  ok      {}\n", text); }
  void fault(const std::string& text) {
    fmt::print("  fault   {}\n", text);
    ++faults_;
  }
  template <class Body>
  void look(const Body& body) {
    try {
      good(body());
    } catch (const InputError& e) {
      fault(e.what());
    }
  }
  [[nodiscard]] int faults() const { return faults_; }

 private:
  int faults_ = 0;
};

void check_levels(const Study& study, Checklist& list) {
  RunFolder folder(study.path);
  const Pipeline pipeline(study, folder, 1, "");
  for (const formats::StudyLevel& level : study.levels)
    for (const auto* entries : {&level.files, &level.test})
      for (const std::string& entry : *entries)
        list.look([&] {
          const std::string path = pipeline.input_path(entry);
          if (!fs::exists(path))
            throw InputError(fmt::format("level {}: {} does not exist", level.name, path));
          return fmt::format("level {}: {}", level.name, path);
        });
}

void check_engines(const Study& study, Checklist& list) {
  if (in_path("packmol"))
    list.good("packmol is installed");
  else
    list.fault("packmol is not in PATH: apt-get install packmol");
  if (!study.explore) return;
  const engines::WorkerEngine engine = engines::gpaw_engine({});
  if (find_python(engine.venv).empty())
    list.fault(fmt::format("engine {}: {} is not there; {} makes it", engine.name, engine.venv,
                           engine.installer));
  else
    list.good(fmt::format("engine {}: {}", engine.name, find_python(engine.venv)));
}

/// Steps and atoms say what the dynamics will cost; the training says its own.
std::string cost(const Study& study, const std::vector<md::Segment>& schedule) {
  double glass_ps = 0;
  for (const md::Segment& s : schedule) glass_ps += s.time;
  const auto& m = study.measure;
  const double glasses = static_cast<double>(study.glass.replicas);
  const double measure_ps =
      static_cast<double>(m.temperature.size()) * glasses * (m.settle_npt + m.settle_nvt + m.time);
  const double steps = (glasses * glass_ps + measure_ps) / study.dynamics.timestep;
  return fmt::format(
      "cost: {} models x {} training steps; {:.3g} MD steps of {} atoms ({:g} ps of glass making, "
      "{:g} ps of measuring)",
      study.potential.ensemble,
      study.train.first.steps + study.train.finish.steps + study.train.retrain.steps, steps,
      study.glass.atoms, glasses * glass_ps, measure_ps);
}

void run(const std::string& path) {
  const Study study = formats::read_study(path);
  fmt::print("{}: study {}\n", path, study.name);
  Checklist list;
  check_levels(study, list);
  check_engines(study, list);
  list.look([&] {
    const glass::Composition c = study_composition(study);
    return fmt::format("glass: x = {:g}, {} atoms = {}", c.x, c.atoms, c.description());
  });
  list.look([&] {
    std::vector<glass::ScheduleLine> lines;
    for (const auto& line : study.glass.schedule) lines.push_back({line.kind, line.numbers});
    try {
      return cost(study, glass::melt_quench(lines));
    } catch (const InputError& e) {
      throw InputError(fmt::format("{}: {}", study.place("glass.schedule"), e.what()));
    }
  });
  if (list.faults() > 0) throw InputError(fmt::format("{}: {} faults", path, list.faults()));
  fmt::print("{} is ready to run\n", path);
}

}  // namespace

void add_check(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "check", "Validates a study without running it: keys, files, engines, cost");
  auto study = std::make_shared<std::string>();
  c->add_option("STUDY", *study, "study file (TOML)")->required();
  c->footer("Example:\n  vitrion check studies/quickstart.toml");
  c->callback([study] { run(*study); });
}

}  // namespace vitrion::app
