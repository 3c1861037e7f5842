// The machine's matrix rate for the shapes of the paper's fitting net, forward and transposed, by
// each back end, and by oneDNN and OpenBLAS where their libraries are installed: the floor under a
// step.
#include <benchmark/benchmark.h>
#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "cell.hpp"
#include "potential/kernels/gemm.hpp"
#include "potential/kernels/panels.hpp"

namespace {

using namespace vitrion;

struct Shape {
  std::size_t n, k;
};

/// Rows that a product takes at once in the panel back ends; the libraries cut as they like.
constexpr std::size_t rows = 1600, block = 64;

template <class T>
struct Operands {
  explicit Operands(const Shape& s)
      : a(rows * s.k, T(0.01)), b(s.k * s.n, T(0.02)), c(rows * s.n) {}
  std::vector<T> a, b, c;
};

void report(benchmark::State& state, const Shape& s) {
  state.counters["GFLOP/s"] = benchmark::Counter(
      2e-9 * static_cast<double>(rows * s.n * s.k) * static_cast<double>(state.iterations()),
      benchmark::Counter::kIsRate);
}

template <class T>
void panels(benchmark::State& state, const std::string& back_end, const Shape& s) {
  Operands<T> o(s);
  potential::kernels::PanelMatrix<T> b;
  b.assign(s.k, s.n, o.b.data(), s.n);
  const auto& gemm = potential::kernels::find_gemm(back_end);
  for (auto _ : state)
    for (std::size_t i = 0; i < rows; i += block)
      b.product(gemm, std::min(block, rows - i), o.a.data() + i * s.k, s.k, o.c.data() + i * s.n,
                s.n, false);
  report(state, s);
}

using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int,
                       float, float*, int);
using Dgemm = void (*)(int, int, int, int, int, int, double, const double*, int, const double*, int,
                       double, double*, int);
using DnnlSgemm = int (*)(char, char, long, long, long, float, const float*, long, const float*,
                          long, float, float*, long);

template <class Function>
Function loaded(const char* library, const char* name) {
  void* handle = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  return handle ? reinterpret_cast<Function>(dlsym(handle, name)) : nullptr;
}

template <class T, class Function>
void open_blas(benchmark::State& state, Function gemm, const Shape& s, bool transposed) {
  Operands<T> o(s);
  const int m = rows, n = static_cast<int>(s.n), k = static_cast<int>(s.k);
  for (auto _ : state)
    gemm(101, 111, transposed ? 112 : 111, m, n, k, 1, o.a.data(), k, o.b.data(),
         transposed ? k : n, 0, o.c.data(), n);
  report(state, s);
}

void one_dnn(benchmark::State& state, DnnlSgemm gemm, const Shape& s, bool transposed) {
  Operands<float> o(s);
  const long m = rows, n = static_cast<long>(s.n), k = static_cast<long>(s.k);
  for (auto _ : state)
    gemm('N', transposed ? 'T' : 'N', m, n, k, 1, o.a.data(), k, o.b.data(), transposed ? k : n, 0,
         o.c.data(), n);
  report(state, s);
}

template <class T>
void add(const std::string& precision) {
  const auto name = [&](const std::string& who, const Shape& s, bool transposed) {
    return precision + "/" + who + "/1600x" + std::to_string(s.n) + "x" + std::to_string(s.k) +
           (transposed ? "/transposed" : "");
  };
  for (const Shape& s : {Shape{240, 1600}, Shape{240, 240}, Shape{1600, 240}}) {
    // Panels hold the transposed weights beside the others: both passes are the same product.
    for (const std::string& back_end : potential::kernels::gemm_names())
      benchmark::RegisterBenchmark(name(back_end + " in panels", s, false).c_str(),
                                   [=](benchmark::State& state) { panels<T>(state, back_end, s); });
    for (const bool transposed : {false, true}) {
      if constexpr (sizeof(T) == 4) {
        if (const auto f = loaded<Sgemm>("libopenblas.so.0", "cblas_sgemm"))
          benchmark::RegisterBenchmark(
              name("OpenBLAS", s, transposed).c_str(),
              [=](benchmark::State& state) { open_blas<T>(state, f, s, transposed); });
        if (const auto f = loaded<DnnlSgemm>("libdnnl.so.2", "dnnl_sgemm"))
          benchmark::RegisterBenchmark(
              name("oneDNN", s, transposed).c_str(),
              [=](benchmark::State& state) { one_dnn(state, f, s, transposed); });
      } else if (const auto f = loaded<Dgemm>("libopenblas.so.0", "cblas_dgemm")) {
        benchmark::RegisterBenchmark(
            name("OpenBLAS", s, transposed).c_str(),
            [=](benchmark::State& state) { open_blas<T>(state, f, s, transposed); });
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  // One thread each; and Debian's OpenBLAS does not know processors younger than itself.
  setenv("OMP_NUM_THREADS", "1", 1);
  if (__builtin_cpu_supports("avx512f")) setenv("OPENBLAS_CORETYPE", "SKYLAKEX", 0);
  add<float>("single");
  add<double>("double");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
