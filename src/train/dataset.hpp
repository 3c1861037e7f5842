// Labelled frames for training: in memory once, checked, in the model's types, with their neighbour
// lists.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "potential/configuration.hpp"
#include "structures/frame.hpp"
#include "structures/neighbours.hpp"

namespace vitrion {
class ThreadPool;
}

namespace vitrion::train {

/// Frames that share a place in the sampling: batches are drawn from one system at a time. Frames
/// may differ in composition and in number of atoms.
struct System {
  std::string name;  ///< for messages, e.g. the folder
  std::vector<structures::Frame> frames;
};

/// What the neighbour lists say of the data.
struct NeighbourStatistics {
  double min_distance = 0;  ///< A, smallest distance of two atoms; infinite if no pair is in reach
  std::vector<int>
      most_neighbours;  ///< (types) largest number of neighbours of each type around any atom
};

/// Immutable, so that the members of an ensemble share one.
class Dataset {
 public:
  /// Maps species to `type_map`, drops virtual atoms, checks that all numbers are finite, that
  /// labels have the shape of their frame, and builds neighbour lists; those that fit into
  /// `list_memory` bytes are kept.
  /// @throws InputError naming system, frame and quantity.
  Dataset(std::vector<System> systems, const std::vector<std::string>& type_map, double cutoff,
          ThreadPool& threads, std::size_t list_memory = std::size_t{2} << 30);

  [[nodiscard]] const std::vector<System>& systems() const { return systems_; }
  [[nodiscard]] const structures::Frame& frame(std::size_t system, std::size_t index) const {
    return systems_[system].frames[index];
  }
  [[nodiscard]] std::size_t frames() const;  ///< in all systems
  [[nodiscard]] double cutoff() const { return cutoff_; }
  [[nodiscard]] const std::vector<std::string>& type_map() const { return type_map_; }
  [[nodiscard]] const NeighbourStatistics& neighbours() const { return neighbours_; }
  /// The largest number of atoms of a frame of the system.
  [[nodiscard]] std::size_t atoms(std::size_t system) const { return atoms_[system]; }

  /// The frame for the potential; `scratch` holds the list where none is kept and must live as
  /// long.
  [[nodiscard]] potential::Configuration configuration(std::size_t system, std::size_t index,
                                                       structures::NeighbourList& scratch) const;

 private:
  std::vector<System> systems_;
  std::vector<std::string> type_map_;
  double cutoff_;
  std::vector<std::size_t> atoms_;
  std::vector<std::vector<std::optional<structures::NeighbourList>>> lists_;  ///< [system][frame]
  NeighbourStatistics neighbours_;
};

}  // namespace vitrion::train
