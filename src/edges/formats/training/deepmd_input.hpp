// DeePMD-kit's training input (input.json, schema of version 2 and 3; version 1 is converted), read
// whole: every key is used, accepted for having no effect here, or refused by name.
// docs/formats/input_json.md has the table.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "potential/model.hpp"
#include "train/initial_model.hpp"
#include "train/trainer.hpp"

namespace vitrion::formats {

/// Where the frames are and how they are drawn.
struct DataInput {
  std::vector<std::string>
      systems;  ///< as written: system folders, folders above them, or frame files
  std::string
      place;  ///< of `systems`, for messages: "input.json:12: training.training_data.systems"
  train::BatchRule batch;
  train::SamplingRule sampling;
  std::optional<std::size_t> most_atoms;  ///< batch_size filter:N: larger systems are left out
};

struct DeepmdInput {
  std::string path;
  train::ModelPlan model;
  train::Options options;  ///< complete once set_steps() has been called
  std::optional<std::size_t> steps;
  std::optional<double> epochs;  ///< where no number of steps is given
  std::optional<double> warmup_ratio;
  DataInput training;
  std::optional<DataInput> validation;
  std::string curve_file = "lcurve.out";
  std::string checkpoint_prefix = "model.ckpt";
  std::size_t checkpoints_kept = 5;
  bool change_bias_after_training = false;
  std::vector<std::string> notes;  ///< keys without effect, conversions: for the user to know
};

/// @throws InputError with file, line, key, value and rule; for an unknown key with the nearest
/// known one.
[[nodiscard]] DeepmdInput read_deepmd_input(const std::string& path);

/// Sets the number of steps and what follows from it.
void set_steps(DeepmdInput& input, std::size_t steps);

/// The definition with the sel that the data gave: what model files carry.
[[nodiscard]] std::string definition_with_sel(const std::string& definition,
                                              const std::vector<int>& sel);

}  // namespace vitrion::formats
