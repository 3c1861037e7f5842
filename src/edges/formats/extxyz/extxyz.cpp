// Extended XYZ: what the format is; the reader is extxyz_read.cpp, the writer extxyz_write.cpp.
#include "edges/formats/extxyz/extxyz.hpp"

namespace vitrion::formats {

Format extxyz_format() {
  Format format;
  format.info = {.name = "extxyz",
                 .suffixes = {".extxyz", ".xyz"},
                 .description = "extended XYZ, and plain XYZ",
                 .reference = "https://github.com/libAtoms/extxyz",
                 .reads = true,
                 .writes = true,
                 .many_frames = true,
                 .holds_energy = true,
                 .holds_forces = true,
                 .holds_virial = true,
                 .holds_velocities = true,
                 .holds_atom_energies = true,
                 .holds_atom_weights = true,
                 .holds_open = true,
                 .holds_info = true,
                 .info_keys = {}};
  format.open = open_extxyz;
  format.create = create_extxyz;
  return format;
}

}  // namespace vitrion::formats
