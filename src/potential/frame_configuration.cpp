#include "potential/frame_configuration.hpp"

namespace vitrion::potential {

namespace {

/// The list of the real atoms alone, written for all: a virtual atom's row is empty.
structures::NeighbourList spread(const structures::NeighbourList& among_real,
                                 const std::vector<std::size_t>& real, std::size_t atoms) {
  structures::NeighbourList list;
  list.displacement = among_real.displacement;
  list.index.reserve(among_real.index.size());
  for (const int j : among_real.index)
    list.index.push_back(static_cast<int>(real[static_cast<std::size_t>(j)]));
  list.first.assign(atoms + 1, 0);
  for (std::size_t k = 0; k < real.size(); ++k)
    list.first[real[k] + 1] = among_real.first[k + 1] - among_real.first[k];
  for (std::size_t i = 0; i < atoms; ++i) list.first[i + 1] += list.first[i];
  return list;
}

}  // namespace

FrameConfiguration::FrameConfiguration(const structures::Frame& frame, const Model& model)
    : types_(frame.species.mapped_to(model.type_map).of_atom) {
  std::vector<std::size_t> real;
  std::vector<Vec3> positions;
  for (std::size_t i = 0; i < types_.size(); ++i)
    if (types_[i] >= 0) {
      real.push_back(i);
      positions.push_back(frame.positions[i]);
    }
  neighbours_ = structures::neighbour_list(frame.cell, positions, model.descriptor.rcut);
  if (real.size() < types_.size()) neighbours_ = spread(neighbours_, real, types_.size());
}

Configuration FrameConfiguration::configuration() const {
  return {types_, neighbours_.first, neighbours_.index, neighbours_.displacement};
}

}  // namespace vitrion::potential
