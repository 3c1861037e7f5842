// A matrix that stays (weights), cut into panels for products with few rows: a product then reads
// memory in order, which is worth a tenth of its time for the first fitting layer.
#pragma once

#include "potential/kernels/buffer.hpp"
#include "potential/kernels/gemm.hpp"

namespace vitrion::potential::kernels {

template <class T>
class PanelMatrix {
 public:
  /// Takes B (K, N) of leading dimension ldb.
  void assign(std::size_t k, std::size_t n, const T* b, std::size_t ldb);
  /// C (m, N) = A (m, K) B, or C += where `accumulate`.
  void product(const Gemm& gemm, std::size_t m, const T* a, std::size_t lda, T* c, std::size_t ldc,
               bool accumulate) const;

 private:
  /// Columns of a panel: three vectors of 16 floats, or six of 8 doubles, for which the kernels
  /// keep all sums of four to eight rows in registers.
  static constexpr std::size_t panel = 48;

  std::size_t k_ = 0, n_ = 0;
  Buffer<T> panels_;  ///< each (K, columns) in one piece
};

}  // namespace vitrion::potential::kernels
