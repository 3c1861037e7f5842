// vitrion relax: atoms and cell to their minimum, with a model, a teacher or first principles.
#include <fmt/format.h>

#include <filesystem>
#include <memory>

#include "app/engine_labeller.hpp"
#include "app/loop_commands.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/engines/ase.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/formats/frames.hpp"
#include "md/relax_cell.hpp"
#include "structures/prototypes.hpp"

namespace vitrion::app {

using structures::Frame;

namespace {

struct RelaxArguments {
  std::string input;
  std::string out;
  std::string model;
  std::string engine;
  engines::GpawSettings gpaw;
  engines::AseSettings ase;
  md::CellRelaxOptions options;
  bool fixed_cell = false;
};

/// Energies of a model in this process, or of an engine, whose finished steps are found again.
std::function<void(Frame&)> evaluator(const RelaxArguments& a) {
  if (a.model.empty() == a.engine.empty())
    throw InputError("name --model or --engine, one of the two");
  if (!a.model.empty()) {
    auto predictor = std::make_shared<Predictor>(a.model, potential::EngineOptions{},
                                                 std::make_shared<ThreadPool>(default_threads()));
    return [predictor](Frame& frame) {
      potential::Result result;
      predictor->predict(frame, result);
      frame.labels.energy = result.energy;
      frame.labels.forces = result.force;
      frame.labels.virial = result.virial;
    };
  }
  if (a.engine != "gpaw" && a.engine != "ase")
    throw InputError(fmt::format("engine = {} must be gpaw or ase", a.engine));
  const engines::WorkerEngine engine =
      a.engine == "gpaw" ? engines::gpaw_engine(a.gpaw) : engines::ase_engine(a.ase);
  auto labeller =
      std::make_shared<EngineLabeller>(engine, LabelOptions{a.out + ".tasks", "", 1, false});
  return [labeller](Frame& frame) {
    const auto answer =
        labeller->label({frame}, [](std::size_t, const learn::Labelled&) {}).front();
    if (!answer)
      throw Error(fmt::format("a step has no label: {}: {}", learn::name_of(answer.error().kind),
                              answer.error().cause));
    frame.labels = answer->labels;
  };
}

/// Frames of a file; or the one of a prototype's name.
std::vector<Frame> frames_of(const std::string& input) {
  if (std::filesystem::exists(input)) return formats::read_frames(input);
  for (const structures::Prototype& p : structures::prototypes())
    if (p.name == input) return {structures::expand(p)};
  return formats::read_frames(input);  // says that it is not there
}

void run(RelaxArguments a) {
  a.options.cell = !a.fixed_cell;
  a.options.validate();
  const auto evaluate = evaluator(a);
  std::vector<Frame> relaxed;
  std::size_t open = 0;
  for (const Frame& frame : frames_of(a.input)) {
    const md::CellRelaxed r = md::relax_cell(frame, evaluate, a.options);
    fmt::print(
        "{}: {} after {} steps, largest force {:.4f} eV/A, stress {:.3f} GPa, {:.4f} eV/atom, "
        "{:.4f} g/cm3\n",
        structures::formula(r.frame.species), r.converged ? "relaxed" : "not relaxed", r.steps,
        r.force, r.stress, *r.frame.labels.energy / static_cast<double>(r.frame.size()),
        structures::density(r.frame));
    open += r.converged ? 0 : 1;
    relaxed.push_back(r.frame);
  }
  formats::write_frames(a.out, relaxed);
  std::error_code code;
  std::filesystem::remove_all(a.out + ".tasks", code);
  if (open > 0)
    throw Refused(fmt::format("{} of {} structures did not relax in {} steps", open, relaxed.size(),
                              a.options.steps));
}

}  // namespace

void add_relax(CLI::App& program) {
  auto a = std::make_shared<RelaxArguments>();
  CLI::App* c = program.add_subcommand(
      "relax", "Relaxes atoms and cell with a model, a teacher or first principles");
  c->add_option("INPUT", a->input, "structures in any known format, or a prototype's name")
      ->required();
  c->add_option("-o,--output", a->out, "relaxed structures with their labels")->required();
  c->add_option("-m,--model", a->model, "a model file");
  c->add_option("--engine", a->engine, "gpaw (first principles) or ase (a teacher)");
  c->add_option("--calculator", a->ase.calculator,
                "ase: sevenn:7net-0, sevenn:7net-l3i5, ase:lj, "
                "module:Class")
      ->capture_default_str();
  c->add_option("--cutoff", a->gpaw.cutoff_eV, "gpaw: plane waves, eV")->capture_default_str();
  c->add_option("--force", a->options.force, "largest force at the end, eV/A")
      ->capture_default_str();
  c->add_option("--stress", a->options.stress, "largest stress at the end, GPa")
      ->capture_default_str();
  c->add_option("--pressure", a->options.pressure, "from outside, GPa")->capture_default_str();
  c->add_option("--steps", a->options.steps, "evaluations at most")->capture_default_str();
  c->add_flag("--fixed-cell", a->fixed_cell, "only the atoms move");
  c->footer(
      "Exit code 3 if a structure did not relax; it is written as far as it came.\n\n"
      "Examples:\n"
      "  vitrion relax na3ps4_cubic -o relaxed.extxyz --model model.dp\n"
      "  vitrion relax POSCAR -o relaxed.extxyz --engine ase --calculator sevenn:7net-0");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
