#include "edges/formats/losses.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrion::formats {

void Losses::add(const Frame& frame) {
  const structures::Labels& labels = frame.labels;
  const auto count = [&](const char* part, bool has, bool held) {
    if (has && !held) ++parts_[part];
  };
  count("energies", labels.energy.has_value(), target_.holds_energy);
  count("forces", !labels.forces.empty(), target_.holds_forces);
  count("virials", labels.virial.has_value(), target_.holds_virial);
  count("velocities", !frame.velocities.empty(), target_.holds_velocities);
  count("atom energies", !labels.atom_energies.empty(), target_.holds_atom_energies);
  count("atom weights", !labels.atom_weights.empty(), target_.holds_atom_weights);
  if (target_.holds_info) return;
  for (const auto& [key, value] : frame.info)
    if (std::find(target_.info_keys.begin(), target_.info_keys.end(), key) ==
        target_.info_keys.end())
      info_keys_.insert(key);
}

std::vector<std::string> Losses::sentences() const {
  const auto frames = [](std::size_t n) { return fmt::format("{} frame{}", n, n == 1 ? "" : "s"); };
  std::vector<std::string> result;
  for (const auto& [part, n] : parts_)
    result.push_back(
        fmt::format("{} holds no {}: those of {} were left out", target_.name, part, frames(n)));
  if (!info_keys_.empty())
    result.push_back(fmt::format("{} has no place for these info keys, which were left out: {}",
                                 target_.name, fmt::join(info_keys_, ", ")));
  return result;
}

}  // namespace vitrion::formats
