// vitrion pore: a stoichiometric spherical pore in a glass.
#include "app/pore.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "edges/formats/frames.hpp"
#include "glass/pore.hpp"

namespace vitrion::app {

namespace {

constexpr double largest_share = 0.10;

struct PoreArguments {
  std::string glass;
  std::string output = "pore.extxyz";
  std::vector<std::string> elements;
  std::vector<double> centre;
  glass::PoreOptions options;
  bool json = false;
};

void run(const PoreArguments& a) {
  glass::PoreOptions options = a.options;
  if (!a.centre.empty()) options.centre = {a.centre[0], a.centre[1], a.centre[2]};
  const structures::Frame frame =
      formats::read_frames(a.glass, {.format = {}, .elements = a.elements}).back();
  const glass::Pore pore = glass::carve_pore(frame, options);
  formats::write_frames(a.output, {pore.frame});
  if (pore.volume_share > largest_share)
    fmt::print(stderr,
               "vitrion: warning: the pore takes {:.0f} % of the cell: it meets its own images\n",
               100 * pore.volume_share);
  const std::string formula = structures::formula(pore.frame.species);
  if (a.json) {
    const nlohmann::json record = {{"output", a.output},
                                   {"formula", formula},
                                   {"atoms", pore.frame.size()},
                                   {"formula_units_removed", pore.formula_units},
                                   {"removed", pore.removed},
                                   {"diameter", options.diameter},
                                   {"volume_share", pore.volume_share},
                                   {"x_shift", pore.x_shift},
                                   {"density_g_cm3", structures::density(pore.frame)}};
    fmt::print("{}\n", record.dump());
    return;
  }
  std::string removed;
  for (const auto& [element, count] : pore.removed) removed += fmt::format(" {}{}", element, count);
  fmt::print("{}: {} ({} atoms), {} formula units taken out ({}), {:.1f} % of the cell\n", a.output,
             formula, pore.frame.size(), pore.formula_units, removed.substr(1),
             100 * pore.volume_share);
  if (pore.x_shift > 0)
    fmt::print("the composition changed: by up to {:.3g} atoms a formula unit\n", pore.x_shift);
}

}  // namespace

void add_pore(CLI::App& program) {
  CLI::App* c =
      program.add_subcommand("pore", "Takes whole units out of a sphere, in exact stoichiometry");
  auto a = std::make_shared<PoreArguments>();
  c->add_option("GLASS", a->glass, "structure; the last frame of a trajectory")->required();
  c->add_option("-o,--output", a->output, "porous structure, any format")->capture_default_str();
  c->add_option("--diameter", a->options.diameter, "A")->capture_default_str();
  c->add_option("--centre", a->centre, "fractional coordinates (default 0.5,0.5,0.5)")
      ->delimiter(',')
      ->expected(3);
  c->add_option("--elements", a->elements, "names of the types, for files with types only")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_flag("--round", a->options.round,
              "take the nearest number of each anion where the exact one is not whole");
  c->add_flag("--json", a->json, "print a record for machines");
  c->footer(
      "As many formula units leave as lie in the sphere by their atoms: PX4 units and clusters of "
      "them as wholes, then the\nnearest free anions and cations. What stays keeps the glass's "
      "composition exactly. Over 10 % of the cell is warned of.\n\n"
      "Example:\n  vitrion pore glass.extxyz --diameter 14 -o porous.extxyz");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
