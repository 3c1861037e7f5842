// Extended XYZ: reader and writer.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// energy: `free_energy` where given (it is what the forces derive from), else `energy`; if both
/// differ, the other stays in the info as "energy". Virial: `virial` (eV), or -`stress` x volume
/// (`stress` in eV/A^3, positive under tension, as in ASE); both at once must agree. Other keys go
/// into the info.
[[nodiscard]] std::unique_ptr<FrameReader> open_extxyz(const std::string& path,
                                                       const ReadOptions& options);
[[nodiscard]] std::unique_ptr<FrameWriter> create_extxyz(const std::string& path,
                                                         const WriteOptions& options);

}  // namespace vitrion::formats
