// Reading and writing of frames in any known format: one registry, one function each way.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::formats {

using structures::Frame;

/// What a format is and can hold; `vitrion convert --list` and docs/formats are printed from this.
struct FormatInfo {
  std::string name;                   ///< "extxyz"
  std::vector<std::string> suffixes;  ///< ".xyz", ".extxyz"; or whole names such as "POSCAR"
  std::string description;
  std::string reference;              ///< where the format is defined
  bool reads = false;
  bool writes = false;
  bool many_frames = false;
  bool holds_energy = false;
  bool holds_forces = false;
  bool holds_virial = false;
  bool holds_velocities = false;
  bool holds_info = false;            ///< provenance keys
};

struct ReadOptions {
  std::string format;                 ///< empty: by suffix, else by content of a directory
  std::vector<std::string> elements;  ///< names for files with types only (LAMMPS), in type order
};

struct WriteOptions {
  std::string format;
  std::vector<std::string> elements;  ///< order of species in files that need one
};

[[nodiscard]] const std::vector<FormatInfo>& formats();
/// The format that a path's suffix or folder contents speak for.
/// @throws InputError with the nearest known suffix.
[[nodiscard]] const FormatInfo& format_of(const std::string& path);

/// Frames one at a time: for trajectories that do not fit into memory.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// The next frame, or nothing at the end. @throws InputError with file, line, value and rule.
  [[nodiscard]] virtual std::optional<Frame> next() = 0;
};

[[nodiscard]] std::unique_ptr<FrameReader> open_frames(const std::string& path,
                                                       const ReadOptions& options = {});
[[nodiscard]] std::vector<Frame> read_frames(const std::string& path,
                                             const ReadOptions& options = {});
/// Writes to a temporary name and renames, so that a half-written file is never seen.
void write_frames(const std::string& path, const std::vector<Frame>& frames,
                  const WriteOptions& options = {});

}  // namespace vitrion::formats
