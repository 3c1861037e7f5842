// deepmd folders: which systems stand below a path, and what each system says of all its frames.
#pragma once

#include <string>
#include <vector>

#include "edges/formats/frames.hpp"

namespace vitrion::formats {

/// A folder with a type.raw.
struct DeepmdSystem {
  std::string path;
  std::string name;  ///< path below the folder that was searched; empty for that folder itself
  std::vector<int> types;          ///< type.raw; of no meaning if mixed
  std::vector<std::string> names;  ///< type_map.raw, else the caller's, else Type_0, Type_1 ...
  bool open = false;               ///< nopbc
  bool mixed = false;              ///< types per frame in real_atom_types.npy
  std::vector<std::string> sets;   ///< set.* folders, sorted; empty for deepmd/raw
  std::vector<structures::Info> infos;  ///< frames.csv, or empty
};

/// The folder itself if it has a type.raw, else every folder below it that has one, sorted by name.
/// Symbolic links are followed. @throws InputError if there is none.
[[nodiscard]] std::vector<std::string> find_deepmd_systems(const std::string& root);
/// @throws InputError naming the file for types without names and unreadable numbers.
[[nodiscard]] DeepmdSystem read_deepmd_system(const std::string& path,
                                              const std::vector<std::string>& elements);
/// Whether the folder holds only what writers of deepmd folders make, so that it may be replaced.
[[nodiscard]] bool is_deepmd_folder(const std::string& path);

}  // namespace vitrion::formats
