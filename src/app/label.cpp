// vitrion label: labels structures with a first-principles engine or a teacher.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/engine_labeller.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/engines/ase.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace {

struct Arguments {
  std::vector<std::string> files;
  std::string out;
  std::string engine = "gpaw";
  std::string model;
  engines::GpawSettings gpaw;
  engines::AseSettings ase;
  std::string keep;
  LabelOptions options;
  bool json = false;
};

struct Counts {
  std::size_t labelled = 0, unconverged = 0, failed = 0;
};

void write_record(const Arguments& a, const engines::WorkerEngine& engine, const Counts& n,
                  const std::vector<learn::Labelled>& answers) {
  nlohmann::json failures = nlohmann::json::array();
  for (std::size_t i = 0; i < answers.size(); ++i)
    if (!answers[i])
      failures.push_back({{"frame", i},
                          {"status", name_of(answers[i].error().kind)},
                          {"cause", answers[i].error().cause}});
  const nlohmann::json record = {
      {"engine", engine.name}, {"level", engine.level},  {"settings_hash", engine.settings_hash()},
      {"output", a.out},       {"labelled", n.labelled}, {"unconverged", n.unconverged},
      {"failed", n.failed},    {"failures", failures}};
  fmt::print("{}\n", record.dump());
}

/// Labels of a model, in this process: a teacher whose every answer is known, for trying a loop.
void run_potential(const Arguments& a) {
  if (a.model.empty()) throw InputError("engine potential needs --model");
  const auto threads = std::make_shared<ThreadPool>(a.options.jobs);
  Predictor predictor(a.model, {}, threads);
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
      frame.info["engine"] = "vitrion " + a.model;
      labelled.push_back(std::move(frame));
    }
  if (const std::string text = predictor.shortage(); !text.empty())
    fmt::print(stderr, "vitrion: warning: {}; the farthest neighbours were left out\n", text);
  formats::write_frames(a.out, labelled);
  fmt::print("{} frames labelled by {} -> {}\n", labelled.size(), a.model, a.out);
}

void run(Arguments a) {
  if (a.engine != "gpaw" && a.engine != "ase" && a.engine != "potential")
    throw InputError(fmt::format("engine = {} must be gpaw, ase or potential{}", a.engine,
                                 did_you_mean(a.engine, {"gpaw", "ase", "potential"})));
  if (a.engine == "potential") return run_potential(a);
  const engines::WorkerEngine engine =
      a.engine == "gpaw" ? engines::gpaw_engine(a.gpaw) : engines::ase_engine(a.ase);
  std::vector<structures::Frame> frames;
  for (const std::string& file : a.files)
    for (structures::Frame& frame : formats::read_frames(file)) frames.push_back(std::move(frame));
  if (frames.empty()) throw InputError(fmt::format("{} holds no frame", a.files.front()));

  const bool keep = !a.keep.empty();
  a.options.tasks = keep ? a.keep : a.out + ".tasks";
  EngineLabeller labeller(engine, a.options);
  Counts n;
  Progress progress("label", frames.size());
  std::vector<std::string> complaints;
  const auto answers = labeller.label(frames, [&](std::size_t i, const learn::Labelled& answer) {
    if (answer) {
      ++n.labelled;
    } else {
      ++(answer.error().kind == learn::Failure::Kind::unconverged ? n.unconverged : n.failed);
      complaints.push_back(
          fmt::format("frame {}: {}: {}", i, name_of(answer.error().kind), answer.error().cause));
    }
    progress.update(n.labelled + n.unconverged + n.failed);
  });
  progress.finish();
  for (const std::string& text : complaints) fmt::print(stderr, "vitrion: {}\n", text);

  std::vector<structures::Frame> labelled;
  for (const learn::Labelled& answer : answers)
    if (answer) labelled.push_back(*answer);
  if (!labelled.empty()) formats::write_frames(a.out, labelled);
  if (a.json) {
    write_record(a, engine, n, answers);
  } else {
    fmt::print("{} of {} frames labelled by {} {} -> {}\n", n.labelled, frames.size(), engine.name,
               engine.description, labelled.empty() ? "nothing written" : a.out);
  }
  if (n.failed > 0)
    throw Error(fmt::format("{} of {} frames failed; their folders are in {}", n.failed,
                            frames.size(), a.options.tasks));
  if (n.unconverged > 0)
    throw Refused(fmt::format("{} of {} frames did not converge; their folders are in {}",
                              n.unconverged, frames.size(), a.options.tasks));
  std::error_code code;
  if (!keep) std::filesystem::remove_all(a.options.tasks, code);
}

}  // namespace

void add_label(CLI::App& program) {
  auto a = std::make_shared<Arguments>();
  CLI::App* c = program.add_subcommand(
      "label", "Labels structures (energy, forces, virial) with GPAW or an ASE calculator");
  c->add_option("FILE", a->files, "structures in any known format")->required();
  c->add_option("-o,--output", a->out, "labelled frames, extended XYZ")->required();
  c->add_option("--engine", a->engine,
                "gpaw (first principles), ase (a teacher) or potential (a model)")
      ->capture_default_str();
  c->add_option("--calculator", a->ase.calculator,
                "ase: sevenn:7net-0, sevenn:7net-l3i5, ase:lj, "
                "module:Class")
      ->capture_default_str();
  c->add_option("--model", a->model, "potential: a model file");
  c->add_option("--cutoff", a->gpaw.cutoff_eV, "gpaw: plane waves, eV")->capture_default_str();
  c->add_option(
       "--kpoints", a->gpaw.kpoints,
       "gpaw: auto (the mean-value point for disordered cells "
       "over 8.5 A, the spacing grid else), spacing, mean-value, or \"N N N\"; never Gamma "
       "alone")
      ->capture_default_str();
  c->add_option("--spacing", a->gpaw.spacing, "gpaw: k-point spacing, 1/A")->capture_default_str();
  c->add_option("--smearing", a->gpaw.smearing_eV, "gpaw: Fermi smearing, eV")
      ->capture_default_str();
  c->add_option("--dispersion", a->gpaw.dispersion, "gpaw: D3(0) or none")->capture_default_str();
  c->add_option("--maxiter", a->gpaw.maxiter, "gpaw: iterations before a frame is unconverged")
      ->capture_default_str();
  c->add_option("--jobs", a->options.jobs, "processes at a time, one core each")
      ->capture_default_str();
  c->add_option("--keep", a->keep,
                "keep the task folders here (default: OUT.tasks, removed when all "
                "frames are labelled)");
  c->add_option("--python", a->options.python, "Python of the engine (default: its .venv)");
  c->add_flag("--retry", a->options.retry, "compute unconverged frames of an earlier run again");
  c->add_flag("--json", a->json, "print a record for machines");
  c->footer(
      "A frame that does not converge is reported with its cause and not written. Run again to "
      "resume:\n"
      "finished frames are taken from their folders. Exit codes: 0 all labelled, 1 failures, 2 "
      "bad\n"
      "input, 3 only unconverged frames.\n\n"
      "Examples:\n"
      "  vitrion label --engine gpaw melts.extxyz -o labelled.extxyz --jobs 2\n"
      "  vitrion label --engine ase --calculator sevenn:7net-l3i5 melts.extxyz -o teacher.extxyz");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
