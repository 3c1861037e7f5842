// CIF (Crystallographic Information File): reader and writer.
#pragma once

#include "edges/formats/format.hpp"

namespace vitrion::formats {

/// Each data block with atoms is a frame. Symmetry is applied, and the copies of an atom that fall
/// onto each other (special positions, within 0.05 A) are one atom. Partial occupancy is refused.
[[nodiscard]] std::unique_ptr<FrameReader> open_cif(const std::string& path,
                                                    const ReadOptions& options);
/// A block per frame in space group P 1; the cell is given by lengths and angles.
[[nodiscard]] std::unique_ptr<FrameWriter> create_cif(const std::string& path,
                                                      const WriteOptions& options);

}  // namespace vitrion::formats
