#include "app/study/cost.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <filesystem>

#include "app/study/cases.hpp"
#include "app/study/plan.hpp"
#include "app/study/stages.hpp"
#include "base/random.hpp"
#include "base/threads.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"
#include "potential/engine.hpp"
#include "potential/frame_configuration.hpp"
#include "potential/slots.hpp"
#include "structures/neighbours.hpp"
#include "train/initial_model.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using potential::Model;
using structures::Frame;

namespace {

constexpr double look_seconds = 1;
constexpr double spare_places = 1.3;  // of sel over the most neighbours, as a training here has it
// A step is energy and forces; integration, neighbour lists and output are this much more.
constexpr double beside_the_potential = 1.1;

/// Neighbours of the atom that has most of each kind.
std::vector<int> most_neighbours(const Frame& frame, const std::vector<std::string>& elements,
                                 double cutoff) {
  const structures::Species species = frame.species.mapped_to(elements);
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, cutoff);
  std::vector<int> most(elements.size(), 0);
  for (std::size_t i = 0; i < list.centres(); ++i) {
    std::vector<int> found(elements.size(), 0);
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k)
      ++found[static_cast<std::size_t>(species.of_atom[static_cast<std::size_t>(list.index[k])])];
    potential::keep_most(most, found);
  }
  return most;
}

potential::Network random_net(std::size_t in, const std::vector<std::size_t>& widths, bool ends,
                              RandomStream& random) {
  potential::Network net;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const bool last = ends && k + 1 == widths.size();
    potential::Layer layer{in, widths[k], {}, {}, {}, {}, !last};
    for (std::size_t n = 0; n < in * layer.out; ++n)
      layer.w.push_back(random.normal() / std::sqrt(static_cast<double>(in + layer.out)));
    layer.b.assign(layer.out, 0);
    layer.activation = potential::parse_activation(last ? "none" : "tanh");
    net.layers.push_back(std::move(layer));
    in = widths[k];
  }
  return net;
}

/// A net of the study's shape: its weights mean nothing, its time does.
Model untrained_model(const formats::Study& study, const Frame& frame) {
  const formats::StudyPotential& p = study.potential;
  RandomStream random(study.seed, "cost");
  Model model;
  model.type_map = study.elements;
  const std::size_t types = study.elements.size();
  potential::Descriptor& d = model.descriptor;
  d.rcut = p.cutoff;
  d.rcut_smth = p.smooth;
  d.neuron = p.embedding;
  d.axis_neuron = p.axis;
  d.type_one_side = p.one_side;
  d.activation = potential::parse_activation("tanh");
  d.sel = train::automatic_sel(most_neighbours(frame, study.elements, p.cutoff), spare_places);
  d.davg.assign(types, {0, 0, 0, 0});
  d.dstd.assign(types, {1, 1, 1, 1});
  for (std::size_t k = 0; k < (p.one_side ? types : types * types); ++k)
    d.embeddings.push_back(random_net(1, p.embedding, false, random));
  std::vector<std::size_t> widths = p.fitting;
  widths.push_back(1);
  model.fitting.neuron = p.fitting;
  model.fitting.resnet_dt = false;
  model.fitting.activation = potential::parse_activation("tanh");
  model.fitting.bias_atom_e.assign(types, 0);
  for (std::size_t t = 0; t < types; ++t)
    model.fitting.nets.push_back(random_net(d.size(), widths, true, random));
  model.out_bias.assign(types, 0);
  model.out_std.assign(types, 1);
  return model;
}

/// The first given model that is there.
std::string given_model(const formats::Study& study) {
  for (const std::string& model : study.potential.models)
    if (fs::exists(study_path(study, model))) return study_path(study, model);
  return {};
}

}  // namespace

Frame stand_in(const formats::Study& study) {
  const glass::Composition composition = study_cases(study).front().composition;
  Frame frame;
  frame.species.names = study.elements;
  for (const auto& [element, count] : composition.elements)
    frame.species.of_atom.insert(frame.species.of_atom.end(), count, frame.species.find(element));
  RandomStream random(study.seed, "stand-in");
  random.shuffle(frame.species.of_atom);
  const auto side =
      static_cast<std::size_t>(std::ceil(std::cbrt(static_cast<double>(composition.atoms))));
  frame.cell = structures::Cell(1.0 * Mat3{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
  frame.positions.assign(composition.atoms, Vec3{});
  const double mass_density = structures::density(frame);  // of the mass in 1 A^3
  const double length = std::cbrt(mass_density / study.glass.density);
  frame.cell = structures::Cell(length * Mat3{{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}});
  const double step = length / static_cast<double>(side);
  // Places of a grid, spread evenly where there are more of them than atoms.
  const double stride =
      static_cast<double>(side * side * side) / static_cast<double>(composition.atoms);
  for (std::size_t i = 0; i < composition.atoms; ++i) {
    const auto at = static_cast<std::size_t>(static_cast<double>(i) * stride);
    const Vec3 place{static_cast<double>(at % side), static_cast<double>(at / side % side),
                     static_cast<double>(at / (side * side))};
    for (std::size_t a = 0; a < 3; ++a)
      frame.positions[i][a] = step * (place[a] + random.uniform(-0.1, 0.1));
  }
  return frame;
}

StepCost measure_step(const formats::Study& study) {
  const Frame frame = stand_in(study);
  const std::string given = given_model(study);
  const Model model = given.empty() ? untrained_model(study, frame) : formats::read_model(given);
  potential::EngineOptions options;
  options.precision = study.dynamics.precision == "single" ? potential::Precision::float32
                                                           : potential::Precision::float64;
  potential::Engine engine(model, options, std::make_shared<ThreadPool>(1));
  const potential::FrameConfiguration configuration(frame, engine.model());
  potential::Result result;
  engine.compute(configuration.configuration(), result);  // the first one fills memory and tables
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  double least = 1e300;  // of all tries: what disturbs only makes them longer
  double spent = 0;
  for (int tries = 0; tries < 3 || spent < look_seconds; ++tries) {
    const auto start = Clock::now();
    engine.compute(configuration.configuration(), result);
    least = std::min(least, std::chrono::duration<double>(Clock::now() - start).count());
    spent = std::chrono::duration<double>(Clock::now() - begin).count();
  }
  return {beside_the_potential * least, frame.size(),
          given.empty() ? "a net of the study's shape with random weights"
                        : "model " + fs::path(given).filename().string()};
}

double wall_seconds(const formats::Study& study, const StepCost& cost, std::size_t cores) {
  double atom_steps = 0;
  for (const PlannedStage& stage : plan_of(study))
    atom_steps += stage.steps * static_cast<double>(stage.atoms);
  return atom_steps * cost.seconds / static_cast<double>(cost.atoms) / static_cast<double>(cores);
}

Neighbours look_at_neighbours(const formats::Study& study) {
  const std::string given = given_model(study);
  std::optional<Model> model;
  if (!given.empty()) model = formats::read_model(given);
  const double cutoff = model ? model->descriptor.rcut : study.potential.cutoff;
  std::vector<int> most = most_neighbours(stand_in(study), study.elements, cutoff);
  std::size_t frames = 0;
  if (!study.levels.empty())
    for (const auto* entries : {&study.levels.back().files, &study.levels.back().test})
      for (const std::string& entry : *entries)
        for (const Frame& frame : formats::read_frames(study_path(study, entry))) {
          potential::keep_most(most, most_neighbours(frame, study.elements, cutoff));
          ++frames;
        }
  std::string counts;
  for (std::size_t t = 0; t < most.size(); ++t)
    counts += fmt::format("{}{} {}", t > 0 ? ", " : "", study.elements[t], most[t]);
  const std::string seen =
      fmt::format("neighbours within {:g} A: at most {} ({} labelled frames, a glass-like grid)",
                  cutoff, counts, frames);
  if (!model) return {seen + "; sel will be found from the labels", false};
  // The model's own order of the elements.
  std::vector<int> in_order(model->types(), 0);
  for (std::size_t t = 0; t < model->types(); ++t)
    for (std::size_t e = 0; e < study.elements.size(); ++e)
      if (model->type_map[t] == study.elements[e]) in_order[t] = most[e];
  const std::string shortage = potential::sel_shortage(*model, in_order);
  return {seen + "; " + (shortage.empty() ? "sel has room for them" : shortage), !shortage.empty()};
}

}  // namespace vitrion::app
