// One training step (predictions and the gradient of a loss in energy, forces and virial): ms a
// step, and how many times the time of its matrix products in the fitting nets at the rate measured
// in the same run.
#include <benchmark/benchmark.h>

#include <memory>

#include "base/threads.hpp"
#include "cell.hpp"
#include "potential/gradient.hpp"

namespace {

using namespace vitrion;

void train_step(benchmark::State& state) {
  const auto atoms = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<std::size_t>(state.range(1));
  const bool single = state.range(2) != 0;
  bench::NetworkSize size;
  size.fitting.assign(3, static_cast<std::size_t>(state.range(3)));
  const auto precision = single ? potential::Precision::float32 : potential::Precision::float64;
  const potential::Model model = bench::random_model(size);
  potential::BatchGradient batch(model, precision, {}, std::make_shared<ThreadPool>(threads));
  const bench::RandomCell cell(atoms, model.descriptor.rcut);
  const potential::Configuration frame{cell.types, cell.neighbours.first, cell.neighbours.index,
                                       cell.neighbours.displacement};
  std::vector<potential::Result> results(1);
  std::vector<potential::LossSeeds> seeds(1);
  seeds[0].energy = 1;
  seeds[0].force.assign(atoms, {0.1, -0.2, 0.3});
  for (std::size_t i = 0; i < atoms; ++i) seeds[0].force[i][i % 3] = 0.5;
  seeds[0].virial = {{{0.1, 0, 0}, {0, 0.1, 0}, {0, 0, 0.1}}};
  const std::vector<double> weights = potential::parameters(model);
  std::vector<double> gradient(weights.size());
  for (auto _ : state) {
    batch.set_parameters(weights);
    batch.predict({&frame, 1}, results);
    batch.gradient(seeds, gradient);
  }
  // Values, their backward, tangent, its reverse and two products for the weights: three times an
  // inference.
  const double floor = 3 * bench::fitting_flop_per_atom(size) * static_cast<double>(atoms) * 1e-9 /
                       bench::measured_gflops(single, threads);
  state.counters["floor_ms"] = 1e3 * floor;
  state.counters["steps_per_floor"] =
      benchmark::Counter(floor, benchmark::Counter::kIsIterationInvariantRate);
  state.SetLabel(batch.description());
}

}  // namespace

BENCHMARK(train_step)
    ->ArgNames({"atoms", "threads", "single", "fitting"})
    ->ArgsProduct({{32, 48, 128}, {1, 2}, {0, 1}, {120, 240}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK_MAIN();
