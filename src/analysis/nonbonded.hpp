// The non-bonded peak of a pair distribution: the distance of neighbours that share no bond.
#pragma once

#include <optional>
#include <span>
#include <string>

namespace vitrion::analysis {

/// Where the non-bonded peak of a pair is sought, in A: behind its bonds and, for S-S and O-O,
/// behind the edges of a PX4 tetrahedron.
struct NonbondedRange {
  double from = 0;
  double to = 0;
};
/// Nothing for pairs whose first peak is a bond and whose second is not told from it.
[[nodiscard]] std::optional<NonbondedRange> nonbonded_range(const std::string& pair);

/// Place of the highest point of g in the range, smoothed by 0.1 A and refined by a parabola fitted
/// to g within 0.3 A of it; nothing if it lies at an edge of the range, or if the data end inside
/// the range.
[[nodiscard]] std::optional<double> nonbonded_peak(std::span<const double> r,
                                                   std::span<const double> g, NonbondedRange range);

}  // namespace vitrion::analysis
