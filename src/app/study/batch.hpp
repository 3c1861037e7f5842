// A batch: stages of one kind that are runs of molecular dynamics, several at a time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/study/dynamics.hpp"

namespace vitrion::app {

struct BatchItem {
  std::string name;  ///< of the stage
  learn::Identity identity;
  Chain chain;  ///< its folder is set by the batch
};

/// Runs the chains of the stages that are not done; `settle` is called as each ends and says what
/// its stage left, so that a study of a hundred runs keeps the dumps of those only that are
/// running. Returns the stages in the order of `items`.
[[nodiscard]] std::vector<Stage> run_batch(
    Pipeline& pipeline, const std::string& title, std::vector<BatchItem> items,
    const std::function<StageResult(const BatchItem&, const ChainResult&)>& settle);

/// The protocol of a run, its velocities from the random stream `stream`.
[[nodiscard]] md::Protocol protocol_of(const formats::Study& study,
                                       std::vector<md::Segment> segments, const std::string& stream,
                                       std::size_t index);
/// The structure that a stage left, results["end"].
[[nodiscard]] structures::Frame end_of(const Stage& stage);

}  // namespace vitrion::app
