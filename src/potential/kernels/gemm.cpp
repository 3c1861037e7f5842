#include "potential/kernels/gemm.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "potential/kernels/gemm_back_ends.hpp"

namespace vitrion::potential::kernels {

namespace {

/// b (cols, rows) = a (rows, cols) transposed, or added to it; in tiles, so that both stay in the
/// cache.
template <class T, bool Add>
void transpose(std::size_t rows, std::size_t cols, const T* a, std::size_t lda, T* b,
               std::size_t ldb) {
  constexpr std::size_t tile = 16;
  for (std::size_t i0 = 0; i0 < rows; i0 += tile)
    for (std::size_t j0 = 0; j0 < cols; j0 += tile) {
      const std::size_t i1 = std::min(rows, i0 + tile), j1 = std::min(cols, j0 + tile);
      for (std::size_t j = j0; j < j1; ++j)
        for (std::size_t i = i0; i < i1; ++i) {
          if constexpr (Add)
            b[j * ldb + i] += a[i * lda + j];
          else
            b[j * ldb + i] = a[i * lda + j];
        }
    }
}

/// A B^T = (B A^T)^T: the large B is read as it stands, only A and C are turned.
template <class T>
void product_nt(const Gemm& gemm, std::size_t m, std::size_t n, std::size_t k, const T* a,
                std::size_t lda, const T* b, std::size_t ldb, T* c, std::size_t ldc,
                bool accumulate) {
  thread_local std::vector<T> turned;
  // Rows of whole vectors, so that no kernel ends in a masked remainder.
  const std::size_t ldt = (m + 15) / 16 * 16;
  turned.resize((k + n) * ldt);
  T* at = turned.data();
  T* ct = at + k * ldt;
  for (std::size_t row = 0; row < k; ++row)
    for (std::size_t pad = m; pad < ldt; ++pad) at[row * ldt + pad] = 0;
  transpose<T, false>(m, k, a, lda, at, ldt);
  gemm.nn(n, ldt, k, b, ldb, at, ldt, ct, ldt, false);
  if (accumulate)
    transpose<T, true>(n, m, ct, ldt, c, ldc);
  else
    transpose<T, false>(n, m, ct, ldt, c, ldc);
}

}  // namespace

void Gemm::nt(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
              const double* b, std::size_t ldb, double* c, std::size_t ldc, bool accumulate) const {
  product_nt(*this, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}

void Gemm::nt(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
              const float* b, std::size_t ldb, float* c, std::size_t ldc, bool accumulate) const {
  product_nt(*this, m, n, k, a, lda, b, ldb, c, ldc, accumulate);
}

std::vector<std::string> gemm_names() {
  std::vector<std::string> names;
  if (libxsmm_gemm()) names.emplace_back("libxsmm");
  names.emplace_back("portable");
  return names;
}

const Gemm& find_gemm(const std::string& name) {
  const std::vector<std::string> names = gemm_names();
  const std::string& wanted = name.empty() ? names.front() : name;
  if (wanted == "portable") return portable_gemm();
  if (wanted == "libxsmm" && libxsmm_gemm()) return *libxsmm_gemm();
  throw InputError(fmt::format("gemm = '{}' is no matrix back end of this processor ({}){}", name,
                               fmt::join(names, ", "), did_you_mean(name, names)));
}

}  // namespace vitrion::potential::kernels
