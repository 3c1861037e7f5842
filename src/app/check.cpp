// vitrion check: a study validated without running anything: keys, files, engines, compositions,
// neighbours, cost.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/study/choice.hpp"
#include "app/study/cost.hpp"
#include "app/study/engine_versions.hpp"
#include "app/study/plan.hpp"
#include "app/study/preflight.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"

namespace vitrion::app {

namespace {

struct CheckArguments {
  StudyChoice choice;
  bool json = false;
  bool quick = false;
};

/// What only one stage needs may still be installed before it comes.
bool stops(const Finding& finding) {
  return finding.fault && finding.stage.empty();
}

const char* word_of(const Finding& finding) {
  return stops(finding) ? "fault" : finding.fault || finding.warning ? "warning" : "ok";
}

nlohmann::json record_of(const ChosenStudy& chosen, const std::vector<Finding>& findings) {
  nlohmann::json record = {{"study", chosen.study.name},
                           {"run_folder", chosen.run_folder()},
                           {"notes", chosen.notes},
                           {"findings", nlohmann::json::array()},
                           {"stages", nlohmann::json::array()}};
  for (const Finding& finding : findings)
    record["findings"].push_back({{"state", word_of(finding)}, {"text", finding.text}});
  if (chosen.study.has_glass() && std::ranges::none_of(findings, stops))
    for (const PlannedStage& stage : plan_of(chosen.study))
      record["stages"].push_back(
          {{"name", stage.name}, {"steps", stage.steps}, {"atoms", stage.atoms}});
  return record;
}

/// What takes a second or two to find out, where nothing speaks against the study.
void measure(const formats::Study& study, std::vector<Finding>& findings) {
  const auto found = [&](const char* name, const std::optional<std::string>& version) {
    if (version) findings.push_back({fmt::format("{} {}", name, *version)});
  };
  found("LAMMPS", lammps_version());
  found("Packmol", packmol_version());
  const auto gnuplot = gnuplot_version();
  findings.push_back(
      {gnuplot ? "gnuplot " + *gnuplot : "gnuplot is not in PATH: a report without figures", false,
       "", !gnuplot});
  if (!study.has_glass() || std::ranges::any_of(findings, stops)) return;
  const Neighbours neighbours = look_at_neighbours(study);
  findings.push_back({neighbours.text, false, "", neighbours.too_many});
  const StepCost step = measure_step(study);
  const std::size_t cores = study.queue.cores > 0 ? study.queue.cores : default_threads();
  findings.push_back({fmt::format(
      "time: {:.3g} ms a step of {} atoms on one core ({}): {} on {} cores{}", 1e3 * step.seconds,
      step.atoms, step.how, duration_text(wall_seconds(study, step, cores)), cores,
      study.potential.models.empty() ? ", and the training" : "")});
}

void run(const CheckArguments& a) {
  const ChosenStudy chosen = choose(a.choice);
  std::vector<Finding> findings = preflight(chosen.study);
  if (!a.quick) measure(chosen.study, findings);
  const auto faults = std::ranges::count_if(findings, stops);
  if (a.json) {
    fmt::print("{}\n", record_of(chosen, findings).dump());
  } else {
    fmt::print("{}: study {}\n", chosen.study.path, chosen.study.name);
    for (const std::string& note : chosen.notes) fmt::print("  {:<7} {}\n", "note", note);
    for (const Finding& finding : findings)
      fmt::print("  {:<7} {}\n", word_of(finding), finding.text);
  }
  if (faults > 0)
    throw InputError(
        fmt::format("{}: {} fault{}", chosen.study.path, faults, faults > 1 ? "s" : ""));
  if (!a.json) fmt::print("{} is ready to run\n", chosen.study.path);
}

}  // namespace

void add_check(CLI::App& program) {
  CLI::App* c = program.add_subcommand(
      "check", "Validates a study without running it: keys, files, engines, cost");
  auto a = std::make_shared<CheckArguments>();
  a->choice.add_to(*c);
  c->add_flag("--quick", a->quick, "try neither the potential nor the programs");
  c->add_flag("--json", a->json, "print a record for machines, with every stage of the study");
  c->footer(
      "A key that is not known ends with exit code 2, its line and the nearest known one. Files "
      "must be there; a program or\nan environment that is missing is a warning while the stages "
      "that need it are done or are not part of the study.\n\n"
      "Examples:\n"
      "  vitrion check studies/quickstart.toml\n"
      "  vitrion check studies/napso.toml --scale size=0.25,time=0.001 --replicas 2");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
