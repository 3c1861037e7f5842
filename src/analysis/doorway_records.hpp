// Doorways as a record.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/doorway_model.hpp"
#include "analysis/doorway_statistics.hpp"
#include "analysis/hops.hpp"

namespace vitrion::analysis {

/// `hops` and `files`: one per run, in their order. At most `most_listed` gates are listed, evenly
/// chosen.
[[nodiscard]] nlohmann::json to_json(const Doorways& doorways, const std::vector<HopRun>& hops,
                                     const std::vector<std::string>& files,
                                     std::size_t most_listed = 2000);

[[nodiscard]] nlohmann::json to_json(const DoorwayModel& model);

/// Points of a table with the columns glass, temperature, D, radius, fluctuation, in any order.
/// @throws InputError naming the line.
[[nodiscard]] std::vector<DoorwayPoint> doorway_points(const std::string& csv);
[[nodiscard]] std::string to_csv(const std::vector<DoorwayPoint>& points);

/// The gates of all hops, one a line.
[[nodiscard]] std::string to_csv(const Doorways& doorways, const std::vector<HopRun>& hops);

}  // namespace vitrion::analysis
