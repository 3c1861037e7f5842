// Records of free volume, framework and pathways: JSON and CSV, as docs/report_record.md has them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/free_volume.hpp"

namespace vitrion::analysis {

[[nodiscard]] nlohmann::json to_json(const FreeVolume& f);
/// A line a frame: volume, diameters and the fractions of all probes.
[[nodiscard]] std::string to_csv(const FreeVolume& f);

}  // namespace vitrion::analysis
