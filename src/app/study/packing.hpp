// A packed box: Packmol run in a folder, the frame it leaves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "glass/composition.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// Plans (random stream `stream` of `seed`, index `replica`), runs Packmol in `folder` and reads
/// its result.
/// @throws Error with Packmol's cause.
[[nodiscard]] structures::Frame pack_box(const glass::Composition& composition, double density,
                                         std::uint64_t seed, const std::string& stream,
                                         std::size_t replica,
                                         const std::vector<std::string>& elements,
                                         const std::string& folder);

}  // namespace vitrion::app
