// The record of a study, gathered from its stages: what the report room is given.
#pragma once

#include <nlohmann/json.hpp>

#include "app/study/stages.hpp"

namespace vitrion::app {

/// The stages whose files and numbers the record names.
struct RecordInputs {
  const Stage* data = nullptr;            ///< null: the study has no labels
  std::vector<const Trained*> trainings;  ///< in their order, each once
  const Trained* final = nullptr;
  const Stage* explored = nullptr;  ///< null: nothing was explored
  const Stage* labelled = nullptr;
  const std::vector<Glass>& glasses;
  const std::vector<Stage>& glass_records;  ///< of analyse_glass
  const Stage* analysis = nullptr;          ///< of analyse_study
  const std::vector<std::string>& notes;    ///< of the scale
};

/// record.json (docs/report_record.md).
[[nodiscard]] nlohmann::json gather_record(const Pipeline& pipeline, const RecordInputs& inputs);

/// "2 cores, AMD EPYC 9B14".
[[nodiscard]] std::string machine_text(std::size_t cores);

}  // namespace vitrion::app
