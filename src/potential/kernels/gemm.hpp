// Matrix products for the networks: one small interface, row-major, with named back ends.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace vitrion::potential::kernels {

/// C (M, N) of leading dimension ldc; A and B as each function says. Serial: call it from our
/// threads. The order of summation depends on the shapes alone, so the bits do not depend on
/// threads or time.
class Gemm {
 public:
  virtual ~Gemm() = default;
  /// For example "libxsmm (avx512)".
  [[nodiscard]] virtual std::string description() const = 0;

  /// C = A (M, K) * B (K, N), or C += where `accumulate`.
  virtual void nn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
                  const double* b, std::size_t ldb, double* c, std::size_t ldc,
                  bool accumulate) const = 0;
  virtual void nn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
                  const float* b, std::size_t ldb, float* c, std::size_t ldc,
                  bool accumulate) const = 0;
  /// C = A^T * B with A (K, M), B (K, N), or C +=.
  virtual void tn(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
                  const double* b, std::size_t ldb, double* c, std::size_t ldc,
                  bool accumulate) const = 0;
  virtual void tn(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
                  const float* b, std::size_t ldb, float* c, std::size_t ldc,
                  bool accumulate) const = 0;
  /// C = A * B^T with A (M, K), B (N, K), or C +=. Costs two small transpositions of A and C, so it
  /// is meant for few rows M against a large B (weights).
  void nt(std::size_t m, std::size_t n, std::size_t k, const double* a, std::size_t lda,
          const double* b, std::size_t ldb, double* c, std::size_t ldc, bool accumulate) const;
  void nt(std::size_t m, std::size_t n, std::size_t k, const float* a, std::size_t lda,
          const float* b, std::size_t ldb, float* c, std::size_t ldc, bool accumulate) const;
};

/// The back ends that this build and this processor have; the first is the default.
[[nodiscard]] std::vector<std::string> gemm_names();
/// By name, or the default for an empty name. What is the default follows from the processor's
/// features, never from a timing: a race would make the bits of a result depend on chance.
/// @throws InputError naming the nearest known back end.
[[nodiscard]] const Gemm& find_gemm(const std::string& name);

}  // namespace vitrion::potential::kernels
