#include "edges/formats/training/deepmd_input.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "edges/formats/training/deepmd_input_sections.hpp"

namespace vitrion::formats {

using nlohmann::json;

namespace {

/// Version 1 had the data's keys in `training` itself and gave decay_rate instead of stop_lr.
void convert_version_1(JsonInput& file, std::vector<std::string>& notes) {
  json& root = file.root;
  if (!root.contains("model"))
    throw InputError(fmt::format(
        "{}: has no section model: an input of DeePMD-kit 0.x is not read; dp of version 2 "
        "converts it",
        file.path));
  if (!root.contains("training") || !root["training"].is_object()) return;
  json& training = root["training"];
  if (!training.contains("systems")) return;
  if (training.contains("training_data"))
    file.fail("training.systems", "and training.training_data are alternatives");
  json data = json::object();
  for (const char* key : {"systems", "set_prefix", "batch_size", "sys_probs", "auto_prob",
                          "sys_weights", "auto_prob_style"}) {
    if (!training.contains(key)) continue;
    data[key] = training[key];
    training.erase(key);
    const auto line = file.lines.find(fmt::format("training.{}", key));
    if (line != file.lines.end())
      file.lines.emplace(fmt::format("training.training_data.{}", key), line->second);
  }
  training["training_data"] = data;
  // Version 1 ran on without a lower bound: stop_lr is what decay_rate leads to.
  json& rate = root["learning_rate"];
  if (rate.is_object() && rate.contains("decay_rate") && rate.contains("start_lr")) {
    for (const std::string& name : step_names)
      if (training.contains(name) && training[name].is_number()) {
        const double intervals = training[name].get<double>() / rate.value("decay_steps", 5000.0);
        rate["stop_lr"] =
            rate["start_lr"].get<double>() * std::pow(rate["decay_rate"].get<double>(), intervals);
        rate.erase("decay_rate");
        break;
      }
  }
  notes.push_back(fmt::format("{}: converted from the schema of DeePMD-kit 1", file.path));
}

/// Warm-up keys stood under `training` for a while.
void move_warmup(JsonInput& file) {
  json& root = file.root;
  if (!root.contains("training") || !root["training"].is_object()) return;
  for (const char* key : {"warmup_steps", "warmup_ratio", "warmup_start_factor"}) {
    if (!root["training"].contains(key)) continue;
    if (root["learning_rate"].contains(key))
      file.fail(fmt::format("training.{}", key), "is set under learning_rate too");
    root["learning_rate"][key] = root["training"][key];
    root["training"].erase(key);
  }
}

/// Up to version 3.1 the optimiser's keys stood under `training`, its type as `opt_type`.
void move_optimizer(JsonInput& file) {
  json& root = file.root;
  if (!root.contains("training") || !root["training"].is_object()) return;
  json& training = root["training"];
  for (const std::string& key : optimizer_keys) {
    const std::string from = key == "type" ? "opt_type" : key;
    if (!training.contains(from)) continue;
    if (root.contains("optimizer") && root["optimizer"].contains(key))
      file.fail("training." + from, "is set under optimizer too");
    root["optimizer"][key] = training[from];
    training.erase(from);
    if (const auto line = file.lines.find("training." + from); line != file.lines.end())
      file.lines.emplace("optimizer." + key, line->second);
  }
}

/// Sections of parts that Vitrion has not, which inputs carry at their defaults.
void read_idle_sections(JsonSection& root, std::vector<std::string>& notes) {
  JsonSection validating = root.section("validating");
  validating.only("full_validation", false,
                  "rows use numb_btch batches; `vitrion test` does the rest");
  validating.without_effect({"validation_freq", "save_best", "max_best_ckpt", "validation_metric",
                             "full_val_file", "full_val_start"},
                            notes);
  validating.finish();
  JsonSection chip = root.section("nvnmd");
  chip.only("enable", false, not_in_reach);
  chip.without_effect(
      {"version", "max_nnei", "net_size", "map_file", "config_file", "weight_file",
       "restore_descriptor", "restore_fitting_net", "quantize_descriptor", "quantize_fitting_net"},
      notes);
  chip.finish();
}

/// The seed of the data's order, which seeds without a value follow. Runs without any are
/// repeatable too.
std::uint64_t data_seed(const JsonInput& file) {
  if (!file.root.contains("training") || !file.root["training"].is_object()) return 1;
  JsonSection training(file, file.root["training"], "training");
  return static_cast<std::uint64_t>(training.whole({"seed"}, 1));
}

}  // namespace

DeepmdInput read_deepmd_input(const std::string& path) {
  JsonInput file = read_json_input(path);
  DeepmdInput input;
  input.path = path;
  convert_version_1(file, input.notes);
  move_warmup(file);
  move_optimizer(file);
  JsonSection root(file, file.root, "");
  const std::uint64_t seed = data_seed(file);
  read_model_section(root.section("model"), input, seed);
  read_rate_section(root.section("learning_rate"), input);
  read_optimizer_section(root.section("optimizer"), input.options.adam, input.notes);
  read_loss_section(root.section("loss"), input.options.loss, input.notes);
  read_training_section(root.section("training"), input, seed);
  read_idle_sections(root, input.notes);
  root.refuse("loss_dict", "Vitrion trains one model at a time");
  root.finish();
  try {
    input.options.loss.validate();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
  input.options.settings = file.root.dump();
  if (input.steps) set_steps(input, *input.steps);
  return input;
}

void set_steps(DeepmdInput& input, std::size_t steps) {
  input.steps = steps;
  input.options.steps = steps;
  if (input.warmup_ratio)
    input.options.rate.warmup_steps =
        static_cast<std::size_t>(*input.warmup_ratio * static_cast<double>(steps));
}

std::string definition_with_sel(const std::string& definition, const std::vector<int>& sel) {
  json model = json::parse(definition);
  model["descriptor"]["sel"] = sel;
  return model.dump();
}

}  // namespace vitrion::formats
