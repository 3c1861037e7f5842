// The record of a study, gathered from its stages: what the report room is given.
#pragma once

#include "app/study/stages.hpp"
#include "report/record.hpp"

namespace vitrion::app {

/// The stages whose files and numbers the record names.
struct RecordInputs {
  const Stage& data;
  const Trained& first;
  const Trained& finished;
  const Trained& final;
  const Stage* explored;  ///< null: nothing was explored
  const Stage* labelled;
  const std::vector<Stage>& quenched;
  const Stage& analysis;
};

[[nodiscard]] report::Record gather_record(const Pipeline& pipeline, const RecordInputs& inputs);

/// "2 cores, AMD EPYC 9B14".
[[nodiscard]] std::string machine_text(std::size_t cores);

}  // namespace vitrion::app
