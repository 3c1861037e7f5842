// Few functions that carry all channels of an embedding net. The channels g_k(s) of a net of one
// input are smooth and much alike: over the range that a table covers, some sixteen combinations
// u = g Q hold all hundred to single precision, some twenty-five to double (g = u Q^T). The table
// and the sums over neighbours then have the width of u.
#pragma once

#include <cstddef>
#include <vector>

namespace vitrion::potential::kernels {

/// Samples of a function with `width` channels and of its slope, each (n, width).
struct Samples {
  std::vector<double> g, dg;
};

/// Q (rank, width), orthonormal rows: the greedy reduced basis, which takes up the sample that it
/// holds worst until each channel of each is held within `value` (g) and `slope` (dg).
[[nodiscard]] std::vector<double> reduced_basis(std::size_t width, const Samples& samples,
                                                double value, double slope);

}  // namespace vitrion::potential::kernels
