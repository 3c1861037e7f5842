#include "analysis/doorways.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "analysis/gate_finder.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t most_bins = 100;
constexpr double share_of_run = 1.0 / 6;
constexpr std::size_t most_followed = 4000;
constexpr std::size_t gates_at_rest = 300;
constexpr int tries = 20;

/// A gate around an instant.
struct Watched {
  Gate gate;
  std::size_t frame = 0;
  std::size_t ion = 0;
};

/// Radii of a gate in the bins about a frame; nothing if it is no triangle in one of them.
std::optional<std::vector<double>> radii_about(const GateFinder& finder, const Watched& w,
                                               const LagGrid& lags, double& fluctuation) {
  std::vector<double> radius(lags.size(), 0.0);
  double sum = 0;
  double squares = 0;
  double n = 0;
  std::size_t frame = w.frame - lags.reach();
  for (std::size_t k = 0; k < lags.size(); ++k) {
    for (std::size_t i = 0; i < lags.width; ++i, ++frame) {
      const std::optional<GateShape> shape = finder.shape(w.gate, frame);
      if (!shape) return std::nullopt;
      radius[k] += shape->radius / static_cast<double>(lags.width);
      if (!lags.is_outer(k)) continue;
      sum += shape->radius;
      squares += shape->radius * shape->radius;
      n += 1;
    }
  }
  fluctuation = std::sqrt(std::max(0.0, squares / n - sum * sum / (n * n)));
  return radius;
}

/// Less its mean over the outer lags, which is returned.
double take_off_mean(std::vector<double>& x, const LagGrid& lags) {
  double sum = 0;
  double n = 0;
  for (std::size_t k = 0; k < x.size(); ++k)
    if (lags.is_outer(k)) {
      sum += x[k];
      n += 1;
    }
  for (double& value : x) value -= sum / n;
  return sum / n;
}

GateCurves follow(const GateFinder& finder, const std::vector<Watched>& watched,
                  const LagGrid& lags, ThreadPool& pool, std::vector<bool>* kept = nullptr) {
  struct Curve {
    std::vector<double> opening;
    double mean = 0;
    double fluctuation = 0;
  };
  std::vector<Curve> curves(watched.size());
  pool.for_each(watched.size(), [&](std::size_t i, std::size_t) {
    if (auto radii = radii_about(finder, watched[i], lags, curves[i].fluctuation)) {
      curves[i].mean = take_off_mean(*radii, lags);
      curves[i].opening = std::move(*radii);
    }
  });
  GateCurves result;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (kept) (*kept)[i] = !curves[i].opening.empty();
    if (curves[i].opening.empty()) continue;
    result.ion.push_back(watched[i].ion);
    result.mean.push_back(curves[i].mean);
    result.fluctuation.push_back(curves[i].fluctuation);
    result.opening.insert(result.opening.end(), curves[i].opening.begin(), curves[i].opening.end());
  }
  return result;
}

std::vector<HopGate> gates_of(const Trajectory& run, const HopRun& hops, const GateFinder& finder,
                              ThreadPool& pool) {
  std::vector<std::size_t> first;  // hop of each ion that hops
  for (std::size_t k = 0; k < hops.hops.size(); ++k)
    if (k == 0 || hops.hops[k].ion != hops.hops[k - 1].ion) first.push_back(k);
  std::vector<std::vector<HopGate>> found(first.size());
  const std::size_t window = hops.scale.window;
  pool.for_each(first.size(), [&](std::size_t i, std::size_t) {
    const std::size_t last = i + 1 < first.size() ? first[i + 1] : hops.hops.size();
    const PathSums path(run, hops.hops[first[i]].ion);
    for (std::size_t k = first[i]; k < last; ++k) {
      const std::size_t frame = hops.hops[k].frame;
      const std::size_t before = k > first[i] ? hops.hops[k - 1].frame : 0;
      const std::size_t after = k + 1 < last ? hops.hops[k + 1].frame : run.frames();
      const GateFinder::Stretch stretch{std::max(before, frame - std::min(frame, window)),
                                        std::min(after, frame + window)};
      if (std::optional<HopGate> gate = finder.gate_of(hops.hops[k], path, stretch)) {
        gate->hop = k;
        found[i].push_back(std::move(*gate));
      }
    }
  });
  std::vector<HopGate> gates;
  for (const auto& of_ion : found) gates.insert(gates.end(), of_ion.begin(), of_ion.end());
  return gates;
}

/// When which gate was passed or tried, so that a control can avoid it.
class Passages {
 public:
  void add(const Gate& gate, std::size_t frame) { frames_[gate.anions].push_back(frame); }
  [[nodiscard]] bool near(const Gate& gate, std::size_t frame, std::size_t reach) const {
    const auto found = frames_.find(gate.anions);
    if (found == frames_.end()) return false;
    return std::any_of(found->second.begin(), found->second.end(),
                       [&](std::size_t f) { return (f > frame ? f - frame : frame - f) <= reach; });
  }

 private:
  std::map<std::array<std::size_t, 3>, std::vector<std::size_t>> frames_;
};

using StaticWindows = std::vector<std::vector<GateFinder::StaticWindow>>;

/// An instant up to half of the lags away from a frame.
std::size_t instant_near(std::size_t frame, const LagGrid& lags, std::size_t run_frames,
                         RandomStream& random) {
  const auto reach = static_cast<double>(lags.reach());
  return static_cast<std::size_t>(
      std::clamp(static_cast<double>(frame) + random.uniform(-0.5, 0.5) * reach, reach,
                 static_cast<double>(run_frames) - reach - 1));
}

/// Doorways of all kinds, about the frames in which they were found.
std::vector<Watched> at_rest(const StaticWindows& windows, const std::vector<std::size_t>& frames,
                             const LagGrid& lags, std::size_t run_frames, RandomStream& random) {
  std::vector<Watched> result;
  for (std::size_t i = 0; i < gates_at_rest * tries && result.size() < gates_at_rest; ++i) {
    const std::size_t f = random.below(windows.size());
    if (windows[f].empty()) continue;
    const Gate& gate = windows[f][random.below(windows[f].size())].gate;
    if (gate.units < 2) continue;
    result.push_back({gate, instant_near(frames[f], lags, run_frames, random), result.size()});
  }
  return result;
}

/// For each gate another of its kind out of the windows of some frame, watched at an instant up to
/// half of the lags away from that frame: so it is not chosen for what it is at lag 0.
std::vector<Watched> same_kind(const std::vector<Watched>& hops, const StaticWindows& windows,
                               const std::vector<std::size_t>& frames, const Passages& passages,
                               const LagGrid& lags, std::size_t run_frames, RandomStream& random) {
  using Key = std::pair<std::string, std::size_t>;
  std::vector<std::map<Key, std::vector<std::size_t>>> by_kind(windows.size());
  for (std::size_t f = 0; f < windows.size(); ++f)
    for (std::size_t w = 0; w < windows[f].size(); ++w)
      by_kind[f][{windows[f][w].gate.kind, windows[f][w].gate.units}].push_back(w);
  std::vector<Watched> result;
  const std::size_t reach = lags.reach();
  for (const Watched& hop : hops)
    for (int i = 0; i < tries; ++i) {
      const std::size_t f = random.below(windows.size());
      const auto found = by_kind[f].find({hop.gate.kind, hop.gate.units});
      if (found == by_kind[f].end()) continue;
      const std::size_t w = found->second[random.below(found->second.size())];
      const Gate& gate = windows[f][w].gate;
      const std::size_t frame = instant_near(frames[f], lags, run_frames, random);
      if (passages.near(gate, frame, reach)) continue;
      result.push_back({gate, frame, hop.ion});
      break;
    }
  return result;
}

/// The gate of each hop at another time.
std::vector<Watched> shifted(const std::vector<Watched>& hops, const Passages& passages,
                             const LagGrid& lags, std::size_t run_frames, RandomStream& random) {
  std::vector<Watched> result;
  const std::size_t reach = lags.reach();
  for (const Watched& hop : hops)
    for (int i = 0; i < tries; ++i) {
      const std::size_t frame = reach + random.below(run_frames - 2 * reach);
      if (passages.near(hop.gate, frame, reach)) continue;
      result.push_back({hop.gate, frame, hop.ion});
      break;
    }
  return result;
}

void add_to(std::vector<double>& histogram, double radius, double weight) {
  const double k = (radius - first_radius) / radius_bin;
  if (k >= 0 && k < static_cast<double>(histogram.size()))
    histogram[static_cast<std::size_t>(k)] += weight;
}

void describe_windows(DoorwayRun& result, const StaticWindows& windows) {
  std::map<std::pair<std::string, std::size_t>, DoorwayRun::Kind> kinds;
  const auto frames = static_cast<double>(windows.size());
  for (const auto& of_frame : windows) {
    double area = 0;
    double radius = 0;
    double count = 0;
    for (const GateFinder::StaticWindow& w : of_frame) {
      DoorwayRun::Kind& kind = kinds[{w.gate.kind, w.gate.units}];
      kind.name = w.gate.kind;
      kind.units = w.gate.units;
      kind.count += 1 / frames;
      kind.area += w.shape.area / frames;
      kind.radius += w.shape.area * w.shape.radius / frames;
      if (w.gate.units < 2) continue;
      area += w.shape.area;
      radius += w.shape.area * w.shape.radius;
      count += 1;
      add_to(result.radius_histogram, w.shape.radius, w.shape.area / frames);
    }
    if (count == 0) continue;
    result.frame_radius.push_back(radius / area);
    result.frame_count.push_back(count);
  }
  for (auto& [key, kind] : kinds) {
    kind.radius /= kind.area;
    result.kinds.push_back(kind);
  }
}

/// Share of the way that the ion does in each bin, and how far the formers stand from the gate.
void follow_ion_and_units(DoorwayRun& result, const Trajectory& run, const HopRun& hops,
                          const GateFinder& finder, const std::vector<std::size_t>& followed,
                          ThreadPool& pool) {
  const LagGrid& lags = result.lags;
  result.progress.assign(followed.size() * lags.size(), 0.0);
  result.units.assign(followed.size() * lags.size(), 0.0);
  pool.for_each(followed.size(), [&](std::size_t i, std::size_t) {
    const HopGate& gate = result.gates[followed[i]];
    const Hop& hop = hops.hops[gate.hop];
    const Vec3 way = (1 / norm2(hop.to - hop.from)) * (hop.to - hop.from);
    const auto share = [&](std::size_t f) {
      if (f < gate.leaves) return 0.0;
      if (f > gate.arrives) return 1.0;
      return std::clamp(dot(finder.position(hop.ion, f) - hop.from, way), 0.0, 1.0);
    };
    const std::size_t start = gate.frame - lags.reach();
    for (std::size_t k = 0; k < lags.size(); ++k) {
      const std::size_t begin = start + k * lags.width;
      const std::size_t end = begin + lags.width;
      // From the middle of the frame gap before the bin to that after it.
      const auto between = [&](std::size_t f) {
        return f == 0 ? share(0) : (share(f - 1) + share(std::min(f, run.frames() - 1))) / 2;
      };
      result.progress[i * lags.size() + k] = between(end) - between(begin);
    }
    const std::vector<std::size_t> formers = finder.formers_of(gate.gate, gate.frame);
    if (formers.empty()) return;
    const double frames = static_cast<double>(lags.size() * lags.width);
    Vec3 middle{};
    for (std::size_t f = start; f < start + lags.size() * lags.width; ++f)
      middle += (1 / frames) * finder.middle(gate.gate, f);
    std::vector<double> distance(lags.size(), 0.0);
    for (const std::size_t former : formers) {
      // The image that stands by the gate, kept over time.
      const std::size_t corner = gate.gate.anions[0];
      const Vec3 beside = finder.position(corner, gate.frame) + gate.gate.shift[0] +
                          finder.separation(corner, former, gate.frame);
      const Vec3 shift = beside - finder.position(former, gate.frame);
      for (std::size_t k = 0; k < lags.size(); ++k)
        for (std::size_t f = start + k * lags.width; f < start + (k + 1) * lags.width; ++f)
          distance[k] += norm(finder.position(former, f) + shift - middle) /
                         static_cast<double>(lags.width * formers.size());
    }
    (void)take_off_mean(distance, lags);
    std::copy(distance.begin(), distance.end(),
              result.units.begin() + static_cast<std::ptrdiff_t>(i * lags.size()));
  });
}

}  // namespace

void DoorwayOptions::validate() const {
  const auto positive = [](double x, const char* name, const char* unit) {
    if (!(std::isfinite(x) && x > 0))
      throw InputError(fmt::format("{} = {:g} {} must be positive", name, x, unit));
  };
  positive(longest, "longest", "A");
  positive(follow, "follow", "ps");
  if (!(std::isfinite(smooth) && smooth >= 0))
    throw InputError(fmt::format("smooth = {:g} ps must not be negative", smooth));
  if (static_frames < 1) throw InputError("windows are found in one frame at least");
}

LagGrid LagGrid::of(const Trajectory& run, double follow_ps) {
  LagGrid grid;
  grid.time_step = run.time_step();
  const double duration = grid.time_step * static_cast<double>(run.frames());
  const auto frames =
      static_cast<std::size_t>(std::min(follow_ps, share_of_run * duration) / grid.time_step);
  if (frames < 4)
    throw InputError(fmt::format("{} frames are too few to follow gates: at least {:g} are needed",
                                 run.frames(), 4 / share_of_run));
  grid.width = (frames + most_bins - 1) / most_bins;
  if (grid.width % 2 == 0) ++grid.width;  // the bin of lag 0 is about its frame
  grid.bins = frames / grid.width;
  return grid;
}

DoorwayRun doorways_of_run(const Trajectory& run, const HopRun& hops, const LagGrid& lags,
                           const DoorwayOptions& options) {
  if (run.frames() < 2 * lags.reach() + 1)
    throw InputError(
        fmt::format("{} frames are too few to follow gates for {:g} ps on either side: "
                    "follow them for less, or leave the short run out",
                    run.frames(), static_cast<double>(lags.bins) * lags.bin_ps()));
  const GateFinder finder(run, options);
  ThreadPool pool(std::max<std::size_t>(1, options.threads));
  DoorwayRun result;
  result.lags = lags;
  result.no_hops = hops.scale.threshold.refused;
  for (auto* histogram :
       {&result.radius_histogram, &result.passing_histogram, &result.resting_histogram})
    histogram->assign(radius_bins, 0.0);

  const std::size_t statics = std::min(options.static_frames, run.frames());
  std::vector<std::size_t> frames(statics);
  for (std::size_t i = 0; i < statics; ++i) frames[i] = (2 * i + 1) * run.frames() / (2 * statics);
  StaticWindows windows(statics);
  pool.for_each(statics,
                [&](std::size_t i, std::size_t) { windows[i] = finder.windows(frames[i]); });
  describe_windows(result, windows);

  result.gates = gates_of(run, hops, finder, pool);
  Passages passages;
  for (const HopGate& gate : result.gates) passages.add(gate.gate, gate.frame);
  std::vector<Watched> attempts;
  const std::size_t reach = lags.reach();
  const auto in_view = [&](std::size_t frame) {
    return frame >= reach && frame + reach < run.frames();
  };
  std::vector<std::optional<Gate>> tried(hops.excursions.size());
  pool.for_each(tried.size(), [&](std::size_t i, std::size_t) {
    tried[i] = finder.gate_of(hops.excursions[i], hops.usual_length);
  });
  const std::size_t attempt_stride = tried.size() / most_followed + 1;
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!tried[i]) continue;
    const Excursion& e = hops.excursions[i];
    passages.add(*tried[i], e.frame);
    if (in_view(e.frame) && i % attempt_stride == 0)
      attempts.push_back({*tried[i], e.frame, e.ion});
  }

  std::vector<std::size_t> followed;  // of the gates
  std::vector<Watched> at_hops;
  const std::size_t stride = result.gates.size() / most_followed + 1;
  for (const Hop& hop : hops.hops) result.hops += hop.lasting();
  for (std::size_t i = 0; i < result.gates.size(); i += stride) {
    const HopGate& gate = result.gates[i];
    if (!hops.hops[gate.hop].lasting() || !in_view(gate.frame)) continue;
    followed.push_back(i);
    at_hops.push_back({gate.gate, gate.frame, hops.hops[gate.hop].ion});
  }
  std::vector<bool> kept(followed.size());
  result.at_hops = follow(finder, at_hops, lags, pool, &kept);
  std::size_t n = 0;
  for (std::size_t i = 0; i < followed.size(); ++i)
    if (kept[i]) followed[n++] = followed[i];
  followed.resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    HopGate& gate = result.gates[followed[i]];
    gate.followed = true;
    gate.opening = gate.shape.radius - result.at_hops.mean[i];
    add_to(result.passing_histogram, gate.shape.radius, 1);
    for (std::size_t k = 0; k < lags.size(); ++k)
      if (lags.is_outer(k))
        add_to(result.resting_histogram,
               result.at_hops.mean[i] + result.at_hops.opening[i * lags.size() + k], 1);
  }
  follow_ion_and_units(result, run, hops, finder, followed, pool);

  RandomStream random(options.seed, "doorway-controls");
  result.at_rest = follow(finder, at_rest(windows, frames, lags, run.frames(), random), lags, pool);
  result.same_kind =
      follow(finder, same_kind(at_hops, windows, frames, passages, lags, run.frames(), random),
             lags, pool);
  result.shifted =
      follow(finder, shifted(at_hops, passages, lags, run.frames(), random), lags, pool);
  result.at_attempts = follow(finder, attempts, lags, pool);
  return result;
}

}  // namespace vitrion::analysis
