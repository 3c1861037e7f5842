#include "potential/slots.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrion::potential {

namespace {

struct Neighbour {
  double r2;
  std::size_t entry;
  int type;
};

/// Neighbours of centre i within the cutoff that are no virtual atoms, nearest first.
std::vector<Neighbour> nearest_first(const Descriptor& descriptor,
                                     const Configuration& configuration, std::size_t i) {
  std::vector<Neighbour> neighbours;
  const double rcut2 = descriptor.rcut * descriptor.rcut;
  for (std::size_t k = configuration.first[i]; k < configuration.first[i + 1]; ++k) {
    const int type = configuration.types[static_cast<std::size_t>(configuration.index[k])];
    const double r2 = norm2(configuration.displacement[k]);
    if (type >= 0 && r2 <= rcut2) neighbours.push_back({r2, k, type});
  }
  std::stable_sort(neighbours.begin(), neighbours.end(),
                   [](const Neighbour& a, const Neighbour& b) { return a.r2 < b.r2; });
  return neighbours;
}

}  // namespace

void assign_slots(const Model& model, const Configuration& configuration, std::size_t i,
                  Slots& slots) {
  const Descriptor& descriptor = model.descriptor;
  const std::size_t types = model.types();
  const int centre = configuration.types[i];
  slots.entry.clear();
  slots.first.assign(types + 1, 0);
  slots.empty = descriptor.sel;
  slots.found.assign(types, 0);
  if (centre < 0) return;

  std::vector<Neighbour> neighbours = nearest_first(descriptor, configuration, i);
  for (const Neighbour& n : neighbours) ++slots.found[static_cast<std::size_t>(n.type)];
  if (neighbours.size() > descriptor.slots()) neighbours.resize(descriptor.slots());

  for (std::size_t t = 0; t < types; ++t) {
    int taken = 0;
    for (const Neighbour& n : neighbours) {
      if (n.type != static_cast<int>(t) || taken == descriptor.sel[t]) continue;
      ++taken;
      if (!model.excludes_pair(centre, n.type)) slots.entry.push_back(n.entry);
    }
    slots.first[t + 1] = slots.entry.size();
    slots.empty[t] -= static_cast<int>(slots.first[t + 1] - slots.first[t]);
  }
}

void keep_most(std::vector<int>& most, const std::vector<int>& found) {
  most.resize(found.size(), 0);
  for (std::size_t t = 0; t < found.size(); ++t) most[t] = std::max(most[t], found[t]);
}

std::string sel_shortage(const Model& model, const std::vector<int>& most) {
  std::string text;
  for (std::size_t t = 0; t < most.size() && t < model.types(); ++t)
    if (most[t] > model.descriptor.sel[t])
      text += fmt::format("{} {} has {}, needs {}", text.empty() ? "sel is too small:" : ";",
                          model.type_map[t], model.descriptor.sel[t], most[t]);
  return text;
}

}  // namespace vitrion::potential
