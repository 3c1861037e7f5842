// Energy, forces and virial of a random Na3PS4 cell: ms a step, and how many times the time that the fitting net's
// matrix products alone would take at the rate measured in the same run.
#include <benchmark/benchmark.h>

#include <memory>

#include "base/threads.hpp"
#include "cell.hpp"
#include "potential/engine.hpp"

namespace {

using namespace vitrion;

void inference(benchmark::State& state) {
  const auto atoms = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<std::size_t>(state.range(1));
  const bool single = state.range(2) != 0;
  bench::NetworkSize size;
  size.fitting.assign(3, static_cast<std::size_t>(state.range(3)));
  const auto precision = single ? potential::Precision::float32 : potential::Precision::float64;
  potential::Engine engine(bench::random_model(size), {precision, {}, false},
                           std::make_shared<ThreadPool>(threads));
  // LAMMPS hands over a list with a skin of 2 A.
  const bench::RandomCell cell(atoms, engine.cutoff() + 2);
  const potential::Configuration configuration{cell.types, cell.neighbours.first,
                                               cell.neighbours.index,
                                               cell.neighbours.displacement};
  potential::Result result;
  engine.compute(configuration, result);
  for (auto _ : state) engine.compute(configuration, result);
  const double floor = bench::fitting_flop_per_atom(size) * static_cast<double>(atoms) * 1e-9 /
                       bench::measured_gflops(single, threads);
  state.counters["floor_ms"] = 1e3 * floor;
  state.counters["steps_per_floor"] = benchmark::Counter(
      floor, benchmark::Counter::kIsIterationInvariantRate);  // 1 at the floor, less above it
  state.SetLabel(engine.description());
}

}  // namespace

BENCHMARK(inference)
    ->ArgNames({"atoms", "threads", "single", "fitting"})
    ->ArgsProduct({{250, 1600}, {1, 2}, {0, 1}, {120, 240}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_MAIN();
