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
  std::string name{};                   ///< "extxyz"
  std::vector<std::string> suffixes{};  ///< ".xyz", ".extxyz"; or whole names such as "POSCAR"
  std::string description{};
  std::string reference{};  ///< where the format is defined
  bool reads = false;
  bool writes = false;
  bool many_frames = false;
  bool holds_energy = false;
  bool holds_forces = false;
  bool holds_virial = false;
  bool holds_velocities = false;
  bool holds_atom_energies = false;
  bool holds_atom_weights = false;
  bool holds_open = false;  ///< frames without a cell
  bool holds_info = false;  ///< provenance keys
  std::vector<std::string>
      info_keys{};  ///< where not all: the keys that have a place in the format
};

struct ReadOptions {
  std::string format{};                 ///< empty: by suffix, else by content of a directory
  std::vector<std::string> elements{};  ///< names for files with types only (LAMMPS), in type order
  /// Keep the padding atoms of deepmd/npy/mixed (species -1) instead of leaving them out.
  bool keep_virtual = false;
};

struct WriteOptions {
  std::string format{};
  std::vector<std::string> elements{};  ///< order of species in files that need one
  std::size_t set_size = 0;             ///< frames per set.* of deepmd folders; 0: all in one
};

[[nodiscard]] const std::vector<FormatInfo>& formats();
/// The format that a path's suffix or folder contents speak for; a name without a suffix is a
/// deepmd/npy folder.
/// @throws InputError with the nearest known suffix.
[[nodiscard]] const FormatInfo& format_of(const std::string& path);
/// The format of this name. @throws InputError with the nearest known name.
[[nodiscard]] const FormatInfo& format_named(const std::string& name);

/// Frames one at a time: for trajectories that do not fit into memory.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// The next frame, or nothing at the end. @throws InputError with file, line, value and rule.
  [[nodiscard]] virtual std::optional<Frame> next() = 0;
  /// What the file holds and a Frame does not, as far as was read; a sentence each.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

/// Frames one at a time into a file or folder that appears only when it is whole.
class FrameWriter {
 public:
  virtual ~FrameWriter() = default;
  /// @throws InputError if the format cannot hold this frame (its shape; dropped labels are no
  /// error).
  virtual void write(const Frame& frame) = 0;
  /// Completes and renames; without it nothing stays.
  virtual void finish() = 0;
  /// What was changed on the way (atoms reordered, cell turned); a sentence each.
  [[nodiscard]] virtual std::vector<std::string> notes() const { return {}; }
};

[[nodiscard]] std::unique_ptr<FrameReader> open_frames(const std::string& path,
                                                       const ReadOptions& options = {});
/// All frames. @throws InputError if there is none.
[[nodiscard]] std::vector<Frame> read_frames(const std::string& path,
                                             const ReadOptions& options = {});
[[nodiscard]] std::unique_ptr<FrameWriter> create_frames(const std::string& path,
                                                         const WriteOptions& options = {});
/// Writes to a temporary name and renames, so that a half-written file is never seen.
void write_frames(const std::string& path, const std::vector<Frame>& frames,
                  const WriteOptions& options = {});

}  // namespace vitrion::formats
