// Hops as a record.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/hop_statistics.hpp"

namespace vitrion::analysis {

/// `files`: one name per run, in their order. At most `most_listed` hops are listed, evenly chosen.
[[nodiscard]] nlohmann::json to_json(const Hops& hops, const std::vector<std::string>& files,
                                     std::size_t most_listed = 2000);

/// All hops, one a line: replica,frame,time_ps,ion,length_A,from_x,...,to_z,lasting,backward.
[[nodiscard]] std::string to_csv(const Hops& hops);

}  // namespace vitrion::analysis
