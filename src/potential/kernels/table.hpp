// An embedding net tabulated over its scalar input s: Hermite quintics between equidistant nodes,
// so that value, first and second derivative are continuous and a force is the exact derivative of
// the tabulated energy.
#pragma once

#include <optional>

#include "potential/kernels/network.hpp"
#include "potential/kernels/simd.hpp"

namespace vitrion::potential::kernels {

/// Largest error of the table against the net, relative to the largest |g| and |dg/ds| in it.
struct TableTolerance {
  double value = 0;
  double slope = 0;
};

/// In single precision below the rounding of the net itself; in double far below what the model's
/// files carry.
template <class T>
constexpr TableTolerance table_tolerance() {
  return sizeof(T) == 4 ? TableTolerance{2e-8, 2e-7} : TableTolerance{1e-13, 5e-12};
}

template <class T>
class EmbeddingTable {
 public:
  /// Tabulates from `low` towards `high`, halving the step until the error, measured at three
  /// points of each interval against the net in double, is within the tolerance. Where that takes
  /// more than max_nodes the table ends before `high`; empty where it cannot be met at all (a net
  /// with corners, such as relu).
  static std::optional<EmbeddingTable> make(const PackedNetwork<double>& net, const Gemm& gemm,
                                            double low, double high);

  [[nodiscard]] TableView<T> view() const { return {nodes_.data(), ld_, low_, step_}; }
  /// Whether s lies inside; false for a NaN too.
  [[nodiscard]] bool holds(T s) const {
    return static_cast<double>(s) >= low_ && static_cast<double>(s) < high_;
  }

 private:
  static constexpr std::size_t max_nodes = 2048;

  Buffer<T> nodes_;  ///< (count, 3, ld)
  std::size_t ld_ = 0;
  double low_ = 0, high_ = 0, step_ = 1;
};

}  // namespace vitrion::potential::kernels
