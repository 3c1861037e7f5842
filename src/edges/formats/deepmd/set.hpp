// The arrays of one set of a deepmd system, from .npy or raw files, and the frames that they make.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "edges/formats/deepmd/systems.hpp"

namespace vitrion::formats {

/// F frames of N atoms; optional arrays are empty if their file is absent.
struct DeepmdSet {
  std::size_t frames = 0;           ///< F
  std::vector<double> coord;        ///< (F, N, 3) A
  std::vector<double> box;          ///< (F, 9) A, rows are the vectors
  std::vector<double> energy;       ///< (F) eV
  std::vector<double> force;        ///< (F, N, 3) eV/A
  std::vector<double> virial;       ///< (F, 9) eV
  std::vector<double> atom_energy;  ///< (F, N) eV
  std::vector<double> atom_weight;  ///< (F, N)
  std::vector<std::int64_t> types;  ///< (F, N), of mixed systems; -1 is padding
  std::vector<std::string> unused;  ///< names of files without a place in a frame
};

/// @throws InputError naming the file, its shape and the shape that is needed, or the entry not
/// finite.
[[nodiscard]] DeepmdSet read_npy_set(const DeepmdSystem& system, const std::string& folder);
/// coord.raw, box.raw, ...: a line per frame.
[[nodiscard]] DeepmdSet read_raw_set(const DeepmdSystem& system);

/// Frame f of a set; the system's own info is not in it. `place` names the set in errors.
[[nodiscard]] Frame frame_of(const DeepmdSystem& system, const DeepmdSet& set, std::size_t f,
                             const std::string& place, bool keep_virtual);

}  // namespace vitrion::formats
