// The sections of a training input, each read by one function; used by deepmd_input.cpp alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edges/formats/training/deepmd_input.hpp"
#include "edges/formats/training/json_section.hpp"

namespace vitrion::formats {

/// Why keys of other models are refused.
inline constexpr const char* not_in_reach = "the model of Vitrion has no such part";

/// The names that the number of steps had over time.
inline const JsonSection::Names step_names = {"numb_steps", "stop_batch", "num_step", "num_steps",
                                              "numb_step"};

/// Those of the section `optimizer`; of DeePMD-kit's other optimisers too.
inline const JsonSection::Names optimizer_keys = {"type",
                                                  "adam_beta1",
                                                  "adam_beta2",
                                                  "weight_decay",
                                                  "kf_blocksize",
                                                  "kf_start_pref_e",
                                                  "kf_limit_pref_e",
                                                  "kf_start_pref_f",
                                                  "kf_limit_pref_f",
                                                  "momentum",
                                                  "muon_momentum",
                                                  "lr_adjust",
                                                  "lr_adjust_coeff",
                                                  "muon_2d_only",
                                                  "min_2d_dim"};

inline std::vector<std::size_t> sizes(const std::vector<long>& values) {
  return {values.begin(), values.end()};
}

/// `seed` stands in where a section gives none.
void read_model_section(JsonSection section, DeepmdInput& input, std::uint64_t seed);
void read_loss_section(JsonSection section, train::LossOptions& loss,
                       std::vector<std::string>& notes);
void read_rate_section(JsonSection section, DeepmdInput& input);
void read_optimizer_section(JsonSection section, train::AdamOptions& adam,
                            std::vector<std::string>& notes);
void read_training_section(JsonSection section, DeepmdInput& input, std::uint64_t seed);

}  // namespace vitrion::formats
