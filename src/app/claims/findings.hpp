// The findings of a study, read from its record and the files beside it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/claims/findings.hpp"

namespace vitrion::app {

/// What the record (docs/report_record.md) says, glass by glass. A part that is absent, null or of
/// another shape is left out: the claims then say what is missing.
[[nodiscard]] analysis::Findings findings_of(const nlohmann::json& record,
                                             const std::string& run_folder);

/// The user's measurements: the CSV files of X.reference beside X.toml (or X.run), by name.
[[nodiscard]] std::vector<std::string> reference_files_beside(const std::string& study);
/// Reference files as the record's "reference": those of the repository, then `files`.
/// @throws InputError with file and line.
[[nodiscard]] nlohmann::json reference_record(const std::vector<std::string>& files);

}  // namespace vitrion::app
