// One entry of the registry: what a format is, and how its readers and writers are made.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "edges/formats/frames.hpp"

namespace vitrion::formats {

struct Format {
  FormatInfo info;
  std::function<std::unique_ptr<FrameReader>(const std::string& path, const ReadOptions&)> open;
  std::function<std::unique_ptr<FrameWriter>(const std::string& path, const WriteOptions&)> create;
};

[[nodiscard]] Format deepmd_npy_format();
[[nodiscard]] Format deepmd_mixed_format();
[[nodiscard]] Format deepmd_raw_format();
[[nodiscard]] Format extxyz_format();
[[nodiscard]] Format poscar_format();
[[nodiscard]] Format cif_format();
[[nodiscard]] Format lammps_data_format();
[[nodiscard]] Format lammps_dump_format();
[[nodiscard]] Format vasprun_format();
[[nodiscard]] Format outcar_format();
[[nodiscard]] Format cp2k_format();

}  // namespace vitrion::formats
