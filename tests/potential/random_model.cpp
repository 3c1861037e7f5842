#include "potential/random_model.hpp"

#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::potential {

namespace {

/// Rounded through float where the model stores single precision, as a file would.
double stored(double x, Precision precision) {
  return precision == Precision::float32 ? static_cast<double>(static_cast<float>(x)) : x;
}

Network random_network(std::size_t in, const std::vector<std::size_t>& widths,
                       const std::string& activation, bool resnet_dt, bool ends_linear,
                       const RandomModelOptions& options, RandomStream& random) {
  Network network;
  for (std::size_t k = 0; k < widths.size(); ++k) {
    const bool last = ends_linear && k + 1 == widths.size();
    Layer layer;
    layer.in = in;
    layer.out = widths[k];
    const double scale = options.weight_scale / std::sqrt(static_cast<double>(in + layer.out));
    for (std::size_t n = 0; n < in * layer.out; ++n)
      layer.w.push_back(stored(scale * random.normal(), options.precision));
    for (std::size_t n = 0; n < layer.out; ++n)
      layer.b.push_back(stored(random.normal(), options.precision));
    layer.activation = parse_activation(last ? "none" : activation);
    layer.resnet = !last;
    if (resnet_dt && !last && (layer.out == in || layer.out == 2 * in))
      for (std::size_t n = 0; n < layer.out; ++n)
        layer.idt.push_back(stored(0.5 + 0.1 * random.normal(), options.precision));
    network.layers.push_back(std::move(layer));
    in = widths[k];
  }
  return network;
}

Descriptor random_descriptor(const RandomModelOptions& options, RandomStream& random) {
  Descriptor d;
  d.rcut = options.rcut;
  d.rcut_smth = options.rcut_smth;
  d.sel = options.sel;
  d.neuron = options.neuron;
  d.axis_neuron = options.axis_neuron;
  d.resnet_dt = options.embedding_resnet_dt;
  d.type_one_side = options.type_one_side;
  d.activation = parse_activation(options.activation);
  d.precision = options.precision;
  d.exclude_types = options.exclude_types;
  d.env_protection = options.env_protection;
  d.set_davg_zero = options.set_davg_zero;
  const std::size_t types = d.sel.size();
  for (std::size_t t = 0; t < types; ++t) {
    const double mean = options.set_davg_zero ? 0.0 : random.uniform(0.03, 0.08);
    const double radial = random.uniform(0.1, 0.2);
    const double angular = random.uniform(0.06, 0.1);
    d.davg.push_back({stored(mean, d.precision), 0, 0, 0});
    const double a = stored(angular, d.precision);
    d.dstd.push_back({stored(radial, d.precision), a, a, a});
  }
  for (std::size_t k = 0; k < (d.type_one_side ? types : types * types); ++k)
    d.embeddings.push_back(
        random_network(1, d.neuron, options.activation, d.resnet_dt, false, options, random));
  return d;
}

}  // namespace

Model random_model(const RandomModelOptions& options, std::uint64_t seed) {
  RandomStream random(seed, "random-model");
  Model model;
  const std::size_t types = options.sel.size();
  for (std::size_t t = 0; t < types; ++t)
    model.type_map.emplace_back(1, static_cast<char>('A' + t));
  model.descriptor = random_descriptor(options, random);

  Fitting& f = model.fitting;
  f.neuron = options.fitting_neuron;
  f.resnet_dt = options.fitting_resnet_dt;
  f.activation = parse_activation(options.fitting_activation);
  f.precision = options.precision;
  f.atom_ener = options.atom_ener;
  f.exclude_types = options.fitting_exclude_types;
  std::vector<std::size_t> widths = f.neuron;
  widths.push_back(1);
  for (std::size_t t = 0; t < types; ++t) {
    f.nets.push_back(random_network(model.descriptor.size(), widths, options.fitting_activation,
                                    f.resnet_dt, true, options, random));
    f.bias_atom_e.push_back(random.normal());
    model.out_bias.push_back(10 * random.normal());
    model.out_std.push_back(1);
  }
  model.atom_exclude_types = options.atom_exclude_types;
  model.pair_exclude_types = options.pair_exclude_types;
  model.validate();
  return model;
}

structures::Frame random_frame(const std::vector<int>& counts, const Mat3& rows, bool periodic,
                               double distance, std::uint64_t seed) {
  RandomStream random(seed, "random-frame");
  structures::Frame frame;
  for (std::size_t t = 0; t < counts.size(); ++t) {
    frame.species.names.emplace_back(1, static_cast<char>('A' + t));
    frame.species.of_atom.insert(frame.species.of_atom.end(), static_cast<std::size_t>(counts[t]),
                                 static_cast<int>(t));
  }
  random.shuffle(frame.species.of_atom);
  const structures::Cell cell(rows);
  if (periodic) frame.cell = cell;
  for (int tries = 0; frame.positions.size() < frame.species.size(); ++tries) {
    if (tries > 100000) throw Error("random_frame: the cell is too small for its atoms");
    std::vector<Vec3> with = frame.positions;
    with.push_back(cell.cartesian({{random.uniform(), random.uniform(), random.uniform()}}));
    if (structures::neighbour_list(frame.cell, with, distance).index.empty())
      frame.positions = with;
  }
  return frame;
}

const std::vector<Variant>& model_variants() {
  static const std::vector<Variant> variants = [] {
    std::vector<Variant> list;
    const auto add = [&](const char* name, auto&& change) {
      Variant variant{name, {}};
      change(variant.options);
      list.push_back(std::move(variant));
    };
    using Options = RandomModelOptions;
    add("two_side", [](Options&) {});
    add("one_side", [](Options& o) { o.type_one_side = true; });
    add("embedding_resnet_dt", [](Options& o) { o.embedding_resnet_dt = true; });
    add("fitting_without_dt", [](Options& o) { o.fitting_resnet_dt = false; });
    for (const char* name :
         {"relu", "relu6", "softplus", "sigmoid", "gelu", "silu", "silut:0.5", "none"}) {
      std::string word = name;
      add(word.substr(0, word.find(':')).c_str(), [&](Options& o) {
        o.activation = name;
        o.fitting_activation = name;
      });
    }
    add("exclude_types", [](Options& o) { o.exclude_types = {{0, 1}, {2, 2}}; });
    add("exclude_types_one_side", [](Options& o) {
      o.exclude_types = {{0, 1}, {2, 2}};
      o.type_one_side = true;
    });
    add("pair_exclude_types", [](Options& o) { o.pair_exclude_types = {{0, 2}, {1, 1}}; });
    add("atom_exclude_types", [](Options& o) { o.atom_exclude_types = {1}; });
    add("fitting_exclude_types", [](Options& o) { o.fitting_exclude_types = {0}; });
    add("set_davg_zero", [](Options& o) { o.set_davg_zero = true; });
    add("env_protection", [](Options& o) { o.env_protection = 0.3; });
    add("atom_ener", [](Options& o) { o.atom_ener = {-1.5, std::nullopt}; });
    add("float32", [](Options& o) { o.precision = Precision::float32; });
    add("small_sel", [](Options& o) { o.sel = {9, 5, 3}; });
    list.back().drops = true;
    add("no_slots_for_a_type", [](Options& o) { o.sel = {60, 0, 40}; });
    list.back().drops = true;
    add("widths_that_skip_nowhere", [](Options& o) {
      o.neuron = {5, 7};
      o.fitting_neuron = {6, 9};
    });
    add("skip_in_first_layer", [](Options& o) {
      o.neuron = {2, 4};
      o.axis_neuron = 3;
      o.fitting_neuron = {12, 24};
      o.embedding_resnet_dt = true;
    });
    add("one_layer_each", [](Options& o) {
      o.neuron = {1};
      o.axis_neuron = 1;
      o.fitting_neuron = {};
    });
    add("hidden_layers_of_one", [](Options& o) { o.fitting_neuron = {1, 3, 1}; });
    return list;
  }();
  return variants;
}

const std::vector<NamedFrame>& test_frames() {
  static const std::vector<NamedFrame> frames = {
      {"periodic",
       random_frame({4, 3, 3}, {{{6.1, 0, 0}, {0, 6.4, 0}, {0, 0, 5.9}}}, true, 1.6, 1)},
      {"many_images",
       random_frame({1, 1, 1}, {{{3.2, 0, 0}, {0.9, 3.1, 0}, {-0.7, 0.8, 3.3}}}, true, 1.5, 2)},
      {"open_cluster", random_frame({3, 2, 2}, {{{5, 0, 0}, {0, 5, 0}, {0, 0, 5}}}, false, 1.5, 3)},
      {"absent_and_single",
       random_frame({6, 0, 1}, {{{5.5, 0, 0}, {1, 5.2, 0}, {0, 1, 5.4}}}, true, 1.6, 4)},
  };
  return frames;
}

std::vector<NamedFrame> frames_for(const Variant& variant) {
  std::vector<NamedFrame> frames = test_frames();
  if (variant.drops)
    std::erase_if(frames, [](const NamedFrame& f) { return f.name == "many_images"; });
  return frames;
}

}  // namespace vitrion::potential
