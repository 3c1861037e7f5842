// The matrix back ends against plain sums, in all shapes in which the networks use them.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "base/error.hpp"
#include "base/random.hpp"
#include "potential/kernels/gemm.hpp"

namespace vitrion::potential::kernels {
namespace {

enum class Form { nn, nt, tn };

struct Shape {
  std::size_t m, n, k;
};

/// Rows above the widths of a kernel, single rows and columns, K beyond one slab, remainders
/// everywhere.
constexpr Shape shapes[] = {{1, 8, 1},       {1, 16, 130},   {3, 7, 5},
                            {32, 240, 1600}, {65, 100, 50},  {50, 104, 77},
                            {200, 24, 33},   {17, 1601, 24}, {129, 1, 9}};

template <class T>
void check(const Gemm& gemm, Form form, const Shape& shape, bool accumulate) {
  const auto [m, n, k] = shape;
  RandomStream random(7, "gemm");
  const auto matrix = [&](std::size_t rows, std::size_t ld) {
    std::vector<T> values(rows * ld);
    for (T& v : values) v = static_cast<T>(random.uniform(-1, 1));
    return values;
  };
  // Leading dimensions beyond the widths.
  const std::size_t lda = (form == Form::tn ? m : k) + 3, ldb = (form == Form::nt ? k : n) + 2;
  const std::size_t ldc = n + 5;
  const std::vector<T> a = matrix(form == Form::tn ? k : m, lda);
  const std::vector<T> b = matrix(form == Form::nt ? n : k, ldb);
  std::vector<T> c = matrix(m, ldc);
  const std::vector<T> before = c;
  if (form == Form::nn)
    gemm.nn(m, n, k, a.data(), lda, b.data(), ldb, c.data(), ldc, accumulate);
  else if (form == Form::nt)
    gemm.nt(m, n, k, a.data(), lda, b.data(), ldb, c.data(), ldc, accumulate);
  else
    gemm.tn(m, n, k, a.data(), lda, b.data(), ldb, c.data(), ldc, accumulate);
  // A sum of k products stays below k: each of its k steps rounds to half a unit of at most that.
  const double unit = sizeof(T) == 4 ? 6e-8 : 1.1e-16;
  const double tolerance = unit * static_cast<double>(k + 8);
  for (std::size_t i = 0; i < m; ++i)
    for (std::size_t j = 0; j < ldc; ++j) {
      if (j >= n) {
        ASSERT_EQ(c[i * ldc + j], before[i * ldc + j]) << "wrote behind a row";
        continue;
      }
      double sum = accumulate ? static_cast<double>(before[i * ldc + j]) : 0;
      for (std::size_t p = 0; p < k; ++p)
        sum += static_cast<double>(form == Form::tn ? a[p * lda + i] : a[i * lda + p]) *
               static_cast<double>(form == Form::nt ? b[j * ldb + p] : b[p * ldb + j]);
      ASSERT_NEAR(static_cast<double>(c[i * ldc + j]), sum, tolerance) << i << " " << j;
    }
}

class GemmBackEnd : public testing::TestWithParam<std::string> {};

TEST_P(GemmBackEnd, AllFormsAndShapes) {
  const Gemm& gemm = find_gemm(GetParam());
  for (const Form form : {Form::nn, Form::nt, Form::tn})
    for (const Shape& shape : shapes)
      for (const bool accumulate : {false, true}) {
        check<double>(gemm, form, shape, accumulate);
        check<float>(gemm, form, shape, accumulate);
      }
}

INSTANTIATE_TEST_SUITE_P(All, GemmBackEnd, testing::ValuesIn(gemm_names()),
                         [](const auto& tested) { return tested.param; });

TEST(Gemm, AnUnknownNameIsRefusedWithTheNearest) {
  try {
    (void)find_gemm("portabel");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("did you mean 'portable'"), std::string::npos)
        << error.what();
  }
}

TEST(Gemm, NoRowsIsNoWork) {
  const Gemm& gemm = find_gemm("");
  double c = 3;
  gemm.nn(0, 8, 4, &c, 4, &c, 8, &c, 8, false);
  EXPECT_EQ(c, 3);
}

}  // namespace
}  // namespace vitrion::potential::kernels
