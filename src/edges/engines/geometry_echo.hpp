// The geometry that an engine says it computed, held against the frame that it was given.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "learn/labeller.hpp"
#include "structures/frame.hpp"

namespace vitrion::engines {

struct GeometryEcho {
  std::vector<std::string> species;
  std::vector<Vec3> positions;  ///< A, in any image of the cell: programs wrap atoms
  std::optional<Mat3> cell;     ///< rows, A
};

/// Frames are handed over with 10 decimals; what moved by more was not the frame that was asked
/// for.
inline constexpr double geometry_tolerance = 1e-4;  // A

/// What differs between the frame that was asked for and its echo; empty if nothing does.
/// @param order (atoms) the atom of `asked` that stands k-th in the echo; empty: the same order
/// @param tolerance of a coordinate, A; a coarse echo has its own
[[nodiscard]] std::string geometry_difference(const structures::Frame& asked,
                                              const GeometryEcho& echo,
                                              std::span<const std::size_t> order = {},
                                              double tolerance = geometry_tolerance);

[[nodiscard]] bool finite(const Vec3& v);

[[nodiscard]] learn::Labelled failed(learn::Failure::Kind kind, std::string cause);

}  // namespace vitrion::engines
