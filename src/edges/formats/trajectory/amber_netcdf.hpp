// Trajectories in NetCDF-3 (64-bit offset), AMBER convention: what OVITO, VMD and MDAnalysis open.
// https://ambermd.org/netcdf/nctraj.xhtml
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// Species come from our own variable `element`, else from `atom_types` (as LAMMPS writes it) and
/// options.elements. Coordinates of any number type, with or without scale_factor.
[[nodiscard]] std::unique_ptr<FrameReader> open_amber_netcdf(const std::string& path,
                                                             const ReadOptions& options);
/// Coordinates as int16 with scale_factor, or as float32; a cell for each frame; atoms may lie
/// outside of it. A path that leaves the range of int16 doubles the scale of the whole file.
[[nodiscard]] std::unique_ptr<FrameWriter> create_amber_netcdf(const std::string& path,
                                                               const WriteOptions& options,
                                                               bool float32);

/// "amber/netcdf", and "amber/netcdf/float32", which a name does not choose: --to does.
[[nodiscard]] Format amber_netcdf_format();
[[nodiscard]] Format amber_netcdf_float32_format();

}  // namespace vitrion::formats
