// LAMMPS's files, in units metal: data files and dumps, readers and writers.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// Atoms sorted by id; image flags are applied, so positions are unwrapped. Elements come from the
/// caller, the comments of Masses, type labels, or the masses themselves.
[[nodiscard]] std::unique_ptr<FrameReader> open_lammps_data(const std::string& path,
                                                            const ReadOptions& options);
/// `Atoms # atomic`, types in the order of `elements` or of the frame's names. A general cell is
/// turned, and velocities with it.
[[nodiscard]] std::unique_ptr<FrameWriter> create_lammps_data(const std::string& path,
                                                              const WriteOptions& options);
/// Dumps of style custom or atom: frames sorted by id, coordinates of any kind (x xs xu xsu, image
/// flags).
[[nodiscard]] std::unique_ptr<FrameReader> open_lammps_dump(const std::string& path,
                                                            const ReadOptions& options);
/// Columns id type element, x y z (xu yu zu if an atom is outside the cell), velocities and forces
/// if present.
[[nodiscard]] std::unique_ptr<FrameWriter> create_lammps_dump(const std::string& path,
                                                              const WriteOptions& options);

}  // namespace vitrion::formats
