// POSCAR and CONTCAR of VASP: reader and writer.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// VASP 5 with names, VASP 4 with `elements` in their place. Velocities are A/fs in the file, A/ps
/// in a frame.
[[nodiscard]] std::unique_ptr<FrameReader> open_poscar(const std::string& path,
                                                       const ReadOptions& options);
/// Atoms are grouped by species, in the order of `elements` or of the frame's names, and keep their
/// order within a species. Coordinates are Cartesian, which keeps every bit.
[[nodiscard]] std::unique_ptr<FrameWriter> create_poscar(const std::string& path,
                                                         const WriteOptions& options);

}  // namespace vitrion::formats
