// A study's training as DeePMD-kit's input.json: the one for `vitrion run` and `vitrion learn`.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "edges/formats/study/file.hpp"

namespace vitrion::app {

/// What differs from member to member and from stage to stage.
struct MemberInput {
  std::uint64_t seed = 0;  ///< of the embedding; the fitting nets and the batches take the next two
  std::vector<std::string> systems;
  std::string sampling = "prob_sys_size";
  std::string sel;         ///< "auto:1.3": room over the most neighbours of the data
  std::size_t saves = 10;  ///< checkpoints in the training
};

[[nodiscard]] nlohmann::json loss_section(const formats::StudyTrain& train);
[[nodiscard]] nlohmann::json training_input(const formats::Study& study,
                                            const formats::StudyTraining& training,
                                            const MemberInput& member);

}  // namespace vitrion::app
