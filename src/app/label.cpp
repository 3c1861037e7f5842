// vitrion label: labels structures with a first-principles engine or a teacher.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/labellers.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/formats/frames.hpp"
#include "learn/pulay.hpp"

namespace vitrion::app {

namespace {

constexpr double stress_limit = 0.1;  // GPa; 2 % of volume is 0.3 (docs/label.md)

struct LabelArguments {
  std::vector<std::string> files;
  std::string out;
  formats::StudyLabel label;
  std::optional<double> cutoff;
  std::vector<std::string> potcar, incar;  ///< NAME=VALUE
  std::string keep, python;
  std::size_t jobs = 1;
  bool retry = false;
  bool check_stress = false;
  double high_cutoff = 0;
  bool json = false;
};

struct Counts {
  std::size_t labelled = 0, second_recipe = 0, unconverged = 0, failed = 0;
};

nlohmann::json record_of(const LabelArguments& a, const ChosenLabeller& engine, const Counts& n,
                         const std::vector<learn::Labelled>& answers) {
  nlohmann::json failures = nlohmann::json::array();
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i])
      failures.push_back({{"frame", i},
                          {"status", name_of(answers[i].error().kind)},
                          {"cause", answers[i].error().cause}});
  return {{"engine", engine.name},
          {"level", engine.level},
          {"settings_hash", engine.settings_hash},
          {"output", a.out},
          {"labelled", n.labelled},
          {"second_recipe", n.second_recipe},
          {"unconverged", n.unconverged},
          {"failed", n.failed},
          {"failures", failures}};
}

/// Labels of a model, in this process: a teacher whose every answer is known, for trying a loop.
void run_potential(const LabelArguments& a) {
  if (a.label.model.empty()) throw InputError("engine potential needs --model");
  const auto threads = std::make_shared<ThreadPool>(a.jobs);
  Predictor predictor(a.label.model, {}, threads);
  std::vector<structures::Frame> labelled;
  potential::Result result;
  for (const std::string& file : a.files)
    for (structures::Frame& frame : formats::read_frames(file)) {
      predictor.predict(frame, result);
      frame.labels = {};
      frame.labels.energy = result.energy;
      frame.labels.forces = result.force;
      frame.labels.virial = result.virial;
      frame.info["level"] = "model";
      frame.info["engine"] = "vitrion " + a.label.model;
      labelled.push_back(std::move(frame));
    }
  if (const std::string text = predictor.shortage(); !text.empty())
    fmt::print(stderr, "vitrion: warning: {}; the farthest neighbours were left out\n", text);
  formats::write_frames(a.out, labelled);
  fmt::print("{} frames labelled by {} -> {}\n", labelled.size(), a.label.model, a.out);
}

/// "Na=FILE" and the like.
std::map<std::string, std::string> pairs_of(const std::vector<std::string>& words,
                                            const char* option) {
  std::map<std::string, std::string> pairs;
  for (const std::string& word : words) {
    const std::size_t at = word.find('=');
    if (at == 0 || at == word.npos || at + 1 == word.size())
      throw InputError(fmt::format("{} {} must read NAME=VALUE", option, word));
    pairs[word.substr(0, at)] = word.substr(at + 1);
  }
  return pairs;
}

ChosenLabeller choose(const LabelArguments& a, const formats::StudyLabel& label) {
  EngineSurroundings around;
  around.python = a.python;
  around.path = [](const std::string& path) { return path; };
  around.place = [](const std::string& key) { return "--" + key; };
  return choose_labeller(label, around, a.keep.empty() ? a.out + ".tasks" : a.keep, a.jobs,
                         a.retry);
}

void report_stress(const LabelArguments& a, const std::vector<structures::Frame>& low,
                   const std::vector<structures::Frame>& high, double low_cutoff,
                   double high_cutoff, nlohmann::json& record) {
  const learn::StressCheck check = learn::check_stress(low, high);
  nlohmann::json& r = record["stress"];
  r = {{"cutoff_eV", low_cutoff},      {"high_cutoff_eV", high_cutoff},
       {"pressure_GPa", check.low},    {"high_pressure_GPa", check.high},
       {"largest_GPa", check.largest}, {"limit_GPa", stress_limit},
       {"constants_eV", nullptr},      {"largest_after_GPa", check.largest_after}};
  std::string constants;
  for (std::size_t s = 0; s < check.species.size(); ++s) {
    r["constants_eV"][check.species[s]] = check.constants[s];
    constants += fmt::format(" {} {:+.3f}", check.species[s], check.constants[s]);
  }
  if (!a.json) {
    for (std::size_t k = 0; k < low.size(); ++k)
      fmt::print("{:<24} {:9.3f} GPa at {:g} eV  {:9.3f} GPa at {:g} eV  difference {:+.3f}\n",
                 structures::formula(low[k].species), check.low[k], low_cutoff, check.high[k],
                 high_cutoff, check.low[k] - check.high[k]);
    fmt::print(
        "largest difference {:.3f} GPa, limit {:g}; what is missing at {:g} eV, eV per atom "
        "on each diagonal element of W:{} (then {:.3f} GPa are left)\n",
        check.largest, stress_limit, low_cutoff, constants, check.largest_after);
  }
}

void run(LabelArguments a) {
  const std::vector<std::string> known = {"gpaw", "vasp", "cp2k", "ase", "potential", "command"};
  if (std::ranges::find(known, a.label.engine) == known.end())
    throw InputError(fmt::format("engine = {} must be one of {}{}", a.label.engine,
                                 fmt::join(known, ", "), did_you_mean(a.label.engine, known)));
  if (a.label.engine == "potential") return run_potential(a);
  if (a.label.engine == "command" && a.label.command.empty())
    throw InputError(
        "engine command needs --command, which reads input.extxyz and writes "
        "output.extxyz");
  a.label.potcar = pairs_of(a.potcar, "--potcar");
  a.label.incar = pairs_of(a.incar, "--incar");
  if (a.cutoff) (a.label.engine == "cp2k" ? a.label.cutoff_Ry : a.label.cutoff_eV) = *a.cutoff;
  if (a.check_stress && a.label.engine != "gpaw" && a.label.engine != "vasp")
    throw InputError("--check-stress is for plane waves: engine gpaw or vasp");
  const double high = a.high_cutoff > 0 ? a.high_cutoff : 1.5 * a.label.cutoff_eV;
  if (a.check_stress && !(high > a.label.cutoff_eV))
    throw InputError(fmt::format("--high-cutoff {:g} eV must be above the cutoff, {:g} eV", high,
                                 a.label.cutoff_eV));
  std::vector<structures::Frame> frames;
  for (const std::string& file : a.files)
    for (structures::Frame& frame : formats::read_frames(file)) frames.push_back(std::move(frame));
  if (frames.empty()) throw InputError(fmt::format("{} holds no frame", a.files.front()));

  const bool keep = !a.keep.empty();
  const std::string tasks = keep ? a.keep : a.out + ".tasks";
  const ChosenLabeller engine = choose(a, a.label);
  Counts n;
  std::vector<std::string> complaints;
  const auto label = [&](learn::Labeller& by, const char* title) {
    Progress progress(title, frames.size());
    std::size_t seen = 0;
    return by.label(frames, [&](std::size_t i, const learn::Labelled& answer) {
      if (answer) {
        ++n.labelled;
        if (answer->info.contains("recipe")) ++n.second_recipe;
      } else {
        ++(answer.error().kind == learn::Failure::Kind::unconverged ? n.unconverged : n.failed);
        complaints.push_back(
            fmt::format("frame {}: {}: {}", i, name_of(answer.error().kind), answer.error().cause));
      }
      progress.update(++seen);
    });
  };
  const auto answers = label(*engine.labeller, "label");
  std::vector<learn::Labelled> above;
  if (a.check_stress) {
    formats::StudyLabel raised = a.label;
    raised.cutoff_eV = high;
    above = label(*choose(a, raised).labeller, "label, higher cutoff");
  }
  for (const std::string& text : complaints) fmt::print(stderr, "vitrion: {}\n", text);

  std::vector<structures::Frame> labelled, low, raised;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) labelled.push_back(*answers[i]);
    if (!a.check_stress || !answers[i] || !above[i]) continue;
    low.push_back(*answers[i]);
    raised.push_back(*above[i]);
  }
  if (!labelled.empty()) formats::write_frames(a.out, labelled);
  n.labelled = labelled.size();
  nlohmann::json record = record_of(a, engine, n, answers);
  if (!a.json)
    fmt::print("{} of {} frames labelled by {} {}{} -> {}\n", labelled.size(), frames.size(),
               engine.name, engine.description,
               n.second_recipe > 0 ? fmt::format(", {} by the second recipe", n.second_recipe) : "",
               labelled.empty() ? "nothing written" : a.out);
  if (!low.empty()) report_stress(a, low, raised, a.label.cutoff_eV, high, record);
  if (a.json) fmt::print("{}\n", record.dump());
  if (n.failed > 0)
    throw Error(fmt::format("{} of {} frames failed; their folders are in {}", n.failed,
                            frames.size(), tasks));
  if (n.unconverged > 0)
    throw Refused(fmt::format("{} of {} frames did not converge; their folders are in {}",
                              n.unconverged, frames.size(), tasks));
  std::error_code code;
  if (!keep) std::filesystem::remove_all(tasks, code);
  if (a.check_stress && record["stress"]["largest_GPa"].get<double>() > stress_limit)
    throw Refused(fmt::format(
        "the stress at {:g} eV is off by {:.2f} GPa, limit {:g}: it needs "
        "constants per species or a higher cutoff",
        a.label.cutoff_eV, record["stress"]["largest_GPa"].get<double>(), stress_limit));
}

}  // namespace

void add_label(CLI::App& program) {
  auto a = std::make_shared<LabelArguments>();
  CLI::App* c = program.add_subcommand("label",
                                       "Labels structures (energy, forces, virial) with GPAW, "
                                       "VASP, CP2K, an ASE calculator, a model "
                                       "or any program");
  c->add_option("FILE", a->files, "structures in any known format")->required();
  c->add_option("-o,--output", a->out, "labelled frames, extended XYZ")->required();
  c->add_option("--engine", a->label.engine,
                "gpaw, vasp, cp2k (first principles), ase (a teacher), potential (a model) or "
                "command (any program)")
      ->capture_default_str();
  c->add_option("--calculator", a->label.calculator,
                "ase: sevenn:7net-0, sevenn:7net-l3i5, d3:PBE, ase:lj, "
                "module:Class")
      ->capture_default_str();
  c->add_option("--model", a->label.model, "potential: a model file");
  c->add_option("--command", a->label.command,
                "command: reads input.extxyz and writes output.extxyz; vasp, cp2k: how the program "
                "is started (vasp_std, cp2k.psmp)");
  c->add_option("--settings", a->label.settings,
                "command: what it computes, in words that make another level");
  c->add_option("--potcar", a->potcar, "vasp: ELEMENT=FILE, one for each element");
  c->add_option("--incar", a->incar, "vasp: TAG=VALUE beside ours");
  c->add_option("--basis", a->label.basis, "cp2k: basis set (DZVP-MOLOPT-SR-GTH)");
  c->add_option("--cutoff", a->cutoff, "plane waves: 600 eV (gpaw, vasp); grid: 900 Ry (cp2k)");
  c->add_option(
       "--kpoints", a->label.kpoints,
       "gpaw, vasp, cp2k: auto (the mean-value point for disordered cells "
       "over 8.5 A, the spacing grid else), spacing, mean-value, or \"N N N\"; never Gamma "
       "alone")
      ->capture_default_str();
  c->add_option("--spacing", a->label.spacing, "k-point spacing, 1/A")->capture_default_str();
  c->add_option("--smearing", a->label.smearing_eV,
                "eV: Fermi 0.1 (gpaw, cp2k), Gaussian 0.05 (vasp)");
  c->add_option("--dispersion", a->label.dispersion, "gpaw, vasp, cp2k: D3(0) or none")
      ->capture_default_str();
  c->add_option("--maxiter", a->label.maxiter,
                "iterations before a frame is unconverged: 120 (gpaw, vasp), 80 (cp2k)");
  c->add_flag("--check-stress", a->check_stress,
              "gpaw, vasp: label again at a higher cutoff and compare the pressures");
  c->add_option("--high-cutoff", a->high_cutoff, "of --check-stress, eV (1.5 times the cutoff)");
  c->add_option("--cores", a->label.cores, "vasp, cp2k, command: cores of one process")
      ->capture_default_str();
  c->add_option("--minutes", a->label.minutes, "vasp, cp2k, command: time limit of a frame");
  c->add_option("--jobs", a->jobs, "processes at a time")->capture_default_str();
  c->add_option("--keep", a->keep,
                "keep the task folders here (default: OUT.tasks, removed when all "
                "frames are labelled)");
  c->add_option("--python", a->python, "Python of the engine (default: its .venv)");
  c->add_flag("--retry", a->retry, "compute unconverged frames of an earlier run again");
  c->add_flag("--json", a->json, "print a record for machines");
  c->footer(
      "A frame that does not converge is reported with its cause and not written. Run again to "
      "resume:\n"
      "finished frames are taken from their folders. Exit codes: 0 all labelled, 1 failures, 2 "
      "bad\n"
      "input, 3 only unconverged frames, or a stress that is off by more than 0.1 GPa.\n\n"
      "Examples:\n"
      "  vitrion label --engine gpaw melts.extxyz -o labelled.extxyz --jobs 2\n"
      "  vitrion label --engine ase --calculator sevenn:7net-l3i5 melts.extxyz -o teacher.extxyz\n"
      "  vitrion label --engine vasp --command 'mpirun -np 16 vasp_std' --potcar Na=Na_pv/POTCAR "
      "S=S/POTCAR "
      "na2s.extxyz -o vasp.extxyz\n"
      "  vitrion label --check-stress few.extxyz -o checked.extxyz");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
