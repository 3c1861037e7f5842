// The settings of a study beside the paper's, for the report's page of methods.
#pragma once

#include <nlohmann/json.hpp>

#include "app/study/pipeline.hpp"

namespace vitrion::app {

/// "methods[]" of the record (docs/report_record.md). What the models are is read from their files:
/// of a given potential the study's own keys say nothing.
[[nodiscard]] nlohmann::json methods_of(const Pipeline& pipeline,
                                        const std::vector<std::string>& models);

}  // namespace vitrion::app
