// Free volume, framework and pathways of 1000 frames of 1600 atoms: seconds a run.
#include <benchmark/benchmark.h>

#include <memory>

#include "analysis/framework.hpp"
#include "analysis/free_volume.hpp"
#include "analysis/pathways.hpp"
#include "base/random.hpp"
#include "structures/prototypes.hpp"

namespace {

using namespace vitrion;

constexpr std::size_t frames = 1000;

/// 100 cells of tetragonal Na3PS4 whose atoms vibrate by 0.2 A and whose Na also walk: 1 ps frames.
const analysis::Trajectory& run() {
  static const analysis::Trajectory result = [] {
    const structures::Frame frame = structures::supercell(
        structures::expand(structures::prototype("na3ps4_tetragonal")), {5, 5, 4});
    RandomStream random(1, "bench-space");
    analysis::Trajectory t;
    t.species = frame.species;
    t.reference_cell = frame.cell->rows();
    t.positions.resize(frame.size() * 3 * frames);
    for (std::size_t f = 0; f < frames; ++f) {
      t.times.push_back(static_cast<double>(f));
      t.volumes.push_back(frame.cell->volume());
    }
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const double step = frame.species.name(i) == "Na" ? 0.1 : 0;
      for (std::size_t a = 0; a < 3; ++a) {
        double site = frame.positions[i][a];
        for (std::size_t f = 0; f < frames; ++f) {
          site += step * random.normal();
          t.positions[(3 * i + a) * frames + f] = site + 0.2 * random.normal();
        }
      }
    }
    return t;
  }();
  return result;
}

void free_volume(benchmark::State& state) {
  const analysis::Trajectory& t = run();
  analysis::FrameSample sample(20);
  for (std::size_t f = 0; f < frames; ++f) {
    structures::Frame frame;
    frame.cell = structures::Cell(t.reference_cell);
    frame.species = t.species;
    for (std::size_t i = 0; i < t.atoms(); ++i)
      frame.positions.push_back({t.path(i, 0)[f], t.path(i, 1)[f], t.path(i, 2)[f]});
    sample.add(frame, t.times[f]);
  }
  analysis::FreeVolumeOptions options;
  options.threads = static_cast<std::size_t>(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(analysis::free_volume_of_run(sample.frames(), options));
  state.counters["frames_looked_at"] = static_cast<double>(sample.frames().size());
}

void framework(benchmark::State& state) {
  analysis::FrameworkOptions options;
  options.threads = static_cast<std::size_t>(state.range(0));
  for (auto _ : state)
    benchmark::DoNotOptimize(analysis::framework_of_run(run(), options, std::nullopt));
}

void pathways(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(analysis::pathways_of_run(run(), {}, std::nullopt));
}

}  // namespace

BENCHMARK(free_volume)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(framework)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kSecond)
    ->UseRealTime()
    ->MeasureProcessCPUTime();
BENCHMARK(pathways)->Unit(benchmark::kSecond)->UseRealTime()->MeasureProcessCPUTime();
BENCHMARK_MAIN();
