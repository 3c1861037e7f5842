// Records of free volume, framework and pathways: JSON and CSV, as docs/report_record.md has them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/framework.hpp"
#include "analysis/free_volume.hpp"
#include "analysis/pathways.hpp"

namespace vitrion::analysis {

[[nodiscard]] nlohmann::json to_json(const FreeVolume& f);
/// A line a frame: volume, diameters and the fractions of all probes.
[[nodiscard]] std::string to_csv(const FreeVolume& f);

[[nodiscard]] nlohmann::json to_json(const Framework& f);
/// A line a centre: its oxygens, B, D2min, jumps and turns.
[[nodiscard]] std::string to_csv(const Framework& f);

[[nodiscard]] nlohmann::json to_json(const Pathways& p);
/// A line a point of a kept path.
[[nodiscard]] std::string to_csv(const Pathways& p);

}  // namespace vitrion::analysis
