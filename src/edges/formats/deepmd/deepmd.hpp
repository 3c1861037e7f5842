// DeePMD-kit's data folders: reader of every kind, writers of deepmd/npy and deepmd/npy/mixed.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// A system, or every system below a folder in the order of their paths; then info["system"] names
/// it.
[[nodiscard]] std::unique_ptr<FrameReader> open_deepmd(const std::string& path,
                                                       const ReadOptions& options);
/// Frames with the same sequence of elements, the same boundary and the same kinds of labels make a
/// system. One system is written into the folder itself; several into sub-folders named by their
/// formula.
[[nodiscard]] std::unique_ptr<FrameWriter> create_deepmd_npy(const std::string& path,
                                                             const WriteOptions& options);
/// Frames with the same boundary and the same kinds of labels make a system, whatever their
/// elements; shorter frames are padded with atoms of type -1.
[[nodiscard]] std::unique_ptr<FrameWriter> create_deepmd_mixed(const std::string& path,
                                                               const WriteOptions& options);

}  // namespace vitrion::formats
