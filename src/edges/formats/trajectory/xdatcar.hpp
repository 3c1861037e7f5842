// XDATCAR: the trajectory of a VASP run.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

[[nodiscard]] Format xdatcar_format();

}  // namespace vitrion::formats
