// An embedding net tabulated over its scalar input s: Hermite quintics between equidistant nodes,
// so that value, first and second derivative are continuous and a force is the exact derivative of
// the tabulated energy. What is tabulated are the few functions u(s) of reduced_basis.hpp.
#pragma once

#include <optional>
#include <vector>

#include "potential/kernels/network.hpp"
#include "potential/kernels/simd_inference.hpp"

namespace vitrion::potential::kernels {

/// Error of a table against its net, relative to the largest |g| and |dg/ds| in it.
struct TableError {
  double value = 0;
  double slope = 0;
};

/// The largest error allowed. In single precision about the rounding of the net itself; in double
/// forces then keep ten digits.
template <class T>
constexpr TableError table_tolerance() {
  return sizeof(T) == 4 ? TableError{5e-8, 5e-7} : TableError{1e-12, 1e-11};
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
  /// Functions in the table.
  [[nodiscard]] std::size_t rank() const { return rank_; }
  /// Q (rank, width) with g = u Q.
  [[nodiscard]] const std::vector<double>& basis() const { return basis_; }
  /// The largest error that was measured.
  [[nodiscard]] const TableError& error() const { return error_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t max_nodes = 2048;

  Buffer<T> nodes_;  ///< (count, 3, ld)
  std::vector<double> basis_;
  TableError error_;
  std::size_t ld_ = 0, rank_ = 0, bytes_ = 0;
  double low_ = 0, high_ = 0, step_ = 1;
};

}  // namespace vitrion::potential::kernels
