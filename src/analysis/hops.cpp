#include "analysis/hops.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>

#include "analysis/path_sums.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr double longest_window = 50;  // ps
constexpr std::size_t shortest_window = 4;
constexpr std::size_t windows_per_run = 8;
constexpr double window_per_stay = 0.25;
constexpr double equal_contrast = 0.1;

struct PHop {
  double value = 0;         // A^2
  double displacement = 0;  // A^2
};

/// p_hop between the stretches [begin, t) and [t, end).
PHop p_hop(const PathSums& path, std::size_t begin, std::size_t t, std::size_t end) {
  const double d2 = norm2(path.mean(t, end) - path.mean(begin, t));
  return {std::sqrt((path.spread(begin, t) + d2) * (path.spread(t, end) + d2)), d2};
}

/// Places k where x[k] is positive and the largest of x[k - half .. k + half]; of equal ones the
/// first.
std::vector<std::size_t> maxima_within(const std::vector<double>& x, std::size_t half) {
  std::vector<std::size_t> found;
  std::deque<std::size_t> falling;  // places in the window, values falling
  std::size_t next = 0;
  for (std::size_t k = 0; k < x.size(); ++k) {
    for (; next < std::min(x.size(), k + half + 1); ++next) {
      while (!falling.empty() && x[falling.back()] < x[next]) falling.pop_back();
      falling.push_back(next);
    }
    while (falling.front() + half < k) falling.pop_front();
    if (falling.front() == k && x[k] > 0) found.push_back(k);
  }
  return found;
}

/// p_hop at all frames from `margin` on that leave as many behind.
std::vector<double> p_hop_series(const PathSums& path, std::size_t window, std::size_t margin) {
  std::vector<double> p;
  for (std::size_t t = margin; t + margin <= path.frames(); ++t)
    p.push_back(p_hop(path, t - std::min(t, window), t, std::min(path.frames(), t + window)).value);
  return p;
}

std::size_t shortest_stay(std::size_t window) {
  return std::max<std::size_t>(2, window / 4);
}

/// The changes of cage of one path, as frames that begin a new stay.
class ChangePoints {
 public:
  ChangePoints(const PathSums& path, std::size_t window, double threshold)
      : path_(path), window_(window), stay_(shortest_stay(window)), threshold_(threshold) {
    // Short stretches tell hops apart that follow each other; long ones see those that take long.
    add_candidates(stay_);
    add_candidates(window);
    drop_weak();
    settle();
    drop_weak();
  }
  [[nodiscard]] const std::vector<std::size_t>& points() const { return points_; }
  [[nodiscard]] std::size_t begin_of(std::size_t k) const {
    const std::size_t before = k > 0 ? points_[k - 1] : 0;
    return std::max(before, points_[k] - std::min(points_[k], window_));
  }
  [[nodiscard]] std::size_t end_of(std::size_t k) const {
    const std::size_t after = k + 1 < points_.size() ? points_[k + 1] : path_.frames();
    return std::min(after, points_[k] + window_);
  }

 private:
  /// p_hop, or less than the threshold for what is no displacement.
  [[nodiscard]] double strength(std::size_t k) const {
    const PHop p = p_hop(path_, begin_of(k), points_[k], end_of(k));
    return p.displacement < p.value / 2 ? std::min(p.value, threshold_ * p.displacement / p.value)
                                        : p.value;
  }

  /// Maxima of p_hop over the threshold that are not next to a candidate already found.
  void add_candidates(std::size_t window) {
    const std::vector<double> p = p_hop_series(path_, window, stay_);
    std::vector<std::size_t> more;
    for (const std::size_t k : maxima_within(p, stay_)) {
      const std::size_t t = k + stay_;
      const auto after = std::lower_bound(points_.begin(), points_.end(), t);
      const bool taken = (after != points_.end() && *after - t < stay_) ||
                         (after != points_.begin() && t - *(after - 1) < stay_);
      if (p[k] > threshold_ && !taken) more.push_back(t);
    }
    points_.insert(points_.end(), more.begin(), more.end());
    std::sort(points_.begin(), points_.end());
  }

  void drop_weak() {
    std::vector<double> strengths;
    for (std::size_t k = 0; k < points_.size(); ++k) strengths.push_back(strength(k));
    while (!points_.empty()) {
      const auto weakest = std::min_element(strengths.begin(), strengths.end());
      if (*weakest > threshold_) return;
      const auto k = weakest - strengths.begin();
      points_.erase(points_.begin() + k);
      strengths.erase(weakest);
      for (const std::ptrdiff_t near : {k - 1, k})
        if (near >= 0 && near < std::ssize(points_))
          strengths[static_cast<std::size_t>(near)] = strength(static_cast<std::size_t>(near));
    }
  }

  /// Moves each point to where p_hop between its neighbours is largest.
  void settle() {
    for (std::size_t k = 0; k < points_.size(); ++k) {
      const std::size_t before = k > 0 ? points_[k - 1] : 0;
      const std::size_t after = k + 1 < points_.size() ? points_[k + 1] : path_.frames();
      const std::size_t first = std::max(before + stay_, points_[k] - std::min(points_[k], stay_));
      const std::size_t last = std::min(after - stay_, points_[k] + stay_);
      double best = 0;
      std::size_t place = points_[k];
      for (std::size_t t = first; t <= last; ++t) {
        const double p = p_hop(path_, std::max(before, t - std::min(t, window_)), t,
                               std::min(after, t + window_))
                             .value;
        if (p > best) {
          best = p;
          place = t;
        }
      }
      points_[k] = place;
    }
  }

  const PathSums& path_;
  std::size_t window_;
  std::size_t stay_;
  double threshold_;
  std::vector<std::size_t> points_;
};

void mark_returns(std::vector<Hop>& hops, double returns_within_frames) {
  for (std::size_t k = 0; k + 1 < hops.size(); ++k) {
    Hop& hop = hops[k];
    Hop& next = hops[k + 1];
    next.backward = norm(next.to - hop.from) < (hop.length + next.length) / 4;
    if (next.backward && !hop.returning &&
        static_cast<double>(next.frame - hop.frame) < returns_within_frames)
      hop.undone = next.returning = true;
  }
}

std::vector<Hop> hops_of(const PathSums& path, std::size_t ion, const HopScale& scale,
                         double returns_within_frames) {
  std::vector<Hop> hops;
  const ChangePoints changes(path, scale.window, scale.threshold.length * scale.threshold.length);
  for (std::size_t k = 0; k < changes.points().size(); ++k) {
    const std::size_t t = changes.points()[k];
    Hop hop;
    hop.ion = ion;
    hop.frame = t;
    hop.from = path.mean(changes.begin_of(k), t);
    hop.to = path.mean(t, changes.end_of(k));
    hop.length = norm(hop.to - hop.from);
    hop.p_hop = p_hop(path, changes.begin_of(k), t, changes.end_of(k)).value;
    hops.push_back(hop);
  }
  mark_returns(hops, returns_within_frames);
  return hops;
}

/// Excursions within one stay [begin, end): whole ones, that start and end in the cage.
void find_excursions(const PathSums& path, std::size_t ion, std::size_t begin, std::size_t end,
                     std::size_t window, std::size_t half, double reach,
                     std::vector<Excursion>& found) {
  const std::size_t margin = shortest_stay(window);
  Excursion farthest;
  bool outside = false;
  bool whole = false;
  for (std::size_t t = begin; t < end; ++t) {
    const Vec3 cage = path.smoothed(t, window, begin, end);
    const Vec3 r = path.smoothed(t, half, begin, end);
    const double distance = norm(r - cage);
    if (distance > reach) {
      if (!outside) {
        whole = t >= begin + margin;
        farthest = {};
      }
      outside = true;
      if (distance > farthest.reach) farthest = {ion, t, cage, r, distance};
    } else {
      if (outside && whole && t + margin <= end) found.push_back(farthest);
      outside = false;
    }
  }
}

}  // namespace

void HopOptions::validate() const {
  const auto check = [](double x, const char* name, const char* unit) {
    if (!(std::isfinite(x) && x >= 0))
      throw InputError(fmt::format("{} = {:g} {} must not be negative", name, x, unit));
  };
  check(window, "window", "ps");
  check(threshold, "threshold", "A");
  check(returns_within, "returns-within", "ps");
  check(smooth, "smooth", "ps");
}

HopSurvey::HopSurvey(HopOptions options) : options_(std::move(options)) {
  options_.validate();
}

void HopSurvey::add(const Trajectory& run) {
  const double dt = run.time_step();
  if (run.frames() < shortest_window * windows_per_run)
    throw InputError(
        fmt::format("{} frames are too few to tell hops from rattling: at least {} "
                    "are needed",
                    run.frames(), shortest_window * windows_per_run));
  if (time_step_ == 0) {
    time_step_ = dt;
    shortest_ = run.frames();
    if (options_.window > 0) {
      const double frames = std::round(options_.window / dt);
      if (frames < 2 || 2 * frames > static_cast<double>(run.frames()))
        throw InputError(
            fmt::format("window = {:g} ps must be between {:g} and {:g} ps for frames "
                        "{:g} ps apart",
                        options_.window, 2 * dt, dt * static_cast<double>(run.frames() / 2), dt));
      windows_ = {static_cast<std::size_t>(frames)};
    } else {
      auto w =
          std::min(static_cast<std::size_t>(longest_window / dt), run.frames() / windows_per_run);
      for (w = std::max(w, shortest_window); w >= shortest_window; w /= 2) windows_.push_back(w);
    }
    maxima_.resize(windows_.size());
    moved_.resize(windows_.size());
  }
  if (std::abs(dt - time_step_) > 1e-3 * time_step_)
    throw InputError(
        fmt::format("the runs differ in the time between frames, {:g} and {:g} ps: "
                    "analyze them one by one",
                    time_step_, dt));
  shortest_ = std::min(shortest_, run.frames());

  const std::vector<std::size_t> ions = run.atoms_of(options_.species);
  ion_frames_ += static_cast<double>(ions.size() * run.frames());
  std::vector<std::vector<std::vector<HopMaximum>>> found(ions.size());
  std::vector<std::vector<double>> moved(ions.size(), std::vector<double>(windows_.size(), 0.0));
  ThreadPool pool(std::clamp<std::size_t>(options_.threads, 1, ions.size()));
  pool.for_each(ions.size(), [&](std::size_t i, std::size_t) {
    const PathSums path(run, ions[i]);
    found[i].resize(windows_.size());
    for (std::size_t w = 0; w < windows_.size(); ++w) {
      const std::size_t window = windows_[w];
      const std::size_t n = path.frames();
      if (2 * window > n) continue;
      moved[i][w] = norm2(path.mean(n - window, n) - path.mean(0, window));
      for (const std::size_t k : maxima_within(p_hop_series(path, window, window), window)) {
        const double p = p_hop(path, k, k + window, k + 2 * window).value;
        // A window farther out, which had no say in the choice of this instant.
        const std::size_t t = k + window;
        const std::size_t before = t - std::min(t, 2 * window);
        const std::size_t after = std::min(n, t + 2 * window);
        if (before < t - window && after > t + window)
          found[i][w].push_back(
              {p, norm2(path.mean(t + window, after) - path.mean(before, t - window))});
      }
    }
  });
  for (const auto& of_ion : found)
    for (std::size_t w = 0; w < windows_.size(); ++w)
      maxima_[w].insert(maxima_[w].end(), of_ion[w].begin(), of_ion[w].end());
  for (const auto& of_ion : moved)
    for (std::size_t w = 0; w < windows_.size(); ++w) moved_[w].push_back(of_ion[w]);
}

HopScale HopSurvey::scale() const {
  if (windows_.empty()) throw InputError("a survey of no runs");
  std::vector<HopScale> scales;
  for (std::size_t w = 0; w < windows_.size(); ++w) {
    if (shortest_ < 2 * windows_[w]) continue;
    HopScale& s = scales.emplace_back();
    s.window = windows_[w];
    s.window_ps = static_cast<double>(windows_[w]) * time_step_;
    s.threshold = hop_threshold(maxima_[w], moved_[w]);
    if (options_.threshold > 0) {
      s.threshold.length = options_.threshold;
      s.threshold.refused.clear();
      s.threshold.contrast = s.threshold.cage = s.threshold.hop = 0;
    }
  }
  double best = -1;
  for (const HopScale& s : scales)
    if (!s.threshold.is_refused()) best = std::max(best, s.threshold.contrast);
  const HopScale* chosen = nullptr;
  for (const HopScale& s : scales) {  // the longest first
    if (s.threshold.is_refused() || s.threshold.contrast < best - equal_contrast) continue;
    chosen = &s;
    // Maxima are a window apart at least, so this is less than the hops; the shorter windows that
    // follow see more of them.
    const double stay = ion_frames_ / std::max(1.0, static_cast<double>(s.threshold.above));
    if (static_cast<double>(s.window) <= window_per_stay * stay) break;
  }
  HopScale result = chosen ? *chosen : scales[scales.size() / 2];
  for (const std::size_t w : windows_)
    result.tried_ps.push_back(static_cast<double>(w) * time_step_);
  return result;
}

HopRun find_hops(const Trajectory& run, const HopScale& scale, const HopOptions& options) {
  options.validate();
  HopRun result;
  result.ions = run.atoms_of(options.species);
  result.frames = run.frames();
  result.time_step = run.time_step();
  result.scale = scale;
  const std::size_t stay = shortest_stay(scale.window);
  result.observed =
      result.time_step * static_cast<double>(run.frames() - std::min(run.frames(), 2 * stay));
  result.hops_of_ion.assign(result.ions.size(), 0);
  if (scale.threshold.is_refused()) return result;

  const double returns =
      (options.returns_within > 0 ? options.returns_within : scale.window_ps) / result.time_step;
  std::vector<std::vector<Hop>> hops(result.ions.size());
  ThreadPool pool(std::clamp<std::size_t>(options.threads, 1, result.ions.size()));
  pool.for_each(result.ions.size(), [&](std::size_t i, std::size_t) {
    hops[i] = hops_of(PathSums(run, result.ions[i]), result.ions[i], scale, returns);
  });
  std::vector<double> lengths;
  for (const auto& of_ion : hops)
    for (const Hop& hop : of_ion) lengths.push_back(hop.length);
  if (lengths.empty()) return result;
  const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
  std::nth_element(lengths.begin(), middle, lengths.end());
  result.usual_length = *middle;

  const auto half = static_cast<std::size_t>(options.smooth / (2 * result.time_step));
  std::vector<std::vector<Excursion>> excursions(result.ions.size());
  pool.for_each(result.ions.size(), [&](std::size_t i, std::size_t) {
    const PathSums path(run, result.ions[i]);
    std::size_t begin = 0;
    for (std::size_t k = 0; k <= hops[i].size(); ++k) {
      const std::size_t end = k < hops[i].size() ? hops[i][k].frame : run.frames();
      find_excursions(path, result.ions[i], begin, end, scale.window, half, result.usual_length / 2,
                      excursions[i]);
      begin = end;
    }
  });
  for (std::size_t i = 0; i < result.ions.size(); ++i) {
    result.hops_of_ion[i] = hops[i].size();
    for (std::size_t k = 0; k < hops[i].size(); ++k) {
      const bool last = k + 1 == hops[i].size();
      const std::size_t end = last ? run.frames() : hops[i][k + 1].frame;
      result.residences.push_back(
          {static_cast<double>(end - hops[i][k].frame) * result.time_step, !last});
    }
    result.hops.insert(result.hops.end(), hops[i].begin(), hops[i].end());
    result.excursions.insert(result.excursions.end(), excursions[i].begin(), excursions[i].end());
  }
  return result;
}

}  // namespace vitrion::analysis
