// From a Model to the dictionary of a model file, in the oldest layout that every DeePMD-kit 3
// reads: its readers hand unknown keys to constructors, so that one key too many is an error there.
#include <fmt/format.h>

#include <algorithm>

#include "edges/formats/model/dictionary.hpp"

namespace vitrion::formats {

namespace {

using Json = nlohmann::ordered_json;
using potential::Descriptor;
using potential::Fitting;
using potential::Layer;
using potential::Model;
using potential::Network;
using potential::Precision;
using Shape = std::vector<std::size_t>;

const char* name_of(Precision precision) {
  return precision == Precision::float32 ? "float32" : "float64";
}

/// Collects arrays under the names /variable_0000, /variable_0001, ...
class Variables {
 public:
  explicit Variables(std::map<std::string, ModelArray>& arrays) : arrays_(&arrays) {}

  Json add(Shape shape, std::vector<double> values, Precision precision = Precision::float64) {
    const std::string name = fmt::format("/variable_{:04}", arrays_->size());
    (*arrays_)[name] = {std::move(shape), std::move(values), precision == Precision::float32};
    return name;
  }
  Json add_vector(const std::vector<double>& values, Precision precision) {
    return values.empty() ? Json(nullptr) : add({values.size()}, values, precision);
  }

 private:
  std::map<std::string, ModelArray>* arrays_;
};

Json pairs_json(const std::vector<potential::TypePair>& pairs) {
  Json list = Json::array();
  for (const auto& [a, b] : pairs) list.push_back({a, b});
  return list;
}

Json layer_json(const Layer& layer, Precision precision, Variables& variables) {
  return {{"@class", "Layer"},
          {"@version", 1},
          {"bias", !layer.b.empty()},
          {"use_timestep", !layer.idt.empty()},
          {"activation_function", potential::activation_name(layer.activation)},
          {"resnet", layer.resnet},
          {"precision", name_of(precision)},
          {"@variables",
           {{"w", variables.add({layer.in, layer.out}, layer.w, precision)},
            {"b", variables.add_vector(layer.b, precision)},
            {"idt", variables.add_vector(layer.idt, precision)}}}};
}

Json layers_json(const Network& network, Precision precision, Variables& variables) {
  Json layers = Json::array();
  for (const Layer& layer : network.layers)
    layers.push_back(layer_json(layer, precision, variables));
  return layers;
}

Json collection_json(const char* type, std::size_t ndim, std::size_t types, Json networks) {
  return {{"@class", "NetworkCollection"},
          {"@version", 1},
          {"ndim", ndim},
          {"ntypes", types},
          {"network_type", type},
          {"networks", std::move(networks)}};
}

Json embeddings_json(const Descriptor& d, std::size_t types, Variables& variables) {
  Json networks = Json::array();
  for (const Network& network : d.embeddings) {
    const auto has_bias = [](const Layer& layer) { return !layer.b.empty(); };
    networks.push_back(
        {{"@class", "EmbeddingNetwork"},
         {"@version", 2},
         {"in_dim", 1},
         {"neuron", d.neuron},
         {"activation_function", potential::activation_name(d.activation)},
         {"resnet_dt", d.resnet_dt},
         {"bias", std::any_of(network.layers.begin(), network.layers.end(), has_bias)},
         {"precision", name_of(d.precision)},
         {"layers", layers_json(network, d.precision, variables)}});
  }
  return collection_json("embedding_network", d.type_one_side ? 1 : 2, types, std::move(networks));
}

/// (types, slots, 4): each slot of a type holds the same.
Json statistics_json(const std::vector<std::array<double, 4>>& rows, const Descriptor& d,
                     Variables& variables) {
  std::vector<double> values;
  values.reserve(rows.size() * d.slots() * 4);
  for (const auto& row : rows)
    for (std::size_t k = 0; k < d.slots(); ++k) values.insert(values.end(), row.begin(), row.end());
  return variables.add({rows.size(), d.slots(), 4}, std::move(values), d.precision);
}

Json descriptor_json(const Model& model, Variables& variables) {
  const Descriptor& d = model.descriptor;
  return {{"@class", "Descriptor"},
          {"type", "se_e2_a"},
          {"@version", 2},
          {"rcut", d.rcut},
          {"rcut_smth", d.rcut_smth},
          {"sel", d.sel},
          {"neuron", d.neuron},
          {"axis_neuron", d.axis_neuron},
          {"resnet_dt", d.resnet_dt},
          {"set_davg_zero", d.set_davg_zero},
          {"activation_function", potential::activation_name(d.activation)},
          {"precision", name_of(d.precision)},
          {"embeddings", embeddings_json(d, model.types(), variables)},
          {"env_mat", {{"rcut", d.rcut}, {"rcut_smth", d.rcut_smth}}},
          {"exclude_types", pairs_json(d.exclude_types)},
          {"env_protection", d.env_protection},
          {"@variables",
           {{"davg", statistics_json(d.davg, d, variables)},
            {"dstd", statistics_json(d.dstd, d, variables)}}},
          {"type_map", model.type_map},
          {"trainable", d.trainable},
          {"type_one_side", d.type_one_side},
          {"spin", nullptr}};
}

Json atom_ener_json(const Fitting& f) {
  Json list = Json::array();
  for (const auto& energy : f.atom_ener) list.push_back(energy ? Json(*energy) : Json(nullptr));
  return list;
}

Json nets_json(const Model& model, Variables& variables) {
  const Fitting& f = model.fitting;
  Json networks = Json::array();
  for (const Network& network : f.nets)
    networks.push_back({{"@class", "FittingNetwork"},
                        {"@version", 1},
                        {"in_dim", model.descriptor.size()},
                        {"out_dim", 1},
                        {"neuron", f.neuron},
                        {"activation_function", potential::activation_name(f.activation)},
                        {"resnet_dt", f.resnet_dt},
                        {"precision", name_of(f.precision)},
                        {"bias_out", true},
                        {"layers", layers_json(network, f.precision, variables)}});
  return collection_json("fitting_network", 1, model.types(), std::move(networks));
}

Json fitting_json(const Model& model, Variables& variables) {
  const Fitting& f = model.fitting;
  const std::vector<bool> trainable =
      f.trainable.empty() ? std::vector<bool>(f.neuron.size() + 1, true) : f.trainable;
  return {{"@class", "Fitting"},
          {"@version", 2},
          {"var_name", "energy"},
          {"ntypes", model.types()},
          {"dim_descrpt", model.descriptor.size()},
          {"neuron", f.neuron},
          {"resnet_dt", f.resnet_dt},
          {"numb_fparam", 0},
          {"numb_aparam", 0},
          {"rcond", nullptr},
          {"activation_function", potential::activation_name(f.activation)},
          {"precision", name_of(f.precision)},
          {"mixed_types", false},
          {"nets", nets_json(model, variables)},
          {"exclude_types", f.exclude_types},
          {"@variables",
           {{"bias_atom_e", variables.add({model.types(), 1}, f.bias_atom_e)},
            {"fparam_avg", nullptr},
            {"fparam_inv_std", nullptr},
            {"aparam_avg", nullptr},
            {"aparam_inv_std", nullptr}}},
          {"type_map", model.type_map},
          {"tot_ener_zero", false},
          {"trainable", trainable},
          {"layer_name", nullptr},
          {"use_aparam_as_mask", false},
          {"spin", nullptr},
          {"type", "ener"},
          {"dim_out", 1},
          {"atom_ener", atom_ener_json(f)}};
}

/// The model section of an input.json that would make such a model.
Json definition_json(const Model& model) {
  if (!model.definition.empty()) return Json::parse(model.definition);
  const Descriptor& d = model.descriptor;
  const Fitting& f = model.fitting;
  return {{"type_map", model.type_map},
          {"descriptor",
           {{"type", "se_e2_a"},
            {"rcut", d.rcut},
            {"rcut_smth", d.rcut_smth},
            {"sel", d.sel},
            {"neuron", d.neuron},
            {"axis_neuron", d.axis_neuron},
            {"resnet_dt", d.resnet_dt},
            {"type_one_side", d.type_one_side},
            {"activation_function", potential::activation_name(d.activation)},
            {"precision", name_of(d.precision)},
            {"exclude_types", pairs_json(d.exclude_types)},
            {"env_protection", d.env_protection},
            {"set_davg_zero", d.set_davg_zero}}},
          {"fitting_net",
           {{"type", "ener"},
            {"neuron", f.neuron},
            {"resnet_dt", f.resnet_dt},
            {"activation_function", potential::activation_name(f.activation)},
            {"precision", name_of(f.precision)},
            {"atom_ener", atom_ener_json(f)}}},
          {"atom_exclude_types", model.atom_exclude_types},
          {"pair_exclude_types", pairs_json(model.pair_exclude_types)}};
}

}  // namespace

ModelDictionary dictionary_of(const Model& model) {
  ModelDictionary dictionary;
  Variables variables(dictionary.arrays);
  const std::size_t types = model.types();
  Json out = {{"out_bias", variables.add({1, types, 1}, model.out_bias)},
              {"out_std", variables.add({1, types, 1}, model.out_std)}};
  Json tree = {{"type_map", model.type_map},
               {"atom_exclude_types", model.atom_exclude_types},
               {"pair_exclude_types", pairs_json(model.pair_exclude_types)},
               {"rcond", nullptr},
               {"preset_out_bias", nullptr},
               {"@variables", std::move(out)},
               {"@class", "Model"},
               {"@version", 2},
               {"type", "standard"},
               {"descriptor", descriptor_json(model, variables)},
               {"fitting", fitting_json(model, variables)}};
  Json other = Json::object();
  if (model.min_nbor_dist) other["min_nbor_dist"] = variables.add({}, {*model.min_nbor_dist});
  // no time stamp: the same model gives the same bytes
  dictionary.tree = {{"software", "vitrion"},
                     {"backend", "Vitrion"},
                     {"model", std::move(tree)},
                     {"model_def_script", definition_json(model)},
                     {"@variables", std::move(other)}};
  return dictionary;
}

}  // namespace vitrion::formats
