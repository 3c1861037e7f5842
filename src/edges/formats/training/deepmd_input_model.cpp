// The section `model` of a training input.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "edges/formats/training/deepmd_input_sections.hpp"

namespace vitrion::formats {

using nlohmann::json;

namespace {

using potential::Precision;

Precision read_precision(JsonSection& section) {
  const std::string name = section.choice({"precision"}, "default",
                                          {"default", "float64", "double", "float32", "single"},
                                          {"float16", "half", "bfloat16", "int32", "int64"});
  return name == "float32" || name == "single" ? Precision::float32 : Precision::float64;
}

potential::Activation read_activation(JsonSection& section) {
  const std::string name = section.text({"activation_function"}, "tanh");
  potential::Activation activation;
  section.at("activation_function", [&] { activation = potential::parse_activation(name); });
  return activation;
}

/// [[a, b], ...] with types below `types`.
std::vector<potential::TypePair> read_pairs(JsonSection& section, const std::string& key,
                                            std::size_t types) {
  std::vector<potential::TypePair> pairs;
  const json* value = section.find({key});
  if (!value) return pairs;
  const auto is_type = [types](const json& j) {
    return j.is_number_integer() && j.get<long>() >= 0 && j.get<long>() < static_cast<long>(types);
  };
  if (!value->is_array()) section.fail(key, "must be a list of pairs of types");
  for (const json& pair : *value) {
    if (!pair.is_array() || pair.size() != 2 || !is_type(pair[0]) || !is_type(pair[1]))
      section.fail(key, fmt::format("holds {}, must hold pairs of types from 0 to {}", pair.dump(),
                                    types - 1));
    pairs.emplace_back(pair[0].get<int>(), pair[1].get<int>());
  }
  return pairs;
}

std::vector<std::optional<double>> read_energies(JsonSection& section, const std::string& key,
                                                 const json* value, std::size_t types) {
  std::vector<std::optional<double>> energies;
  if (!value) return energies;
  if (!value->is_array()) section.fail(key, "must be a list of numbers and nulls");
  for (const json& entry : *value) {
    // DeePMD-kit takes a list of one number too.
    const json& e = entry.is_array() && entry.size() == 1 ? entry[0] : entry;
    if (!e.is_null() && !e.is_number())
      section.fail(key, fmt::format("holds {}, must hold numbers and nulls", entry.dump()));
    energies.push_back(e.is_null() ? std::nullopt : std::optional<double>(e.get<double>()));
  }
  if (!energies.empty() && energies.size() != types)
    section.fail(key, fmt::format("has {} entries for {} types", energies.size(), types));
  return energies;
}

/// A list, "auto" or "auto:factor".
void read_sel(JsonSection& section, train::ModelPlan& plan) {
  const json* value = section.find({"sel"});
  if (value && value->is_array()) {
    for (const long n : section.wholes({"sel"}, {}))
      plan.shape.descriptor.sel.push_back(static_cast<int>(n));
    if (plan.shape.descriptor.sel.size() != plan.shape.types())
      section.fail("sel", fmt::format("has {} entries for {} types",
                                      plan.shape.descriptor.sel.size(), plan.shape.types()));
    return;
  }
  const std::string text = section.text({"sel"}, "auto");
  if (text == "auto") return;
  const char* end = text.data() + text.size();
  const bool prefixed = text.rfind("auto:", 0) == 0;
  if (!prefixed || std::from_chars(text.data() + 5, end, plan.sel_factor).ptr != end ||
      !(plan.sel_factor >= 1))
    section.fail("sel", fmt::format("= \"{}\" must be a list, \"auto\" or \"auto:factor\" with a "
                                    "factor from 1 on",
                                    text));
}

void read_descriptor(JsonSection section, train::ModelPlan& plan, std::uint64_t seed) {
  potential::Descriptor& d = plan.shape.descriptor;
  (void)section.required("type", "Vitrion has se_e2_a");
  (void)section.choice({"type"}, "", {"se_e2_a", "se_a"},
                       {"loc_frame", "se_e3", "se_at", "se_a_3be", "se_t", "se_a_tpe", "se_a_ebd",
                        "se_e2_r", "se_r", "hybrid", "se_atten", "dpa1", "se_e3_tebd",
                        "se_atten_v2", "dpa2", "dpa3", "se_a_ebd_v2", "se_a_mask"});
  d.rcut = section.number({"rcut"}, 6.0);
  d.rcut_smth = section.number({"rcut_smth"}, 0.5);
  if (!(d.rcut > 0)) section.fail("rcut", fmt::format("= {:g} A must be positive", d.rcut));
  if (!(d.rcut_smth >= 0 && d.rcut_smth < d.rcut))
    section.fail("rcut_smth", fmt::format("= {:g} A must be from 0 on and below rcut = {:g} A",
                                          d.rcut_smth, d.rcut));
  read_sel(section, plan);
  d.neuron = sizes(section.wholes({"neuron"}, {10, 20, 40}, 1));
  if (d.neuron.empty()) section.fail("neuron", "must name at least one layer");
  d.axis_neuron = static_cast<std::size_t>(section.whole({"axis_neuron", "n_axis_neuron"}, 4, 1));
  if (d.axis_neuron > d.neuron.back())
    section.fail("axis_neuron", fmt::format("= {} must not exceed the last of neuron, {}",
                                            d.axis_neuron, d.neuron.back()));
  d.activation = read_activation(section);
  d.resnet_dt = section.flag({"resnet_dt"}, false);
  d.type_one_side = section.flag({"type_one_side"}, false);
  d.precision = read_precision(section);
  d.trainable = section.flag({"trainable"}, true);
  d.exclude_types = read_pairs(section, "exclude_types", plan.shape.types());
  d.env_protection = section.number({"env_protection"}, 0.0);
  if (!(d.env_protection >= 0))
    section.fail("env_protection", fmt::format("= {:g} A must not be negative", d.env_protection));
  d.set_davg_zero = section.flag({"set_davg_zero"}, false);
  plan.descriptor_seed =
      static_cast<std::uint64_t>(section.whole({"seed"}, static_cast<long>(seed)));
  section.finish();
}

void read_fitting(JsonSection section, train::ModelPlan& plan, std::uint64_t seed) {
  potential::Fitting& fitting = plan.shape.fitting;
  (void)section.choice({"type"}, "ener", {"ener"},
                       {"dos", "property", "polar", "dipole", "direct_force"});
  fitting.neuron = sizes(section.wholes({"neuron", "n_neuron"}, {120, 120, 120}, 1));
  fitting.activation = read_activation(section);
  fitting.precision = read_precision(section);
  fitting.resnet_dt = section.flag({"resnet_dt"}, true);
  const json* trainable = section.find({"trainable"});
  if (trainable && trainable->is_array()) {
    if (trainable->size() != fitting.neuron.size() + 1)
      section.fail("trainable", fmt::format("has {} entries for {} layers", trainable->size(),
                                            fitting.neuron.size() + 1));
    for (const json& layer : *trainable) {
      if (!layer.is_boolean()) section.fail("trainable", "must hold true and false");
      fitting.trainable.push_back(layer.get<bool>());
    }
  } else if (!section.flag({"trainable"}, true)) {
    fitting.trainable.assign(fitting.neuron.size() + 1, false);
  }
  plan.rcond = section.number({"rcond"}, -1);
  plan.fitting_seed = static_cast<std::uint64_t>(section.whole({"seed"}, static_cast<long>(seed)));
  fitting.atom_ener =
      read_energies(section, "atom_ener", section.find({"atom_ener"}), plan.shape.types());
  section.only("numb_fparam", 0, not_in_reach);
  section.only("numb_aparam", 0, not_in_reach);
  section.only("dim_case_embd", 0, not_in_reach);
  section.refuse("default_fparam", not_in_reach);
  section.refuse("layer_name", "networks share no layers here");
  section.only("use_aparam_as_mask", false, not_in_reach);
  section.finish();
}

}  // namespace

void read_model_section(JsonSection section, DeepmdInput& input, std::uint64_t seed) {
  train::ModelPlan& plan = input.model;
  (void)section.choice({"type"}, "standard", {"standard"},
                       {"frozen", "pairtab", "linear_ener", "pairwise_dprc"});
  section.refuse("model_dict", "Vitrion trains one model at a time");
  section.refuse("shared_dict", "Vitrion trains one model at a time");
  const json& map = section.required("type_map", "the elements of the model, e.g. [\"O\", \"H\"]");
  if (!map.is_array() || map.empty()) section.fail("type_map", "must be a list of elements");
  std::vector<std::string>& names = plan.shape.type_map;
  for (const json& name : map) {
    if (!name.is_string()) section.fail("type_map", "must be a list of elements");
    if (std::find(names.begin(), names.end(), name.get<std::string>()) != names.end())
      section.fail("type_map", fmt::format("holds {} twice", name.dump()));
    names.push_back(name.get<std::string>());
  }
  const std::size_t types = plan.shape.types();
  read_descriptor(section.section("descriptor"), plan, seed);
  read_fitting(section.section("fitting_net"), plan, seed);
  plan.stat_batches = static_cast<std::size_t>(section.whole({"data_stat_nbatch"}, 10, 1));
  plan.stat_protect = section.number({"data_stat_protect"}, 1e-2);
  plan.shape.pair_exclude_types = read_pairs(section, "pair_exclude_types", types);
  for (const long t : section.wholes({"atom_exclude_types"}, {})) {
    if (t >= static_cast<long>(types))
      section.fail("atom_exclude_types",
                   fmt::format("holds {}, the last type is {}", t, types - 1));
    plan.shape.atom_exclude_types.push_back(static_cast<int>(t));
  }
  JsonSection preset = section.section("preset_out_bias");
  plan.preset_out_bias = read_energies(preset, "energy", preset.find({"energy"}), types);
  preset.finish();
  for (const char* key : {"use_srtab", "modifier", "compress", "spin", "type_embedding"})
    section.refuse(key, not_in_reach);
  section.without_effect({"data_bias_nsample", "srtab_add_bias", "smin_alpha", "sw_rmin", "sw_rmax",
                          "finetune_head", "model_branch_alias", "info"},
                         input.notes);
  section.finish();
  plan.shape.definition = section.object().dump();
}

}  // namespace vitrion::formats
