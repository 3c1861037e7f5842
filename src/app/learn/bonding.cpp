#include "app/learn/bonding.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>

#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using structures::Frame;

Bonding bonding_of(const std::vector<Frame>& visited, const Stage& data) {
  constexpr double rare = 0.01;
  std::array<std::size_t, learn::Motifs::names.size()> bearers{}, labelled{};
  learn::Motifs sum;
  for (const Frame& frame : visited) {
    const learn::Motifs own = learn::motifs_of(frame);
    sum += own;
    for (std::size_t k = 0; k < bearers.size(); ++k) bearers[k] += own.counts()[k] > 0;
  }
  for (const auto& file : data.results.at("files"))
    for (const Frame& frame :
         formats::read_frames((fs::path(data.folder) / file.get<std::string>()).string())) {
      const learn::Motifs own = learn::motifs_of(frame);
      for (std::size_t k = 0; k < labelled.size(); ++k) labelled[k] += own.counts()[k] > 0;
    }
  Bonding bonding{sum.shares(), {}};
  for (std::size_t k = 0; k < bearers.size(); ++k)
    if (labelled[k] == 0 &&
        static_cast<double>(bearers[k]) > rare * static_cast<double>(visited.size()))
      bonding.unlabelled.push_back(k);
  return bonding;
}

void add_bearers(const std::vector<std::size_t>& motifs, const std::vector<Frame>& visited,
                 const std::vector<double>& deviations, std::vector<std::size_t>& picked) {
  for (const std::size_t motif : motifs) {
    std::optional<std::size_t> best;
    bool there = false;
    for (std::size_t i = 0; i < visited.size(); ++i) {
      if (learn::motifs_of(visited[i]).counts()[motif] == 0 || !std::isfinite(deviations[i]))
        continue;
      there = there || std::ranges::find(picked, i) != picked.end();
      if (!best || deviations[i] > deviations[*best]) best = i;
    }
    if (best && !there) picked.push_back(*best);
  }
}

}  // namespace vitrion::app
