#include "analysis/pathways.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "analysis/void_graph.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t fewest_pathway_frames = 8;
constexpr std::size_t origins_of_clusters = 20;

/// Closest approach to the origin of the straight line from a to b.
double closest(const Vec3& a, const Vec3& b) {
  const Vec3 way = b - a;
  const double length = norm2(way);
  const double share = length > 0 ? std::clamp(-dot(a, way) / length, 0.0, 1.0) : 0;
  return norm(a + share * way);
}

/// Weighted mean size of the clusters of ions that are neighbours in one frame.
double cluster_size(const Trajectory& t, const structures::Cell& cell,
                    const std::vector<std::size_t>& ions, std::size_t frame, double neighbour) {
  PeriodicClusters clusters(ions.size());
  for (std::size_t i = 0; i < ions.size(); ++i)
    for (std::size_t j = i + 1; j < ions.size(); ++j)
      if (norm(cell.minimum_image(t.position(ions[j], frame) - t.position(ions[i], frame))) <=
          neighbour)
        clusters.join(i, j, {});
  double squares = 0;
  for (std::size_t i = 0; i < ions.size(); ++i)
    if (clusters.root(i) == i) {
      const auto n = static_cast<double>(clusters.size(i));
      squares += n * n;
    }
  return squares / static_cast<double>(ions.size());
}

IonPath thinned(const Trajectory& t, std::size_t ion, std::size_t points) {
  IonPath path;
  path.ion = ion;
  const std::size_t n = std::min(points, t.frames());
  for (std::size_t k = 0; k < n; ++k) {
    const std::size_t first = k * t.frames() / n;
    const std::size_t end = (k + 1) * t.frames() / n;
    Vec3 sum{};
    for (std::size_t f = first; f < end; ++f) sum += t.position(ion, f);
    path.points.push_back((1 / static_cast<double>(end - first)) * sum);
  }
  path.displacement = norm(path.points.back() - path.points.front());
  return path;
}

Estimate over_runs(const std::vector<PathwayRun>& runs, const char* unit,
                   const std::function<CorrelatedMean(const PathwayRun&)>& value,
                   const char* method) {
  std::vector<CorrelatedMean> means;
  for (const PathwayRun& run : runs) means.push_back(value(run));
  if (means.size() == 1 && means[0].error == 0) {
    const double v = means[0].mean;
    return Estimate::of(v, v, v, unit, "one run: no error");
  }
  Estimate e = combine_means(means, unit, method);
  e.low = std::max(0.0, e.low);
  return e;
}

}  // namespace

Void void_at_start(const Trajectory& t, const FreeVolumeOptions& options) {
  std::vector<Vec3> centres;
  std::vector<double> radii;
  for (std::size_t i = 0; i < t.atoms(); ++i) {
    centres.push_back(t.position(i, 0));
    radii.push_back(ionic_radius(options, t.species.name(i)));
  }
  const VoidGraph graph = void_graph(structures::Cell(t.reference_cell), centres, radii);
  const VoidNode& largest = graph.largest();
  return {largest.at, largest.radius};
}

VoidPassage void_passage(const Trajectory& t, const std::string& species, const Void& hole) {
  const structures::Cell cell(t.reference_cell);
  const Vec3 centre = cell.cartesian(hole.centre);
  VoidPassage passage{hole, {}, {}};
  const double core = hole.radius / 2;
  for (const std::size_t ion : t.atoms_of(species)) {
    bool visited = false;
    bool crossed = false;
    bool inside = false;
    bool came_near = false;  // to the centre, since it came in
    bool has_entry = false;  // not if it was inside from the start
    Vec3 entry{};
    for (std::size_t f = 0; f + 1 < t.frames(); ++f) {
      const Vec3 r = t.position(ion, f);
      const Vec3 from = cell.minimum_image(r - centre);
      const Vec3 to = from + (t.position(ion, f + 1) - r);
      const bool from_outside = norm(from) >= hole.radius;
      const bool to_outside = norm(to) >= hole.radius;
      const double nearest = closest(from, to);
      if (from_outside && nearest < hole.radius) {
        inside = true;
        came_near = false;
        has_entry = true;
        entry = from;
      } else if (!from_outside) {
        inside = true;
      }
      if (inside && nearest < core) visited = came_near = true;
      if (inside && to_outside) {
        crossed = crossed || (has_entry && came_near && dot(entry, to) < 0);
        inside = came_near = has_entry = false;
      }
    }
    if (visited) passage.visitors.push_back(ion);
    if (crossed) passage.crossers.push_back(ion);
  }
  return passage;
}

MobileClusters mobile_clusters(const Trajectory& t, const std::vector<std::size_t>& ions,
                               std::size_t lag, const PathwayOptions& o) {
  MobileClusters result;
  const auto count =
      static_cast<std::size_t>(std::round(o.mobile_share * static_cast<double>(ions.size())));
  if (count < 2 || lag == 0 || lag >= t.frames()) return result;
  const structures::Cell cell(t.reference_cell);
  const std::size_t last = t.frames() - lag - 1;
  const std::size_t origins = std::min(origins_of_clusters, last + 1);
  RandomStream random(o.seed, "mobile-clusters");
  for (std::size_t k = 0; k < origins; ++k) {
    const std::size_t frame = origins == 1 ? 0 : k * last / (origins - 1);
    std::vector<std::pair<double, std::size_t>> moved;
    for (const std::size_t ion : ions)
      moved.emplace_back(-norm2(t.position(ion, frame + lag) - t.position(ion, frame)), ion);
    std::partial_sort(moved.begin(), moved.begin() + static_cast<std::ptrdiff_t>(count),
                      moved.end());
    std::vector<std::size_t> chosen;
    for (std::size_t i = 0; i < count; ++i) chosen.push_back(moved[i].second);
    result.size.push_back(cluster_size(t, cell, chosen, frame, o.neighbour));
    double by_chance = 0;
    constexpr int draws = 10;
    std::vector<std::size_t> all = ions;
    for (int d = 0; d < draws; ++d) {
      random.shuffle(all);
      chosen.assign(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count));
      by_chance += cluster_size(t, cell, chosen, frame, o.neighbour) / draws;
    }
    result.random.push_back(by_chance);
  }
  return result;
}

PathwayRun pathways_of_run(const Trajectory& t, const PathwayOptions& o,
                           const std::optional<Void>& hole) {
  if (t.frames() < fewest_pathway_frames)
    throw InputError(fmt::format("{} frames are too few for pathways: {} or more", t.frames(),
                                 fewest_pathway_frames));
  PathwayRun run;
  const std::vector<std::size_t> ions = t.atoms_of(o.species);
  run.ions = ions.size();
  run.frames = t.frames();
  run.duration = t.times.back() - t.times.front();
  run.density = density_grid(t, ions, o.grid);
  run.level = density_percolation(run.density);
  if (run.level.any) {
    double above = 0;
    for (const double v : run.density.value) above += v >= *run.level.any;
    run.percolating_volume = above / static_cast<double>(run.density.value.size());
  }
  const std::size_t lag = std::max<std::size_t>(1, t.frames() / 10);
  run.cluster_lag = t.times[lag] - t.times[0];
  run.clusters = mobile_clusters(t, ions, lag, o);

  std::vector<IonPath> all;
  for (const std::size_t ion : ions) all.push_back(thinned(t, ion, o.most_points));
  for (const IonPath& path : all) run.displacements.push_back(path.displacement);
  std::stable_sort(all.begin(), all.end(), [](const IonPath& a, const IonPath& b) {
    return a.displacement > b.displacement;
  });
  const std::size_t kept = std::min(o.most_paths, all.size());
  for (std::size_t k = 0; k < kept; ++k) run.paths.push_back(std::move(all[k * all.size() / kept]));
  if (hole) run.hole = void_passage(t, o.species, *hole);
  return run;
}

Pathways pathways(std::vector<PathwayRun> runs, const PathwayOptions& options) {
  if (runs.empty()) throw InputError("pathways of no runs");
  Pathways p;
  p.options = options;
  const char* replicas = "spread of the replicas";
  const auto exact = [](double v) { return CorrelatedMean{v, 0, 1}; };
  p.level = over_runs(
      runs, "1",
      [&](const PathwayRun& r) { return exact(r.level.any.value_or(0) / r.density.mean()); },
      replicas);
  for (std::size_t k = 0; k < 3; ++k)
    p.level_axes[k] = over_runs(
        runs, "1",
        [&](const PathwayRun& r) { return exact(r.level.axes[k].value_or(0) / r.density.mean()); },
        replicas);
  p.percolating_volume = over_runs(
      runs, "1", [&](const PathwayRun& r) { return exact(r.percolating_volume); }, replicas);

  bool clusters = true;
  bool holes = true;
  double crossings = 0;
  for (const PathwayRun& run : runs) {
    clusters = clusters && !run.clusters.size.empty();
    holes = holes && run.hole.has_value();
    if (run.hole) crossings += static_cast<double>(run.hole->crossers.size());
  }
  if (clusters) {
    const char* times = "error over the origins";
    p.cluster_size = over_runs(
        runs, "1", [](const PathwayRun& r) { return correlated_mean(r.clusters.size); }, times);
    p.cluster_ratio = over_runs(
        runs, "1",
        [](const PathwayRun& r) {
          CorrelatedMean m = correlated_mean(r.clusters.size);
          const double by_chance = mean(r.clusters.random);
          m.mean /= by_chance;
          m.error /= by_chance;
          return m;
        },
        times);
  } else {
    const std::string why = "fewer than two ions are the share that moves farthest";
    p.cluster_size = Estimate::refusal(why, std::nullopt, "1");
    p.cluster_ratio = Estimate::refusal(why, std::nullopt, "1");
  }
  if (holes) {
    const auto n = static_cast<double>(runs.size());
    const double low = crossings > 0 ? chi_squared_quantile(0.025, 2 * crossings) / 2 : 0;
    const double high = chi_squared_quantile(0.975, 2 * crossings + 2) / 2;
    p.crossings =
        Estimate::of(crossings / n, low / n, high / n, "1",
                     fmt::format("{:g} paths in {} runs, Poisson", crossings, runs.size()));
  }
  p.runs = std::move(runs);
  return p;
}

}  // namespace vitrion::analysis
