#include <algorithm>

#include "potential/kernels/gemm_back_ends.hpp"

namespace vitrion::potential::kernels {

namespace {

/// Sizes of the blocks: one of B (K, N) fits the first-level cache, and a row of C is kept there.
constexpr std::size_t block_k = 64;
constexpr std::size_t block_n = 64;

/// C += A B in blocks; A's element (i, p) is a[i * row + p * col], which covers A and A^T.
template <class T>
void product(std::size_t m, std::size_t n, std::size_t k, const T* a, std::size_t row,
             std::size_t col, const T* b, std::size_t ldb, T* c, std::size_t ldc, bool accumulate) {
  if (!accumulate)
    for (std::size_t i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, T(0));
  for (std::size_t p0 = 0; p0 < k; p0 += block_k)
    for (std::size_t j0 = 0; j0 < n; j0 += block_n) {
      const std::size_t p1 = std::min(k, p0 + block_k), width = std::min(n - j0, block_n);
      for (std::size_t i = 0; i < m; ++i) {
        T sum[block_n];
        T* to = c + i * ldc + j0;
        std::copy_n(to, width, sum);
        for (std::size_t p = p0; p < p1; ++p) {
          const T factor = a[i * row + p * col];
          const T* from = b + p * ldb + j0;
          for (std::size_t j = 0; j < width; ++j) sum[j] += factor * from[j];
        }
        std::copy_n(sum, width, to);
      }
    }
}

class Portable final : public Gemm {
 public:
  [[nodiscard]] std::string description() const override { return "portable"; }

  void nn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
          const double* b, std::size_t ldb, double* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, 1, b, ldb, c, ldc, accumulate);
  }
  void nn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
          const float* b, std::size_t ldb, float* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, 1, b, ldb, c, ldc, accumulate);
  }
  void tn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
          const double* b, std::size_t ldb, double* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, 1, lda, b, ldb, c, ldc, accumulate);
  }
  void tn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
          const float* b, std::size_t ldb, float* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, 1, lda, b, ldb, c, ldc, accumulate);
  }
};

}  // namespace

const Gemm& portable_gemm() {
  static const Portable gemm;
  return gemm;
}

}  // namespace vitrion::potential::kernels
