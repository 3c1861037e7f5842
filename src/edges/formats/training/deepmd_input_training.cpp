// The sections `loss`, `learning_rate`, `optimizer` and `training` of a training input.
#include <fmt/format.h>

#include <charconv>

#include "base/error.hpp"
#include "edges/formats/training/deepmd_input_sections.hpp"

namespace vitrion::formats {

using nlohmann::json;

namespace {

train::Prefactor read_prefactor(JsonSection& section, const std::string& term,
                                train::Prefactor otherwise) {
  return {section.number({"start_pref_" + term}, otherwise.start),
          section.number({"limit_pref_" + term}, otherwise.limit)};
}

/// The N of "auto:N" and its kind.
std::optional<std::size_t> number_after(const std::string& text, const std::string& prefix) {
  if (text.rfind(prefix, 0) != 0) return std::nullopt;
  std::size_t n = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data() + prefix.size(), end, n);
  if (error != std::errc{} || stop != end || n == 0) return std::nullopt;
  return n;
}

void read_batch_size(JsonSection& section, DataInput& data) {
  const json* value = section.find({"batch_size"});
  if (value && (value->is_array() || value->is_number())) {
    data.batch.kind = train::BatchRule::Kind::each;
    data.batch.sizes =
        value->is_array()
            ? sizes(section.wholes({"batch_size"}, {}, 1))
            : std::vector{static_cast<std::size_t>(section.whole({"batch_size"}, 1, 1))};
    return;
  }
  const std::string text = section.text({"batch_size"}, "auto");
  if (text == "auto") return;
  if (const auto n = number_after(text, "auto:")) {
    data.batch.atoms = *n;
    return;
  }
  data.batch.kind = train::BatchRule::Kind::at_most_atoms;
  if (const auto n = number_after(text, "max:")) {
    data.batch.atoms = *n;
  } else if (const auto most = number_after(text, "filter:")) {
    data.batch.atoms = *most;
    data.most_atoms = most;
  } else if (text.rfind("mixed:", 0) == 0) {
    section.fail("batch_size", "= \"mixed:N\" is not supported: it belongs to se_atten");
  } else {
    section.fail("batch_size",
                 fmt::format("= \"{}\" must be a number, a list, \"auto\", \"auto:N\", "
                             "\"max:N\" or \"filter:N\"",
                             text));
  }
}

/// "prob_sys_size;0:3:0.5;3:8:0.5".
std::vector<train::SamplingRule::Block> read_blocks(JsonSection& section, const std::string& text) {
  std::vector<train::SamplingRule::Block> blocks;
  std::size_t at = text.find(';');
  while (at != std::string::npos) {
    const char* begin = text.data() + at + 1;
    const std::size_t next = text.find(';', at + 1);
    const char* end = text.data() + (next == std::string::npos ? text.size() : next);
    train::SamplingRule::Block block;
    auto result = std::from_chars(begin, end, block.begin);
    bool valid = result.ec == std::errc{} && result.ptr != end && *result.ptr == ':';
    if (valid) result = std::from_chars(result.ptr + 1, end, block.end);
    valid = valid && result.ec == std::errc{} && result.ptr != end && *result.ptr == ':';
    double weight = 0;
    if (valid) result = std::from_chars(result.ptr + 1, end, weight);
    if (!valid || result.ec != std::errc{} || result.ptr != end)
      section.fail("auto_prob",
                   fmt::format("block \"{}\" must be begin:end:weight", std::string(begin, end)));
    block.weight = weight;
    blocks.push_back(block);
    at = next;
  }
  return blocks;
}

void read_sampling(JsonSection& section, train::SamplingRule& sampling) {
  const std::string text = section.text({"auto_prob", "auto_prob_style"}, "prob_sys_size");
  if (const json* given = section.find({"sys_probs", "sys_weights"})) {
    sampling.kind = train::SamplingRule::Kind::given;
    if (!given->is_array()) section.fail("sys_probs", "must be a list of numbers");
    for (const json& p : *given) {
      if (!p.is_number()) section.fail("sys_probs", "must be a list of numbers");
      sampling.probabilities.push_back(p.get<double>());
    }
    return;
  }
  if (text == "prob_uniform") {
    sampling.kind = train::SamplingRule::Kind::uniform;
  } else if (text.rfind("prob_sys_size;", 0) == 0) {
    sampling.kind = train::SamplingRule::Kind::blocks;
    sampling.blocks = read_blocks(section, text);
  } else if (text != "prob_sys_size") {
    section.fail("auto_prob",
                 fmt::format("= \"{}\" is unknown{}; known: prob_sys_size, prob_uniform, "
                             "prob_sys_size;begin:end:weight;...",
                             text, did_you_mean(text, {"prob_sys_size", "prob_uniform"})));
  }
}

DataInput read_data(JsonSection& section, DeepmdInput& input) {
  DataInput data;
  const json& systems = section.required("systems", "the folders of the data");
  data.place = section.place("systems");
  if (systems.is_string()) {
    data.systems.push_back(systems.get<std::string>());
  } else {
    if (!systems.is_array() || systems.empty())
      section.fail("systems", "must be a folder or a list of folders");
    for (const json& system : systems) {
      if (!system.is_string()) section.fail("systems", "must be a folder or a list of folders");
      data.systems.push_back(system.get<std::string>());
    }
  }
  read_batch_size(section, data);
  read_sampling(section, data.sampling);
  section.refuse("rglob_patterns", "folders are searched for type.raw");
  section.only("min_pair_dist", 0,
               "frames with close atoms are not dropped; take them out of the data");
  section.without_effect({"set_prefix"}, input.notes);
  return data;
}

void read_training_data(JsonSection& training, DeepmdInput& input) {
  (void)training.required("training_data", "where the frames are");
  JsonSection data = training.section("training_data");
  input.training = read_data(data, input);
  data.finish();
  input.options.batch = input.training.batch;
  input.options.sampling = input.training.sampling;
  JsonSection validation = training.section("validation_data");
  if (!training.has("validation_data")) return;
  input.validation = read_data(validation, input);
  input.options.validation_batches =
      static_cast<std::size_t>(validation.whole({"numb_btch", "numb_batch"}, 1, 1));
  validation.finish();
  input.options.validation_batch = input.validation->batch;
  input.options.validation_sampling = input.validation->sampling;
}

}  // namespace

void read_loss_section(JsonSection section, train::LossOptions& loss,
                       std::vector<std::string>& notes) {
  (void)section.choice({"type"}, "ener", {"ener"},
                       {"ener_spin", "dos", "property", "tensor", "denoise"});
  loss.energy = read_prefactor(section, "e", {0.02, 1});
  loss.force = read_prefactor(section, "f", {1000, 1});
  loss.virial = read_prefactor(section, "v", {});
  loss.atom_energy = read_prefactor(section, "ae", {});
  loss.weighted_force = read_prefactor(section, "pf", {});
  for (const char* key : {"start_pref_h", "limit_pref_h"})
    section.only(key, 0, "there is no Hessian loss");
  for (const char* key : {"start_pref_gf", "limit_pref_gf"})
    section.only(key, 0, "there is no loss of generalized forces");
  section.without_effect({"numb_generalized_coord"}, notes);
  loss.relative_f = section.number_if_set({"relative_f"});
  section.only("enable_atom_ener_coeff", false, "energies are plain sums over atoms");
  section.only("use_default_pf", false, "frames without atom_pref have no such term");
  section.only("f_use_norm", false, "force errors are taken by component");
  loss.intensive = section.flag({"intensive_ener_virial"}, false);
  loss.huber = section.flag({"use_huber"}, false);
  if (section.has("huber_delta") && section.object().at("huber_delta").is_array()) {
    const json* delta = section.find({"huber_delta"});
    if (delta->size() != 3 || (*delta)[0] != (*delta)[1] || (*delta)[0] != (*delta)[2])
      section.fail("huber_delta", "must be one number for energy, force and virial");
    loss.huber_delta = (*delta)[0].get<double>();
  } else {
    loss.huber_delta = section.number({"huber_delta"}, 0.01);
  }
  loss.absolute = section.choice({"loss_func"}, "mse", {"mse", "mae"}) == "mae";
  section.finish();
}

void read_rate_section(JsonSection section, DeepmdInput& input) {
  train::RateOptions& rate = input.options.rate;
  const std::string type = section.choice({"type"}, "exp", {"exp", "cosine"}, {"wsd"});
  if (type == "cosine") rate.kind = train::RateOptions::Kind::cosine;
  rate.start = section.number({"start_lr"}, 1e-3);
  if (!(rate.start > 0))
    section.fail("start_lr", fmt::format("= {:g} must be positive", rate.start));
  const auto stop = section.number_if_set({"stop_lr"});
  const auto ratio = section.number_if_set({"stop_lr_ratio"});
  if (stop && ratio)
    section.fail("stop_lr_ratio", "and stop_lr are alternatives, only one may be set");
  rate.stop = ratio ? rate.start * *ratio : stop.value_or(5e-8);
  if (!(rate.stop >= 0))
    section.fail(ratio ? "stop_lr_ratio" : "stop_lr",
                 fmt::format("= {:g} must not be negative", ratio ? *ratio : rate.stop));
  if (type == "exp") {
    rate.decay_steps = static_cast<std::size_t>(section.whole({"decay_steps"}, 5000, 1));
    rate.decay_rate = section.number_if_set({"decay_rate"});
    rate.smooth = section.flag({"smooth"}, false);
  } else {
    section.without_effect({"decay_steps", "decay_rate", "smooth"}, input.notes);
  }
  rate.warmup_steps = static_cast<std::size_t>(section.whole({"warmup_steps"}, 0));
  input.warmup_ratio = section.number_if_set({"warmup_ratio"});
  if (input.warmup_ratio && rate.warmup_steps > 0)
    section.fail("warmup_ratio", "and warmup_steps are alternatives, only one may be set");
  rate.warmup_start_factor = section.number({"warmup_start_factor"}, 0.0);
  (void)section.choice({"scale_by_worker"}, "linear", {"linear", "sqrt", "none"});  // one worker
  section.finish();
}

void read_optimizer_section(JsonSection section, train::AdamOptions& adam,
                            std::vector<std::string>& notes) {
  const std::string type =
      section.choice({"type"}, "Adam", {"Adam", "AdamW"}, {"LKF", "AdaMuon", "HybridMuon"});
  adam.beta1 = section.number({"adam_beta1"}, 0.9);
  adam.beta2 = section.number({"adam_beta2"}, 0.999);
  adam.decoupled_decay = type == "AdamW";
  adam.weight_decay = section.number({"weight_decay"}, adam.decoupled_decay ? 1e-3 : 0.0);
  for (const auto& [key, beta] : {std::pair{"adam_beta1", adam.beta1}, {"adam_beta2", adam.beta2}})
    if (!(beta >= 0 && beta < 1)) section.fail(key, fmt::format("= {:g} must be in [0, 1)", beta));
  section.without_effect({optimizer_keys.begin() + 4, optimizer_keys.end()}, notes);
  section.finish();
}

void read_training_section(JsonSection section, DeepmdInput& input, std::uint64_t seed) {
  read_training_data(section, input);
  if (const auto steps = section.whole_if_set(step_names, 1))
    input.steps = static_cast<std::size_t>(*steps);
  input.epochs = section.number_if_set({"numb_epoch", "num_epochs", "num_epoch", "numb_epochs"});
  if (input.steps && input.epochs)
    section.fail("numb_epoch", "and numb_steps are alternatives, only one may be set");
  if (!input.steps && !input.epochs) section.fail("numb_steps", "is missing");
  if (input.epochs && !(*input.epochs > 0))
    section.fail("numb_epoch", fmt::format("= {:g} must be positive", *input.epochs));
  input.options.seed = seed;
  input.curve_file = section.text({"disp_file"}, "lcurve.out");
  const long display = section.whole({"disp_freq"}, 1000, 1);
  const bool shown = section.flag({"disp_training"}, true);
  input.options.display_every = shown ? static_cast<std::size_t>(display) : 0;
  input.options.display_average = section.flag({"disp_avg"}, false);
  input.options.save_every = static_cast<std::size_t>(section.whole({"save_freq"}, 1000, 1));
  input.checkpoint_prefix = section.text({"save_ckpt"}, "model.ckpt");
  input.checkpoints_kept = static_cast<std::size_t>(section.whole({"max_ckpt_keep"}, 5, 1));
  input.change_bias_after_training = section.flag({"change_bias_after_training"}, false);
  input.options.adam.gradient_max_norm = section.number({"gradient_max_norm"}, 0.0);
  if (!(input.options.adam.gradient_max_norm >= 0))
    section.fail("gradient_max_norm", "must not be negative");
  section.only("acc_freq", 1, "each step is an update");
  section.only("zero_stage", 0, "one process trains");
  section.only("enable_ema", false, "the last weights are kept");
  section.refuse("mixed_precision", "use precision, or --precision single");
  section.refuse("data_dict", "Vitrion trains one model at a time");
  section.without_effect(
      {"numb_test", "set_prefix", "stat_file", "time_training", "profiling", "profiling_file",
       "enable_profiler", "tensorboard", "tensorboard_log_dir", "tensorboard_freq", "ema_decay",
       "enable_compile", "model_prob", "num_epoch_dict"},
      input.notes);
  (void)section.find({"seed"});
  section.finish();
}

}  // namespace vitrion::formats
