// vitrion pack: a glass's molecules in a periodic box, in exactly the stoichiometry asked.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/packing.hpp"
#include "base/error.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/study/file.hpp"
#include "glass/packing.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

struct PackArguments {
  std::string study;
  std::string output = "packed.extxyz";
  double x = -1;
  std::size_t atoms = 0;
  double density = 0;
  double box = 0;
  std::size_t replica = 1;
  std::string model;
  bool round = false;
  bool json = false;
};

/// The packed frame, contacts removed by the model if there is one.
structures::Frame packed_frame(const formats::Study& study, const PackArguments& a,
                               const glass::Composition& composition, const std::string& work) {
  const double density = a.box > 0       ? glass::density_in_box(composition, a.box)
                         : a.density > 0 ? a.density
                                         : study.glass.density;
  structures::Frame frame =
      pack_box(composition, density, study.seed, fmt::format("pack x{:g}", composition.x),
               a.replica - 1, study.elements, (fs::path(work) / "packmol").string());
  if (a.model.empty()) return frame;
  RunFolder folder(a.study);
  Pipeline pipeline(study, folder, 1, fs::read_symlink("/proc/self/exe").string());
  md::Protocol protocol;
  protocol.segments = {md::Segment::minimise()};
  const Chain chain{"pack",
                    (fs::path(work) / "minimise").string(),
                    frame,
                    protocol,
                    {fs::absolute(a.model).string()}};
  frame = run_chains(pipeline, "minimise", {chain}).front().end;
  frame.velocities.clear();
  return frame;
}

void run(const PackArguments& a) {
  const formats::Study study = formats::read_study(a.study);
  const glass::Recipe recipe = glass::Recipe::parse(study.glass.formula, study.glass.units);
  const glass::Composition composition =
      glass::compose(recipe, a.x >= 0 ? a.x : study.glass.x.front(),
                     a.atoms > 0 ? a.atoms : study.glass.atoms, a.round || study.glass.round);
  const std::string work = fs::absolute(a.output + ".tasks").string();
  const structures::Frame frame = packed_frame(study, a, composition, work);
  formats::write_frames(a.output, {frame});
  std::error_code code;
  fs::remove_all(work, code);
  const std::string formula = structures::formula(frame.species);
  if (a.json) {
    const nlohmann::json record = {{"output", a.output},
                                   {"formula", formula},
                                   {"x", composition.x},
                                   {"atoms", composition.atoms},
                                   {"units", composition.description()},
                                   {"density_g_cm3", structures::density(frame)}};
    fmt::print("{}\n", record.dump());
  } else {
    fmt::print("{}: {} ({} atoms, x = {:g}) = {}, {:.3f} g/cm3\n", a.output, formula,
               composition.atoms, composition.x, composition.description(),
               structures::density(frame));
  }
}

}  // namespace

void add_pack(CLI::App& program) {
  CLI::App* c =
      program.add_subcommand("pack", "Packs a study's glass at random, in exact stoichiometry");
  auto a = std::make_shared<PackArguments>();
  c->add_option("STUDY", a->study,
                "study file; its [glass] names units, formula, x, size and density")
      ->required();
  c->add_option("-o,--output", a->output, "packed structure, any format")->capture_default_str();
  c->add_option("-x", a->x, "x of the formula, in place of the study's first");
  c->add_option("--atoms", a->atoms, "atoms, in place of the study's");
  CLI::Option* density = c->add_option("--density", a->density, "g/cm3, in place of the study's");
  c->add_option("--box", a->box, "edge of the cubic box in A, in place of a density")
      ->check(CLI::PositiveNumber)
      ->excludes(density);
  c->add_option("--replica", a->replica, "which of the study's packings, from 1")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_option("-m,--model", a->model, "remove contacts with this potential (a minimisation)");
  c->add_flag("--round", a->round, "take the nearest x and size that the units reach");
  c->add_flag("--json", a->json, "print a record for machines");
  c->footer(
      "Salts reach only some compositions: with n P2X5 units of which k are P2O5, x = 5k/(2n). An "
      "x that\n"
      "the size cannot reach ends with exit code 2 and names the nearest.\n\n"
      "Example:\n"
      "  vitrion pack studies/quickstart.toml -x 0.6 --atoms 400 -o packed.extxyz");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
