#include "train/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace vitrion::train {

namespace {

using structures::Frame;
using structures::NeighbourList;

[[nodiscard]] bool finite(const std::vector<Vec3>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](const Vec3& v) { return std::isfinite(norm2(v)); });
}

[[nodiscard]] bool finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

[[nodiscard]] bool finite(const Mat3& m) {
  return std::all_of(m.begin(), m.end(), [](const Vec3& v) { return std::isfinite(norm2(v)); });
}

/// Takes virtual atoms (padding of deepmd/npy/mixed) out of all arrays.
void drop_virtual_atoms(Frame& frame) {
  const std::vector<int>& types = frame.species.of_atom;
  if (std::none_of(types.begin(), types.end(), [](int t) { return t < 0; })) return;
  const auto compact = [&types](auto& values) {
    if (values.size() != types.size()) return;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < types.size(); ++i)
      if (types[i] >= 0) values[kept++] = values[i];
    values.resize(kept);
  };
  compact(frame.positions);
  compact(frame.velocities);
  compact(frame.labels.forces);
  compact(frame.labels.atom_energies);
  compact(frame.labels.atom_weights);
  std::vector<int> own = types;
  std::erase_if(own, [](int t) { return t < 0; });
  frame.species.of_atom = std::move(own);
}

/// @throws InputError with the quantity and the rule; the caller adds the place.
void check_frame(const Frame& frame) {
  const std::size_t n = frame.size();
  if (frame.species.size() != n)
    throw InputError(fmt::format("{} types for {} atoms", frame.species.size(), n));
  if (n == 0) throw InputError("no atoms");
  if (!finite(frame.positions)) throw InputError("coord holds a number that is not finite");
  const structures::Labels& labels = frame.labels;
  const auto per_atom = [n](std::size_t size, bool is_finite, const char* key) {
    if (size != 0 && size != n)
      throw InputError(fmt::format("{} has {} entries for {} atoms", key, size, n));
    if (!is_finite) throw InputError(fmt::format("{} holds a number that is not finite", key));
  };
  per_atom(labels.forces.size(), finite(labels.forces), "force");
  per_atom(labels.atom_energies.size(), finite(labels.atom_energies), "atom_ener");
  per_atom(labels.atom_weights.size(), finite(labels.atom_weights), "atom_pref");
  if (labels.energy && !std::isfinite(*labels.energy))
    throw InputError(fmt::format("energy = {} is not finite", *labels.energy));
  if (labels.virial && !finite(*labels.virial))
    throw InputError("virial holds a number that is not finite");
  if (!labels.energy && !labels.virial && labels.forces.empty() && labels.atom_energies.empty())
    throw InputError("no label: training needs energy, force, virial or atom_ener");
}

/// Runs `body`, putting system and frame before the message of an InputError.
template <class Body>
void at_frame(const System& system, std::size_t index, const Body& body) {
  try {
    body();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: frame {}: {}", system.name, index, error.what()));
  }
}

[[nodiscard]] std::size_t bytes(const NeighbourList& list) {
  return list.first.size() * sizeof(std::size_t) + list.index.size() * (sizeof(int) + sizeof(Vec3));
}

void add_to_statistics(const Frame& frame, const NeighbourList& list, NeighbourStatistics& result) {
  std::vector<int> count(result.most_neighbours.size());
  for (std::size_t i = 0; i < list.centres(); ++i) {
    std::fill(count.begin(), count.end(), 0);
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const int type = frame.species.of_atom[static_cast<std::size_t>(list.index[k])];
      ++count[static_cast<std::size_t>(type)];
      result.min_distance = std::min(result.min_distance, norm(list.displacement[k]));
    }
    for (std::size_t t = 0; t < count.size(); ++t)
      result.most_neighbours[t] = std::max(result.most_neighbours[t], count[t]);
  }
}

}  // namespace

Dataset::Dataset(std::vector<System> systems, const std::vector<std::string>& type_map,
                 double cutoff, ThreadPool& threads, std::size_t list_memory)
    : systems_(std::move(systems)), type_map_(type_map), cutoff_(cutoff) {
  if (systems_.empty()) throw InputError("no system to train on");
  neighbours_.min_distance = std::numeric_limits<double>::infinity();
  neighbours_.most_neighbours.assign(type_map.size(), 0);

  std::vector<std::pair<std::size_t, std::size_t>> places;  // (system, frame)
  for (std::size_t s = 0; s < systems_.size(); ++s) {
    System& system = systems_[s];
    if (system.frames.empty()) throw InputError(fmt::format("{}: no frames", system.name));
    std::size_t most = 0;
    for (std::size_t f = 0; f < system.frames.size(); ++f) {
      Frame& frame = system.frames[f];
      at_frame(system, f, [&] {
        frame.species = frame.species.mapped_to(type_map);
        drop_virtual_atoms(frame);
        check_frame(frame);
      });
      most = std::max(most, frame.size());
      places.emplace_back(s, f);
    }
    atoms_.push_back(most);
    lists_.emplace_back(system.frames.size());
  }

  // A chunk at a time, so that lists which will not be kept do not pile up.
  constexpr std::size_t chunk = 256;
  std::vector<NeighbourList> built(std::min(chunk, places.size()));
  std::size_t used = 0;
  for (std::size_t begin = 0; begin < places.size(); begin += chunk) {
    const std::size_t count = std::min(chunk, places.size() - begin);
    threads.for_each(count, [&](std::size_t k, std::size_t) {
      const auto [s, f] = places[begin + k];
      const Frame& frame = systems_[s].frames[f];
      at_frame(systems_[s], f,
               [&] { built[k] = structures::neighbour_list(frame.cell, frame.positions, cutoff); });
    });
    for (std::size_t k = 0; k < count; ++k) {
      const auto [s, f] = places[begin + k];
      add_to_statistics(systems_[s].frames[f], built[k], neighbours_);
      const std::size_t size = bytes(built[k]);
      if (used + size > list_memory) continue;
      used += size;
      built[k].index.shrink_to_fit();
      built[k].displacement.shrink_to_fit();
      lists_[s][f] = std::move(built[k]);
    }
  }
}

std::size_t Dataset::frames() const {
  std::size_t n = 0;
  for (const System& system : systems_) n += system.frames.size();
  return n;
}

potential::Configuration Dataset::configuration(std::size_t system, std::size_t index,
                                                NeighbourList& scratch) const {
  const Frame& frame = systems_[system].frames[index];
  const NeighbourList* list = &scratch;
  if (const auto& kept = lists_[system][index])
    list = &*kept;
  else
    scratch = structures::neighbour_list(frame.cell, frame.positions, cutoff_);
  return {frame.species.of_atom, list->first, list->index, list->displacement};
}

}  // namespace vitrion::train
