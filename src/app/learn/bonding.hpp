// The bonding that an exploration visits beside that of the labelled frames.
#pragma once

#include <array>
#include <vector>

#include "app/study/pipeline.hpp"
#include "learn/motifs.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// Motifs that the runs visit: their shares, and those that no labelled frame bears though more
/// than a hundredth of the visited ones do.
struct Bonding {
  std::array<double, learn::Motifs::names.size()> shares{};
  std::vector<std::size_t> unlabelled;
};

/// @param data the labels so far, as loop_data leaves them
[[nodiscard]] Bonding bonding_of(const std::vector<structures::Frame>& visited, const Stage& data);

/// Adds, for each of these motifs, the bearer on which the members disagree most, if no bearer was
/// picked.
void add_bearers(const std::vector<std::size_t>& motifs,
                 const std::vector<structures::Frame>& visited,
                 const std::vector<double>& deviations, std::vector<std::size_t>& picked);

}  // namespace vitrion::app
