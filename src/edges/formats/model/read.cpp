// From the dictionary of a model file to a Model: what is foreign or unsupported is refused by
// name.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "edges/formats/model/dictionary.hpp"
#include "edges/formats/model/section.hpp"

namespace vitrion::formats {

namespace {

using potential::Activation;
using potential::Descriptor;
using potential::Fitting;
using potential::Layer;
using potential::Model;
using potential::Network;
using potential::Precision;

Precision precision_of(const ModelSection& section) {
  const std::string name = section.has("precision") ? section.text("precision") : "default";
  if (name == "default" || name == "float64" || name == "double") return Precision::float64;
  if (name == "float32" || name == "single") return Precision::float32;
  section.fail("precision", fmt::format("= {} is not supported; float64 and float32 are", name));
}

Activation activation_of(const ModelSection& section) {
  try {
    return potential::parse_activation(section.text("activation_function"));
  } catch (const InputError& error) {
    section.fail("activation_function", fmt::format("is refused: {}", error.what()));
  }
}

std::vector<std::size_t> widths_of(const ModelSection& section) {
  std::vector<std::size_t> widths;
  for (const long n : section.integers("neuron")) {
    if (n < 1) section.fail("neuron", fmt::format("holds {}, a width must be positive", n));
    widths.push_back(static_cast<std::size_t>(n));
  }
  return widths;
}

std::vector<int> types_of(const ModelSection& section, const std::string& key) {
  if (!section.has(key)) return {};
  const std::vector<long> list = section.integers(key);
  return {list.begin(), list.end()};
}

Layer layer_of(const ModelSection& section) {
  section.check_version(2);
  section.refuse_others({"@class", "@version", "bias", "use_timestep", "activation_function",
                         "resnet", "precision", "trainable", "@variables"});
  const ModelArray* w = section.array("w");
  if (w == nullptr || w->shape.size() != 2)
    section.fail("@variables.w", "must be a matrix (in, out): the weights are not in this file");
  Layer layer;
  layer.in = w->shape[0];
  layer.out = w->shape[1];
  layer.w = w->values;
  if (section.array("b") != nullptr) layer.b = section.array("b", {layer.out}).values;
  if (section.array("idt") != nullptr) layer.idt = section.array("idt", {layer.out}).values;
  layer.activation = activation_of(section);
  layer.resnet = section.flag("resnet");
  return layer;
}

Network network_of(const ModelSection& section) {
  section.check_version(2);
  section.refuse_others({"@class", "@version", "in_dim", "out_dim", "neuron", "activation_function",
                         "resnet_dt", "precision", "bias", "bias_out", "layers", "trainable"});
  Network network;
  for (const ModelSection& layer : section.sections("layers"))
    network.layers.push_back(layer_of(layer));
  return network;
}

/// Stands for the network of an excluded pair that a file leaves out: it gives zero.
Network zero_network(std::size_t in, const std::vector<std::size_t>& widths) {
  Network network;
  for (const std::size_t out : widths) {
    Layer layer;
    layer.in = in;
    layer.out = out;
    layer.w.assign(in * out, 0.0);
    network.layers.push_back(std::move(layer));
    in = out;
  }
  return network;
}

/// davg or dstd: (types, slots, 4), the same in each slot.
std::vector<std::array<double, 4>> statistics_of(const ModelSection& section,
                                                 const std::string& key, std::size_t types,
                                                 std::size_t slots) {
  const ModelArray& array = section.array(key, {types, slots, 4});
  std::vector<std::array<double, 4>> rows(types);
  for (std::size_t t = 0; t < types; ++t)
    for (std::size_t k = 0; k < slots; ++k)
      for (std::size_t c = 0; c < 4; ++c) {
        const double value = array.values[(t * slots + k) * 4 + c];
        if (k == 0) rows[t][c] = value;
        if (value != rows[t][c])
          section.fail("@variables." + key,
                       "differs between the slots of a type, which se_e2_a never does");
      }
  return rows;
}

void refuse_foreign_descriptor(const ModelSection& model, const std::string& type) {
  if (type == "se_e2_a" || type == "se_a") return;
  const std::string also = type == "dpa1" ? " (se_atten)" : "";
  throw InputError(
      fmt::format("{}: this is a {}{} model; Vitrion reads se_e2_a", model.file(), type, also));
}

/// After `dp compress` the weights may be kept beside the tables, which are not needed here.
void check_compressed(const ModelSection& section, const ModelSection& embeddings) {
  if (!section.has("compress")) return;
  for (const ModelSection& network : embeddings.sections("networks"))
    if (!network.is_null() && !network.sections("layers").empty() &&
        network.sections("layers").front().array("w") != nullptr)
      return;
  section.fail("compress",
               "is set and the weights of the embedding are gone; give the model as it was "
               "before dp compress (Vitrion builds its tables when it loads a model)");
}

Descriptor descriptor_of(const ModelSection& section, std::size_t types) {
  section.check_version(3);
  section.refuse_others(
      {"@class",        "@version",      "type",           "rcut",          "rcut_smth",
       "sel",           "neuron",        "axis_neuron",    "resnet_dt",     "trainable",
       "type_one_side", "exclude_types", "env_protection", "set_davg_zero", "activation_function",
       "precision",     "type_map",      "ntypes",         "seed",          "env_mat",
       "embeddings",    "compress",      "@variables"});
  if (section.has("env_mat"))
    section.section("env_mat").refuse_others(
        {"@class", "@version", "rcut", "rcut_smth", "protection"});
  Descriptor d;
  d.rcut = section.number("rcut");
  d.rcut_smth = section.number("rcut_smth");
  d.sel = types_of(section, "sel");
  if (d.sel.size() != types)
    section.fail("sel", fmt::format("has {} entries for {} types", d.sel.size(), types));
  d.neuron = widths_of(section);
  d.axis_neuron = static_cast<std::size_t>(std::max(0L, section.integer("axis_neuron")));
  d.resnet_dt = section.flag_or("resnet_dt", false);
  d.trainable = section.flag_or("trainable", true);
  d.type_one_side = section.flag("type_one_side");
  d.exclude_types = section.pairs("exclude_types");
  d.env_protection = section.number_or("env_protection", 0.0);
  d.set_davg_zero = section.flag_or("set_davg_zero", false);
  d.activation = activation_of(section);
  d.precision = precision_of(section);
  d.davg = statistics_of(section, "davg", types, d.slots());
  d.dstd = statistics_of(section, "dstd", types, d.slots());

  const ModelSection embeddings = section.section("embeddings");
  check_compressed(section, embeddings);
  const std::vector<ModelSection> networks = embeddings.sections("networks");
  for (std::size_t k = 0; k < networks.size(); ++k) {
    const bool unused =
        !d.type_one_side && d.excludes(static_cast<int>(k % types), static_cast<int>(k / types));
    if (networks[k].is_null() && !unused)
      embeddings.fail(fmt::format("networks[{}]", k), "is missing: the file is no complete model");
    d.embeddings.push_back(networks[k].is_null() ? zero_network(1, d.neuron)
                                                 : network_of(networks[k]));
  }
  return d;
}

std::vector<std::optional<double>> atom_energies_of(const ModelSection& section,
                                                    const nlohmann::ordered_json& list) {
  std::vector<std::optional<double>> energies;
  for (const auto& item : list) {
    if (!item.is_null() && !item.is_number())
      section.fail("atom_ener", fmt::format("holds {}, needs numbers or null", item.dump()));
    energies.push_back(item.is_null() ? std::nullopt : std::optional(item.get<double>()));
  }
  return energies;
}

/// `trainable` is one flag or a flag a layer.
std::vector<bool> trainable_of(const nlohmann::ordered_json& node, std::size_t layers) {
  const auto value = node.find("trainable");
  if (value == node.end() || value->is_null()) return {};
  if (value->is_boolean())
    return value->get<bool>() ? std::vector<bool>{} : std::vector<bool>(layers, false);
  std::vector<bool> flags;
  for (const auto& item : *value) flags.push_back(item.is_boolean() ? item.get<bool>() : true);
  const bool all = std::all_of(flags.begin(), flags.end(), [](bool flag) { return flag; });
  return all ? std::vector<bool>{} : flags;
}

Fitting fitting_of(const ModelSection& section, const nlohmann::ordered_json& node,
                   std::size_t types) {
  const std::string type = section.has("type") ? section.text("type") : "ener";
  if (type != "ener")
    throw InputError(
        fmt::format("{}: this model predicts '{}'; Vitrion reads energy models (fitting type ener)",
                    section.file(), type));
  section.check_version(4);
  section.refuse_others({"@class",
                         "@version",
                         "type",
                         "var_name",
                         "ntypes",
                         "dim_descrpt",
                         "dim_out",
                         "neuron",
                         "resnet_dt",
                         "rcond",
                         "activation_function",
                         "precision",
                         "exclude_types",
                         "atom_ener",
                         "type_map",
                         "trainable",
                         "seed",
                         "layer_name",
                         "nets",
                         "@variables"});
  Fitting f;
  f.neuron = widths_of(section);
  f.resnet_dt = section.flag_or("resnet_dt", true);
  f.activation = activation_of(section);
  f.precision = precision_of(section);
  if (section.has("atom_ener")) f.atom_ener = atom_energies_of(section, node.at("atom_ener"));
  f.exclude_types = types_of(section, "exclude_types");
  f.trainable = trainable_of(node, f.neuron.size() + 1);
  f.bias_atom_e.assign(types, 0.0);
  if (section.array("bias_atom_e") != nullptr)
    f.bias_atom_e = section.array("bias_atom_e", {types}).values;
  for (const ModelSection& network : section.section("nets").sections("networks")) {
    if (network.is_null())
      section.fail("nets.networks", "lacks a network: the file is no complete model");
    f.nets.push_back(network_of(network));
  }
  return f;
}

}  // namespace

Model model_of(const ModelDictionary& dictionary, const std::string& path) {
  const ModelSection top(dictionary, dictionary.tree, path, "");
  if (!dictionary.tree.is_object() || !top.has("model"))
    throw InputError(fmt::format("{}: holds no model (no key 'model')", path));
  const ModelSection section = top.section("model");
  const std::string type = section.has("type") ? section.text("type") : "standard";
  if (type != "standard")
    throw InputError(fmt::format(
        "{}: this is a model of type '{}'; Vitrion reads standard se_e2_a models", path, type));
  const ModelSection descriptor = section.section("descriptor");
  refuse_foreign_descriptor(section, descriptor.text("type"));
  section.check_version(2);
  section.refuse_others({"@class", "@version", "type", "type_map", "atom_exclude_types",
                         "pair_exclude_types", "rcond", "preset_out_bias", "descriptor", "fitting",
                         "@variables"});
  Model model;
  model.type_map = section.texts("type_map");
  const std::size_t types = model.types();
  model.descriptor = descriptor_of(descriptor, types);
  model.fitting =
      fitting_of(section.section("fitting"), dictionary.tree.at("model").at("fitting"), types);
  model.out_bias.assign(types, 0.0);
  model.out_std.assign(types, 1.0);
  if (section.array("out_bias") != nullptr)
    model.out_bias = section.array("out_bias", {types}).values;
  if (section.array("out_std") != nullptr) model.out_std = section.array("out_std", {types}).values;
  model.atom_exclude_types = types_of(section, "atom_exclude_types");
  model.pair_exclude_types = section.pairs("pair_exclude_types");
  if (const ModelArray* distance = top.array("min_nbor_dist");
      distance != nullptr && !distance->values.empty())
    model.min_nbor_dist = distance->values.front();
  else if (top.has("min_nbor_dist"))  // where our .dp keeps it
    model.min_nbor_dist = top.number("min_nbor_dist");
  if (top.has("model_def_script")) model.definition = dictionary.tree.at("model_def_script").dump();
  try {
    model.validate();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
  return model;
}

}  // namespace vitrion::formats
