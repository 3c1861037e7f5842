// What a quench says of itself: was the melt one, where did it freeze, has the glass settled.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "app/study/dynamics.hpp"

namespace vitrion::app {

/// {cooling_rate_K_per_s, times_the_paper, melt {...}, glass_transition, settled {energy, volume}}.
/// The melt is judged over the longest hold at the highest temperature, Tg over the ramps down,
/// what has settled over the last segment; each is null where the schedule has no such segment.
[[nodiscard]] nlohmann::json quench_report(const std::vector<std::string>& elements,
                                           const ChainResult& chain, const md::Protocol& protocol);

}  // namespace vitrion::app
