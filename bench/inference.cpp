// Energy, forces and virial of a Na3PS3O cell: ms a step as a multiple of the floor, which is what
// the fitting nets' matrix products alone take, measured in alternation with the step.
#include <benchmark/benchmark.h>
#include <time.h>

#include <algorithm>
#include <memory>

#include "base/threads.hpp"
#include "cell.hpp"
#include "potential/engine.hpp"

namespace {

using namespace vitrion;

struct Clock {
  double wall, processor;
};

Clock now() {
  const auto seconds = [](clockid_t id) {
    timespec t{};
    clock_gettime(id, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  };
  return {seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void inference(benchmark::State& state) {
  const auto atoms = static_cast<std::size_t>(state.range(0));
  const auto threads = static_cast<std::size_t>(state.range(1));
  const bool single = state.range(2) != 0;
  const auto pool = std::make_shared<ThreadPool>(threads);
  const auto precision = single ? potential::Precision::float32 : potential::Precision::float64;
  potential::Engine engine(bench::random_model({}), {precision, {}, false}, pool);
  // LAMMPS hands over a list cut to the cutoff.
  const bench::RandomCell cell(atoms, engine.cutoff());
  const potential::Configuration configuration{cell.types, cell.neighbours.first,
                                               cell.neighbours.index, cell.neighbours.displacement};
  potential::Result result;
  engine.compute(configuration, result);
  bench::Floor floor({}, single, *pool);
  std::vector<double> wall, processor, floor_wall, floor_processor;
  for (auto _ : state) {
    const Clock begin = now();
    engine.compute(configuration, result);
    const Clock middle = now();
    floor.run(atoms);
    const Clock end = now();
    state.SetIterationTime(middle.wall - begin.wall);
    wall.push_back(middle.wall - begin.wall);
    processor.push_back(middle.processor - begin.processor);
    floor_wall.push_back(end.wall - middle.wall);
    floor_processor.push_back(end.processor - middle.processor);
  }
  const auto per_core = 1e3 / static_cast<double>(threads);
  state.counters["ms"] = 1e3 * *std::min_element(wall.begin(), wall.end());
  state.counters["floor_ms"] = 1e3 * *std::min_element(floor_wall.begin(), floor_wall.end());
  state.counters["x_floor"] = median(wall) / median(floor_wall);
  // Time on the processor: the same on an idle machine, and still true on a busy one.
  state.counters["cpu_ms"] = per_core * *std::min_element(processor.begin(), processor.end());
  state.counters["cpu_floor_ms"] =
      per_core * *std::min_element(floor_processor.begin(), floor_processor.end());
  state.counters["cpu_x_floor"] = median(processor) / median(floor_processor);
  state.SetLabel(engine.description());
}

}  // namespace

BENCHMARK(inference)
    ->ArgNames({"atoms", "threads", "single"})
    ->ArgsProduct({{400, 1600, 20000}, {1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseManualTime();
BENCHMARK_MAIN();
