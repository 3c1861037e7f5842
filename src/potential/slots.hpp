// Slots: which neighbours of a centre the descriptor sees, and how many places stay empty.
#pragma once

#include <string>
#include <vector>

#include "potential/configuration.hpp"
#include "potential/model.hpp"

namespace vitrion::potential {

/// The neighbours of one centre, grouped by type, nearest first. The vectors keep their memory from
/// centre to centre.
struct Slots {
  std::vector<std::size_t> entry;  ///< places in the neighbour list
  std::vector<std::size_t>
      first;               ///< (types+1) those of type t are entry[first[t]] .. entry[first[t+1]]
  std::vector<int> empty;  ///< (types) places of a type's block that hold no neighbour
  std::vector<int> found;  ///< (types) neighbours within the cutoff, before any was dropped
};

/// Fills the slots of centre i. Over sel, the PyTorch back end's rule: the nearest sum(sel) of all
/// neighbours stay, of these the nearest sel[t] of each type; equal distances in the list's order.
/// Pairs of pair_exclude_types take part in the counting and then leave their slots empty.
void assign_slots(const Model& model, const Configuration& configuration, std::size_t i,
                  Slots& slots);

/// Raises `most` (types) to the counts in `found`.
void keep_most(std::vector<int>& most, const std::vector<int>& found);

/// "sel is too small: S has 40, needs 46; O has 20, needs 24", or an empty text if no type
/// overflowed.
[[nodiscard]] std::string sel_shortage(const Model& model, const std::vector<int>& most);

}  // namespace vitrion::potential
