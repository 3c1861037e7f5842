#include <libxsmm.h>

#include <algorithm>

#include "base/error.hpp"
#include "potential/kernels/gemm_back_ends.hpp"

namespace vitrion::potential::kernels {

namespace {

/// A kernel is generated for each shape, so long dimensions are cut into these: few kernels serve
/// any number of rows, and a slab of B stays in the second-level cache while the rows pass.
constexpr std::size_t rows_at_once = 64;
constexpr std::size_t longest_k = 400;

using Int = libxsmm_blasint;

libxsmm_dmmfunction dispatch(const double*, Int m, Int n, Int k, Int lda, Int ldb, Int ldc,
                             bool accumulate, int flags) {
  const double alpha = 1, beta = accumulate ? 1 : 0;
  return libxsmm_dmmdispatch(m, n, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
}

libxsmm_smmfunction dispatch(const float*, Int m, Int n, Int k, Int lda, Int ldb, Int ldc,
                             bool accumulate, int flags) {
  const float alpha = 1, beta = accumulate ? 1 : 0;
  return libxsmm_smmdispatch(m, n, k, &lda, &ldb, &ldc, &alpha, &beta, &flags, nullptr);
}

/// libxsmm is column-major: our C = A B is its C^T = B^T A^T, so A and B change places, and so do
/// the flags.
template <class T>
void block(std::size_t m, std::size_t n, std::size_t k, const T* a, std::size_t lda, const T* b,
           std::size_t ldb, T* c, std::size_t ldc, bool accumulate, int flags) {
  const auto as_int = [](std::size_t x) { return static_cast<Int>(x); };
  const auto kernel = dispatch(a, as_int(n), as_int(m), as_int(k), as_int(ldb), as_int(lda),
                               as_int(ldc), accumulate, flags);
  if (!kernel) throw Error("libxsmm made no kernel: is memory allowed to be executable?");
  kernel(b, a, c);
}

/// Cuts rows and K; A's row stride and K stride in elements cover A and A^T.
template <class T>
void product(std::size_t m, std::size_t n, std::size_t k, const T* a, std::size_t lda,
             std::size_t row, std::size_t col, const T* b, std::size_t ldb, T* c, std::size_t ldc,
             bool accumulate, int flags) {
  if (m == 0 || n == 0) return;
  if (k == 0) {
    if (!accumulate)
      for (std::size_t i = 0; i < m; ++i) std::fill_n(c + i * ldc, n, T(0));
    return;
  }
  const std::size_t slabs = (k + longest_k - 1) / longest_k;
  const std::size_t slab = (k + slabs - 1) / slabs;
  for (std::size_t i = 0; i < m; i += rows_at_once)
    for (std::size_t p = 0; p < k; p += slab)
      block(std::min(rows_at_once, m - i), n, std::min(slab, k - p), a + i * row + p * col, lda,
            b + p * ldb, ldb, c + i * ldc, ldc, accumulate || p > 0, flags);
}

class Libxsmm final : public Gemm {
 public:
  [[nodiscard]] std::string description() const override {
    return libxsmm_get_target_archid() >= LIBXSMM_X86_AVX512_CORE ? "libxsmm (avx512)"
           : libxsmm_get_target_archid() >= LIBXSMM_X86_AVX2      ? "libxsmm (avx2)"
                                                                  : "libxsmm (avx)";
  }

  void nn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
          const double* b, std::size_t ldb, double* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, lda, 1, b, ldb, c, ldc, accumulate, LIBXSMM_GEMM_FLAG_NONE);
  }
  void nn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
          const float* b, std::size_t ldb, float* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, lda, 1, b, ldb, c, ldc, accumulate, LIBXSMM_GEMM_FLAG_NONE);
  }
  void tn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
          const double* b, std::size_t ldb, double* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, 1, lda, b, ldb, c, ldc, accumulate, LIBXSMM_GEMM_FLAG_TRANS_B);
  }
  void tn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
          const float* b, std::size_t ldb, float* c, std::size_t ldc,
          bool accumulate) const override {
    product(m, n, k, a, lda, 1, lda, b, ldb, c, ldc, accumulate, LIBXSMM_GEMM_FLAG_TRANS_B);
  }
};

}  // namespace

const Gemm* libxsmm_gemm() {
  static const Gemm* const gemm = []() -> const Gemm* {
    static const Libxsmm instance;
    libxsmm_init();
    return libxsmm_get_target_archid() >= LIBXSMM_X86_AVX ? &instance : nullptr;
  }();
  return gemm;
}

}  // namespace vitrion::potential::kernels
