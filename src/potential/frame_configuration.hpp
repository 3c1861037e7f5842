// A frame as a potential sees it: the model's types and the neighbours within its cutoff.
#pragma once

#include <vector>

#include "potential/configuration.hpp"
#include "potential/model.hpp"
#include "structures/frame.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::potential {

/// Owns what a Configuration borrows; atoms keep the frame's order. Virtual atoms (species -1) have
/// no neighbours and may stand anywhere.
class FrameConfiguration {
 public:
  /// @throws InputError naming an element that the model does not know, atoms that stand at one
  /// place, or a position that is not finite.
  FrameConfiguration(const structures::Frame& frame, const Model& model);

  /// Valid as long as this object.
  [[nodiscard]] Configuration configuration() const;

 private:
  std::vector<int> types_;
  structures::NeighbourList neighbours_;
};

}  // namespace vitrion::potential
