// A frame as it is drawn: whole units, their bonds and tetrahedra.
#pragma once

#include <string>

#include "report/snapshot.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// Atoms wrapped into the cell; anions of a unit stand beside their P, even outside of the cell.
[[nodiscard]] report::Snapshot snapshot_of(const structures::Frame& frame,
                                           const std::string& title);

}  // namespace vitrion::app
