#include "analysis/free_volume.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>

#include "analysis/density.hpp"
#include "analysis/ionic_radii.hpp"
#include "analysis/spheres.hpp"
#include "analysis/statistics.hpp"
#include "analysis/void_graph.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "base/threads.hpp"

namespace vitrion::analysis {

namespace {

using structures::Fractional;
using structures::Frame;

std::vector<double> default_probes() {
  std::vector<double> probes;
  for (int k = 0; k <= 15; ++k) probes.push_back(0.1 * k);
  return probes;
}

void check_probes(const std::vector<double>& probes) {
  for (std::size_t k = 0; k < probes.size(); ++k)
    if (!(probes[k] >= 0) || (k > 0 && probes[k] <= probes[k - 1]))
      throw InputError(fmt::format("probe radii must grow from 0 A or more, but {:g} is number {}",
                                   probes[k], k + 1));
}

bool is_mobile(const FreeVolumeOptions& options, const std::string& name) {
  return std::find(options.mobile.begin(), options.mobile.end(), name) != options.mobile.end();
}

std::vector<Fractional> random_points(const FreeVolumeOptions& options, std::size_t frame) {
  RandomStream random(options.seed, "free-volume", frame);
  std::vector<Fractional> points(options.points);
  for (Fractional& p : points) p.s = {random.uniform(), random.uniform(), random.uniform()};
  return points;
}

FreeVolumeFrame measure(const TimedFrame& timed, std::size_t index,
                        const FreeVolumeOptions& options) {
  const Frame& frame = timed.frame;
  if (!frame.cell) throw InputError(fmt::format("frame {} has no cell, so it has no room", index));
  std::vector<double> radii;
  std::vector<Vec3> framework;
  std::vector<double> framework_radii;
  std::vector<std::size_t> mobile;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    radii.push_back(ionic_radius(options, frame.species.name(i)));
    if (is_mobile(options, frame.species.name(i))) {
      mobile.push_back(i);
    } else {
      framework.push_back(frame.positions[i]);
      framework_radii.push_back(radii.back());
    }
  }
  const std::vector<Fractional> points = random_points(options, index);
  FreeVolumeFrame result;
  result.time_ps = timed.time_ps;
  result.volume = frame.cell->volume();
  std::vector<double> volumes;
  result.full = room_in(*frame.cell, frame.positions, radii, options.probes, points, &volumes);
  std::vector<double> of_mobile;
  for (const std::size_t i : mobile) of_mobile.push_back(volumes[i]);
  result.mobile_cell = mean(of_mobile);
  result.mobile_spread = standard_deviation(of_mobile);
  if (!mobile.empty() && !framework.empty())
    result.framework = room_in(*frame.cell, framework, framework_radii, options.probes, points);
  return result;
}

std::string method_of(const std::vector<FreeVolumeRun>& runs) {
  for (const FreeVolumeRun& run : runs)
    if (run.frames.size() > 1) return "error from the autocorrelation time";
  return "one frame a run: no error in time";
}

/// One number a frame, over the frames and the replicas. `least_error(mean, frames)` is a standard
/// error that the frames may not show.
template <class Value>
Estimate over(const std::vector<FreeVolumeRun>& runs, const char* unit, const Value& value,
              const std::function<double(double, double)>& least_error = {}) {
  std::vector<CorrelatedMean> means;
  for (const FreeVolumeRun& run : runs) {
    std::vector<double> series;
    for (const FreeVolumeFrame& frame : run.frames) series.push_back(value(run, frame));
    means.push_back(correlated_mean(series));
    CorrelatedMean& m = means.back();
    if (least_error)
      m.error = std::max(m.error, least_error(m.mean, static_cast<double>(series.size())));
  }
  return combine_means(means, unit, method_of(runs));
}

RoomSummary summary(const std::vector<FreeVolumeRun>& runs, const FreeVolumeOptions& options,
                    Room FreeVolumeFrame::*room) {
  RoomSummary s;
  using Run = FreeVolumeRun;
  using At = FreeVolumeFrame;
  s.Di = over(runs, "A", [&](const Run&, const At& f) { return 2 * (f.*room).included; });
  s.Df = over(runs, "A", [&](const Run&, const At& f) { return 2 * (f.*room).free; });
  for (std::size_t k = 0; k < 3; ++k)
    s.Df_axes[k] =
        over(runs, "A", [&](const Run&, const At& f) { return 2 * (f.*room).free_axes[k]; });
  const auto binomial = [&](double f, double frames) {
    return std::sqrt(f * (1 - f) / (frames * static_cast<double>(options.points)));
  };
  for (std::size_t k = 0; k < options.probes.size(); ++k) {
    Estimate e = over(
        runs, "1", [&](const Run&, const At& f) { return (f.*room).fractions[k]; }, binomial);
    e.low = std::max(0.0, e.low);
    e.high = std::min(1.0, e.high);
    s.fractions.push_back(std::move(e));
  }
  return s;
}

}  // namespace

double ionic_radius(const FreeVolumeOptions& options, const std::string& species) {
  const auto found = options.radii.find(species);
  if (found != options.radii.end()) return found->second;
  if (const std::optional<double> usual = ionic_radius(species)) return *usual;
  std::vector<std::string> known;
  for (const auto& [name, radius] : options.radii) known.push_back(name);
  throw InputError(fmt::format("{} has no ionic radius (those of {} are known): give --radius {}=A",
                               species, fmt::join(known, ", "), species));
}

Room room_in(const structures::Cell& cell, std::span<const Vec3> centres,
             std::span<const double> radii, std::span<const double> probes,
             std::span<const Fractional> points, std::vector<double>* cell_volumes) {
  Room room;
  VoidGraph graph = void_graph(cell, centres, radii);
  const VoidNode& largest = graph.largest();
  room.included = largest.radius;
  room.centre = largest.at.s;
  const Percolation open = percolation(graph.nodes.size(), std::move(graph.edges));
  for (std::size_t k = 0; k < 3; ++k) {
    if (!open.axes[k]) throw Error("the Voronoi graph does not go round the cell");
    room.free_axes[k] = *open.axes[k];
  }
  room.free = *open.any;
  if (cell_volumes != nullptr) *cell_volumes = std::move(graph.cell_volumes);

  room.fractions.assign(probes.size(), 0);
  const PeriodicSpheres spheres(cell, centres, radii);
  for (const Fractional& point : points) {
    const double clearance = spheres.clearance(cell.cartesian(point));
    for (std::size_t k = 0; k < probes.size() && clearance > probes[k]; ++k) room.fractions[k] += 1;
  }
  for (double& f : room.fractions)
    f /= static_cast<double>(std::max<std::size_t>(1, points.size()));
  return room;
}

FreeVolumeRun free_volume_of_run(std::span<const TimedFrame> frames,
                                 const FreeVolumeOptions& given) {
  if (frames.empty()) throw InputError("free volume of no frames");
  FreeVolumeOptions options = given;
  if (options.probes.empty()) options.probes = default_probes();
  check_probes(options.probes);
  FreeVolumeRun run;
  const Frame& first = frames[0].frame;
  DensitySeries units;
  units.add(first);
  run.atoms = units.atoms;
  run.formula_units = units.formula_units;
  for (std::size_t i = 0; i < first.size(); ++i) {
    const std::string& name = first.species.name(i);
    run.radii[name] = ionic_radius(options, name);
    run.ionic_volume += 4 * std::numbers::pi / 3 * std::pow(run.radii[name], 3);
    (is_mobile(options, name) ? run.has_mobile : run.has_framework) = true;
  }
  run.has_framework = run.has_framework && run.has_mobile;
  run.frames.resize(frames.size());
  ThreadPool pool(std::max<std::size_t>(1, std::min(options.threads, frames.size())));
  pool.for_each(frames.size(), [&](std::size_t f, std::size_t) {
    run.frames[f] = measure(frames[f], f, options);
  });
  return run;
}

FreeVolume free_volume(std::vector<FreeVolumeRun> runs, FreeVolumeOptions options) {
  if (runs.empty()) throw InputError("free volume of no runs");
  if (options.probes.empty()) options.probes = default_probes();
  FreeVolume result;
  using Run = FreeVolumeRun;
  using At = FreeVolumeFrame;
  const auto per = [&](const char* unit, auto&& value) { return over(runs, unit, value); };
  const auto atoms = [](const Run& r) { return static_cast<double>(r.atoms); };
  const auto formula_units = [](const Run& r) { return static_cast<double>(r.formula_units); };
  result.volume_per_atom =
      per("A3", [&](const Run& r, const At& f) { return f.volume / atoms(r); });
  result.volume_per_formula_unit =
      per("A3", [&](const Run& r, const At& f) { return f.volume / formula_units(r); });
  result.excess_per_atom =
      per("A3", [&](const Run& r, const At& f) { return (f.volume - r.ionic_volume) / atoms(r); });
  result.excess_per_formula_unit = per("A3", [&](const Run& r, const At& f) {
    return (f.volume - r.ionic_volume) / formula_units(r);
  });
  result.excess_fraction =
      per("1", [&](const Run& r, const At& f) { return 1 - r.ionic_volume / f.volume; });

  bool mobile = true;
  bool framework = true;
  double frames = 0;
  for (const Run& run : runs) {
    mobile = mobile && run.has_mobile;
    framework = framework && run.has_framework;
    result.frames += run.frames.size();
    for (const At& f : run.frames) {
      result.mobile_spread += f.mobile_spread;
      frames += 1;
    }
  }
  result.mobile_spread /= frames;
  if (mobile) result.mobile_cell = per("A3", [](const Run&, const At& f) { return f.mobile_cell; });
  result.full = summary(runs, options, &At::full);
  if (framework) result.framework = summary(runs, options, &At::framework);
  result.options = std::move(options);
  result.runs = std::move(runs);
  return result;
}

}  // namespace vitrion::analysis
