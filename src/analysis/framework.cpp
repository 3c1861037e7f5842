#include "analysis/framework.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <span>

#include "analysis/diffusive_window.hpp"
#include "analysis/msd.hpp"
#include "analysis/nonaffine.hpp"
#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t fewest_framework_frames = 8;

std::size_t frames_of(double ps, double time_step) {
  return static_cast<std::size_t>(std::max(1.0, std::round(ps / time_step)));
}

/// Running sums of one path, so that the mean over any stretch costs nothing.
class Sums {
 public:
  Sums(const Trajectory& t, std::size_t atom) : sums_(t.frames() + 1, Vec3{}) {
    for (std::size_t a = 0; a < 3; ++a) {
      const auto path = t.path(atom, a);
      for (std::size_t f = 0; f < path.size(); ++f) sums_[f + 1][a] = sums_[f][a] + path[f];
    }
  }
  [[nodiscard]] Vec3 mean(std::size_t first, std::size_t end) const {
    return (1 / static_cast<double>(end - first)) * (sums_[end] - sums_[first]);
  }

 private:
  std::vector<Vec3> sums_;
};

/// 8 pi^2 / 3 times the variance about the mean of each whole window.
double b_factor_of(const Trajectory& t, std::size_t atom, std::size_t window) {
  const Sums sums(t, atom);
  double variance = 0;
  double windows = 0;
  for (std::size_t first = 0; first + window <= t.frames(); first += window) {
    const Vec3 centre = sums.mean(first, first + window);
    double sum = 0;
    for (std::size_t a = 0; a < 3; ++a) {
      const auto path = t.path(atom, a);
      for (std::size_t f = first; f < first + window; ++f)
        sum += (path[f] - centre[a]) * (path[f] - centre[a]);
    }
    variance += sum / static_cast<double>(window - 1);
    windows += 1;
  }
  return 8 * std::numbers::pi * std::numbers::pi / 3 * variance / windows;
}

/// Maxima of |mean after - mean before| that no other within a window exceeds.
void jumps_of(const Trajectory& t, std::size_t atom, std::size_t centre, std::size_t window,
              double threshold, std::vector<CentreJump>& jumps) {
  const Sums sums(t, atom);
  std::vector<double> moved(t.frames(), 0);
  for (std::size_t f = window; f + window <= t.frames(); ++f)
    moved[f] = norm(sums.mean(f, f + window) - sums.mean(f - window, f));
  for (std::size_t f = window; f + window <= t.frames(); ++f) {
    if (moved[f] <= threshold) continue;
    const auto from = moved.begin() + static_cast<std::ptrdiff_t>(f - window);
    const auto to = moved.begin() + static_cast<std::ptrdiff_t>(std::min(f + window, t.frames()));
    if (std::max_element(from, to) - moved.begin() != static_cast<std::ptrdiff_t>(f)) continue;
    jumps.push_back(
        {centre, t.times[f], moved[f], sums.mean(f - window, f), sums.mean(f, f + window)});
  }
}

/// Share of the squared displacement from the first window to the last that the twentieth with the
/// longest ones has.
double top_share_of(const Trajectory& t, std::span<const std::size_t> atoms, std::size_t window) {
  std::vector<double> squares;
  double total = 0;
  for (const std::size_t atom : atoms) {
    const Sums sums(t, atom);
    squares.push_back(norm2(sums.mean(t.frames() - window, t.frames()) - sums.mean(0, window)));
    total += squares.back();
  }
  std::sort(squares.rbegin(), squares.rend());
  const std::size_t top = squares.size() / 20;
  double sum = 0;
  for (std::size_t k = 0; k < top; ++k) sum += squares[k];
  return total > 0 ? sum / total : 0;
}

/// Rises of the MSD from one fortieth of the run to the next that stand out of the others by six
/// robust standard deviations (1.4826 times the median deviation) and a tenth of the MSD's mean.
std::vector<MsdRise> rises_of(const Trajectory& t, std::span<const std::size_t> atoms,
                              const std::vector<double>& msd) {
  const std::size_t block = t.frames() / 40;
  if (block == 0) return {};
  std::vector<double> means;
  for (std::size_t first = 0; first + block <= msd.size(); first += block)
    means.push_back(mean(std::span(msd).subspan(first, block)));
  // The first steps are those of an atom that leaves its first place in the cage.
  std::vector<double> steps;
  for (std::size_t k = 2; k + 1 < means.size(); ++k) steps.push_back(means[k + 1] - means[k]);
  const auto median = [](std::vector<double> x) {
    std::nth_element(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(x.size() / 2), x.end());
    return x[x.size() / 2];
  };
  const double middle = median(steps);
  std::vector<double> deviations;
  for (const double s : steps) deviations.push_back(std::abs(s - middle));
  const double threshold = middle + std::max(6 * 1.4826 * median(deviations), 0.1 * mean(means));

  std::vector<MsdRise> rises;
  for (std::size_t k = 0; k < steps.size(); ++k) {
    if (steps[k] <= threshold) continue;
    // A jump inside a block shows in the two steps around it.
    std::size_t end = k + 1;
    double rise = steps[k];
    for (; end < steps.size() && steps[end] > threshold; ++end) rise += steps[end];
    const std::size_t before = (k + 2) * block;  // block k + 2 is the last one before
    const std::size_t after = (end + 2) * block;
    double most = 0;
    for (const std::size_t atom : atoms) {
      const Sums sums(t, atom);
      const Vec3 start = sums.mean(0, 1);
      const double gain = norm2(sums.mean(after, after + block) - start) -
                          norm2(sums.mean(before, before + block) - start);
      most = std::max(most, gain);
    }
    const double time = (t.times[before + block - 1] + t.times[after]) / 2;
    rises.push_back({time, rise, std::min(1.0, most / (rise * static_cast<double>(atoms.size())))});
    k = end;
  }
  return rises;
}

}  // namespace

std::vector<Event> lasting_hops(const Trajectory& t, const HopRun& run) {
  std::vector<Event> events;
  for (const Hop& hop : run.hops)
    if (hop.lasting()) events.push_back({hop.ion, t.times[hop.frame], 0.5 * (hop.from + hop.to)});
  return events;
}

FrameworkRun framework_of_run(const Trajectory& t, const FrameworkOptions& o,
                              const std::optional<std::vector<Event>>& hops) {
  if (t.frames() < fewest_framework_frames)
    throw InputError(fmt::format("{} frames are too few for the motion of a framework: {} or more",
                                 t.frames(), fewest_framework_frames));
  FrameworkRun run;
  const double dt = t.time_step();
  run.frames = t.frames();
  run.duration = t.times.back() - t.times.front();
  run.atoms = t.atoms_of(o.centre);
  const std::vector<BondedUnit> units = bonded_units(t, o.centre, o.cutoffs);
  for (const BondedUnit& unit : units) {
    int oxygens = 0;
    for (const std::size_t anion : unit.anions) oxygens += t.species.name(anion) == "O";
    run.oxygens.push_back(unit.anions.size() == 4 ? oxygens : -1);
  }

  const std::size_t b_window =
      std::min(t.frames(), std::max(fewest_framework_frames, frames_of(o.b_window_ps, dt)));
  for (const std::size_t atom : run.atoms) run.b_factor.push_back(b_factor_of(t, atom, b_window));

  const MultiOriginMsd msd =
      multi_origin_msd(t, run.atoms, logarithmic_lags(t.frames() - 1, 20), o.threads);
  if (msd.msd[1] > 0) run.cage_plateau = find_cage(msd).plateau;
  std::vector<double> middle;
  for (std::size_t i = 0; i < run.atoms.size(); ++i)
    middle.push_back(msd.of_atom(i, msd.lags.size() / 2));
  // The plateau is no mean over atoms, but spreads over them as the MSD at its lags does.
  run.cage_error = mean(middle) > 0 ? run.cage_plateau / mean(middle) * standard_deviation(middle) /
                                          std::sqrt(static_cast<double>(middle.size()))
                                    : 0;

  const std::size_t window = frames_of(o.jump_window_ps, dt);
  if (2 * window < t.frames()) {
    for (std::size_t i = 0; i < run.atoms.size(); ++i)
      jumps_of(t, run.atoms[i], i, window, o.jump, run.jumps);
    run.jump_time = run.duration - 2 * o.jump_window_ps;
  }
  run.top_share = top_share_of(t, run.atoms, std::min(window, t.frames() / 4));

  std::vector<std::size_t> members;
  for (std::size_t i = 0; i < t.atoms(); ++i)
    if (std::find(o.mobile.begin(), o.mobile.end(), t.species.name(i)) == o.mobile.end())
      members.push_back(i);
  NonAffineOptions non_affine_options;
  non_affine_options.radius = o.non_affine_radius;
  non_affine_options.lag = std::max<std::size_t>(1, t.frames() / 10);
  run.non_affine = non_affine(t, run.atoms, members, non_affine_options, o.threads);
  run.non_affine_lag = static_cast<double>(non_affine_options.lag) * dt;

  run.rotation = rotation_curve(t, units, o.threads);
  run.turns = large_turns(t, units, o.turn_degrees, o.turn_average_ps);

  run.time_ps = t.times;
  run.msd_first = single_origin_msd(t, run.atoms);
  run.rises = rises_of(t, run.atoms, run.msd_first);

  for (const CentreJump& jump : run.jumps)
    run.events.a.push_back({run.atoms[jump.centre], jump.time_ps, 0.5 * (jump.from + jump.to)});
  run.has_hops = hops.has_value();
  if (hops) run.events.b = *hops;
  run.events.cell = t.reference_cell;
  run.events.start_ps = t.times.front();
  run.events.duration = run.duration;
  return run;
}

}  // namespace vitrion::analysis
