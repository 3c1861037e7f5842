// Initialisation as DeePMD-kit's PyTorch back end does it; the random numbers are ours, from named
// streams, so a net keeps its numbers when another one changes its shape.
#include "train/initial_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "train/statistics.hpp"

namespace vitrion::train {

namespace {

using potential::Layer;
using potential::Model;
using potential::Network;

Layer random_layer(std::size_t in, std::size_t out, bool timestep, RandomStream random) {
  Layer layer;
  layer.in = in;
  layer.out = out;
  layer.w.resize(in * out);
  layer.b.resize(out);
  const double width = 1 / std::sqrt(static_cast<double>(in + out));
  for (double& w : layer.w) w = width * random.normal();
  for (double& b : layer.b) b = random.normal();
  const bool skip = out == in || out == 2 * in;
  if (timestep && skip) {
    layer.idt.resize(out);
    for (double& t : layer.idt) t = 0.1 + 0.001 * random.normal();
  }
  return layer;
}

/// Hidden layers of the given widths on an input of `in` numbers.
Network random_network(std::size_t in, const std::vector<std::size_t>& widths,
                       const potential::Activation& activation, bool timestep, std::uint64_t seed,
                       const std::string& name) {
  Network net;
  for (std::size_t l = 0; l < widths.size(); ++l) {
    Layer layer =
        random_layer(in, widths[l], timestep, RandomStream(seed, fmt::format("{}/layer", name), l));
    layer.activation = activation;
    layer.resnet = true;
    in = widths[l];
    net.layers.push_back(std::move(layer));
  }
  return net;
}

void set_random_weights(const ModelPlan& plan, Model& model) {
  const std::size_t types = model.types();
  potential::Descriptor& d = model.descriptor;
  d.embeddings.clear();
  for (std::size_t n = 0; n < (d.type_one_side ? types : types * types); ++n)
    d.embeddings.push_back(random_network(1, d.neuron, d.activation, d.resnet_dt,
                                          plan.descriptor_seed, fmt::format("embedding/{}", n)));
  potential::Fitting& fitting = model.fitting;
  fitting.nets.clear();
  for (std::size_t t = 0; t < types; ++t) {
    const std::string name = fmt::format("fitting/{}", t);
    Network net = random_network(d.size(), fitting.neuron, fitting.activation, fitting.resnet_dt,
                                 plan.fitting_seed, name);
    const std::size_t last = fitting.neuron.empty() ? d.size() : fitting.neuron.back();
    Layer layer = random_layer(last, 1, false, RandomStream(plan.fitting_seed, name + "/last"));
    layer.activation.kind = potential::Activation::Kind::linear;
    net.layers.push_back(std::move(layer));
    fitting.nets.push_back(std::move(net));
  }
}

/// Vacuum energies of the fitting section, then the model's preset biases, are not regressed.
std::vector<std::optional<double>> fixed_energies(const ModelPlan& plan) {
  const std::size_t types = plan.shape.types();
  std::vector<std::optional<double>> fixed(types);
  const auto& vacuum = plan.shape.fitting.atom_ener;
  for (std::size_t t = 0; t < std::min(types, vacuum.size()); ++t) fixed[t] = vacuum[t];
  if (!plan.preset_out_bias.empty() && plan.preset_out_bias.size() != types)
    throw InputError(fmt::format("model.preset_out_bias has {} entries for {} types",
                                 plan.preset_out_bias.size(), types));
  for (std::size_t t = 0; t < plan.preset_out_bias.size(); ++t)
    if (plan.preset_out_bias[t]) fixed[t] = plan.preset_out_bias[t];
  return fixed;
}

}  // namespace

std::vector<int> automatic_sel(const std::vector<int>& most_neighbours, double factor) {
  std::vector<int> sel;
  sel.reserve(most_neighbours.size());
  for (const int n : most_neighbours) {
    const int scaled = static_cast<int>(n * factor);
    sel.push_back(4 * ((scaled + 3) / 4));
  }
  return sel;
}

std::vector<Batch> statistics_sample(const Dataset& data, const Batches& batches,
                                     std::size_t stat_batches) {
  std::vector<Batch> sample;
  for (std::size_t s = 0; s < data.systems().size(); ++s) {
    const std::size_t frames = data.systems()[s].frames.size();
    const std::size_t wanted = std::min(frames, stat_batches * batches.sizes()[s]);
    Batch batch{s, {}};
    for (std::size_t k = 0; k < wanted; ++k) batch.frames.push_back(k * frames / wanted);
    sample.push_back(std::move(batch));
  }
  return sample;
}

Model make_model(const ModelPlan& plan, const Dataset& data, const Batches& batches,
                 ThreadPool& threads) {
  Model model = plan.shape;
  if (model.descriptor.sel.empty())
    model.descriptor.sel = automatic_sel(data.neighbours().most_neighbours, plan.sel_factor);
  if (std::isfinite(data.neighbours().min_distance))
    model.min_nbor_dist = data.neighbours().min_distance;

  const std::vector<Batch> sample = statistics_sample(data, batches, plan.stat_batches);
  set_environment_statistics(model, data, sample, plan.stat_protect, threads);
  model.out_bias = energy_per_type(energy_equations(data, sample, model.atom_exclude_types),
                                   fixed_energies(plan), plan.rcond);
  // As DeePMD-kit writes it for energies: one deviation for all types is not kept, ones are.
  model.out_std.assign(model.types(), 1.0);
  model.fitting.bias_atom_e.assign(model.types(), 0.0);
  set_random_weights(plan, model);
  model.validate();
  return model;
}

}  // namespace vitrion::train
