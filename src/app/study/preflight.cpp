#include "app/study/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include "app/claims/findings.hpp"
#include "app/label_engines.hpp"
#include "app/study/plan.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "edges/formats/reference.hpp"
#include "structures/prototypes.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;

namespace {

// Positions as int16 in path.nc; viewer.nc and the thermodynamic trace are little beside it.
constexpr double bytes_per_atom_and_frame = 6;

bool in_path(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (fs::exists(fs::path(folder) / program)) return true;
  return false;
}

/// The text of `body`, or the fault that it throws.
template <class Body>
Finding look(const Body& body) {
  try {
    return {body(), false, ""};
  } catch (const InputError& e) {
    return {e.what(), true, ""};
  }
}

std::vector<Finding> look_at_levels(const Study& study) {
  std::vector<Finding> findings;
  for (const std::string& entry : study.potential.models) {
    const std::string path = study_path(study, entry);
    const bool there = fs::exists(path);
    findings.push_back(
        {there ? fmt::format("model {}", path)
               : fmt::format("{}: {} does not exist", study.place("potential.models"), path),
         !there, ""});
  }
  for (const formats::StudyLevel& level : study.levels)
    for (const auto* entries : {&level.files, &level.test})
      for (const std::string& entry : *entries) {
        const std::string path = study_path(study, entry);
        const bool there = fs::exists(path);
        findings.push_back(
            {fmt::format("level {}: {}{}", level.name, path, there ? "" : " does not exist"),
             !there, ""});
      }
  return findings;
}

/// Every file of measurements must read before days are spent.
std::vector<Finding> look_at_reference(const Study& study) {
  std::vector<Finding> findings;
  for (const std::string& path : reference_files_beside(study.path)) {
    try {
      findings.push_back(
          {fmt::format("reference {}: {} values", path, formats::read_reference(path).size()),
           false, ""});
    } catch (const InputError& e) {
      findings.push_back({e.what(), true, ""});
    }
  }
  return findings;
}

std::vector<Finding> look_at_engines(const Study& study) {
  std::vector<Finding> findings;
  if (study.has_glass()) {
    const bool packs = in_path("packmol");
    findings.push_back(
        {packs ? "packmol is installed" : "packmol is not in PATH: apt-get install packmol", !packs,
         "pack"});
  }
  const bool labels = study.explore || study.loop;
  if (!labels) return findings;
  EngineSurroundings around;
  around.path = [&](const std::string& path) { return study_path(study, path); };
  // With models of its own a study labels nothing unless its loop is run.
  const bool needed = study.potential.models.empty();
  const auto engine = [&](const char* section, const formats::StudyLabel& label) {
    around.place = [&](const std::string& key) { return study.place(section + ("." + key)); };
    Finding found = look([&] {
      const auto made = make_label_engine(label, around);
      return fmt::format("engine {}: {}", made->name(), made->description());
    });
    if (found.fault) found = {found.text, needed, "label", true};
    findings.push_back(found);
  };
  engine("label", study.label);
  if (study.teacher) engine("teacher", study.teacher->label);
  return findings;
}

std::string glass_text(const glass::Composition& c) {
  return fmt::format("x = {:g}, {} atoms = {}", c.x, c.atoms, c.description());
}

/// Steps and atoms say what the dynamics will cost; the training says its own.
std::string cost(const Study& study) {
  double steps = 0;
  double atom_steps = 0;
  double bytes = 0;
  for (const PlannedStage& stage : plan_of(study)) {
    steps += stage.steps;
    atom_steps += stage.steps * static_cast<double>(stage.atoms);
    bytes += stage.frames * static_cast<double>(stage.atoms) * bytes_per_atom_and_frame;
  }
  std::string text;
  if (study.potential.models.empty())
    text =
        fmt::format("{} models x {} training steps; ", study.potential.ensemble,
                    study.train.first.steps + study.train.finish.steps + study.train.retrain.steps);
  return fmt::format(
      "cost: {}{:.3g} steps of molecular dynamics, {:.3g} of an atom; {:.2g} GB of "
      "trajectories",
      text, steps, atom_steps, bytes / 1e9);
}

/// What a loop needs besides its labels: prototypes that exist, files, models, packing.
std::vector<Finding> look_at_loop(const Study& study) {
  std::vector<Finding> findings;
  for (const std::string& name : study.seed_stage->prototypes)
    findings.push_back(look([&] {
      const structures::Frame f = structures::expand(structures::prototype(name));
      return fmt::format("prototype {}: {}, {:.3f} g/cm3", name, structures::formula(f.species),
                         structures::density(f));
    }));
  const auto file = [&](const char* key, const std::string& path) {
    const bool there = fs::exists(study_path(study, path));
    findings.push_back(
        {fmt::format("{}: {}{}", key, path, there ? "" : " does not exist"), !there, ""});
  };
  for (const std::string& path : study.seed_stage->files) file("seed.files", path);
  double ps = 0;
  for (const formats::StudyStage& s : study.stages) ps += static_cast<double>(s.runs) * s.time;
  findings.push_back(
      {fmt::format("cost: at most {} iterations of {} models x {} steps; {:g} ps of "
                   "exploration if each stage is passed at once",
                   study.loop->iterations, study.potential.ensemble, study.train.retrain.steps, ps),
       false, ""});
  return findings;
}

}  // namespace

std::vector<Finding> preflight(const Study& study) {
  std::vector<Finding> findings = look_at_levels(study);
  for (Finding& finding : look_at_engines(study)) findings.push_back(std::move(finding));
  for (Finding& finding : look_at_reference(study)) findings.push_back(std::move(finding));
  if (study.loop)
    for (Finding& finding : look_at_loop(study)) findings.push_back(std::move(finding));
  if (!study.has_glass()) return findings;
  for (const double x : study.glass.x)
    findings.push_back(look([&] { return "glass: " + glass_text(study_composition(study, x)); }));
  if (study.explore)
    findings.push_back(
        look([&] { return "exploration: " + glass_text(explored_composition(study)); }));
  const auto stops = [](const Finding& f) { return f.fault && f.stage.empty(); };
  if (std::ranges::none_of(findings, stops)) findings.push_back(look([&] { return cost(study); }));
  return findings;
}

}  // namespace vitrion::app
