#include "analysis/rotation.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/msd.hpp"
#include "analysis/statistics.hpp"
#include "base/threads.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

// A bond that is drawn out this much beyond the longest is broken: P-S 2.6 -> 2.9 A.
constexpr double breaks = 1.12;
constexpr std::size_t most_rotation_origins = 64;

/// Directions of one bond, frame by frame, until it breaks.
std::vector<Vec3> directions(const Trajectory& t, const BondedUnit& unit, std::size_t k) {
  // A caller's cutoff may be longer than the usual one: what was a bond at first is one.
  const double usual =
      longest_bond(t.species.name(unit.centre), t.species.name(unit.anions[k]), BondCutoffs{});
  const double longest = breaks * std::max(usual, norm(unit.bond(t, k, 0)));
  std::vector<Vec3> result;
  for (std::size_t f = 0; f < t.frames(); ++f) {
    const Vec3 d = unit.bond(t, k, f);
    const double length = norm(d);
    if (length > longest) break;
    result.push_back((1 / length) * d);
  }
  return result;
}

struct UnitSums {
  std::vector<double> c1;  // (lags) means over the unit's bonds and origins
  std::vector<double> c2;
  std::vector<bool> any;
  std::size_t broken = 0;
};

UnitSums sums_of(const Trajectory& t, const BondedUnit& unit,
                 const std::vector<std::size_t>& lags) {
  UnitSums sums{std::vector<double>(lags.size(), 0), std::vector<double>(lags.size(), 0),
                std::vector<bool>(lags.size(), false), 0};
  std::vector<double> count(lags.size(), 0);
  for (std::size_t k = 0; k < unit.anions.size(); ++k) {
    const std::vector<Vec3> u = directions(t, unit, k);
    sums.broken += u.size() < t.frames();
    for (std::size_t l = 0; l < lags.size() && lags[l] < u.size(); ++l) {
      const std::size_t origins = u.size() - lags[l];
      const std::size_t step = (origins + most_rotation_origins - 1) / most_rotation_origins;
      for (std::size_t o = 0; o < origins; o += step) {
        const double c = dot(u[o], u[o + lags[l]]);
        sums.c1[l] += c;
        sums.c2[l] += 1.5 * c * c - 0.5;
        count[l] += 1;
      }
    }
  }
  for (std::size_t l = 0; l < lags.size(); ++l)
    if (count[l] > 0) {
      sums.c1[l] /= count[l];
      sums.c2[l] /= count[l];
      sums.any[l] = true;
    }
  return sums;
}

double standard_error(const std::vector<double>& x) {
  return x.size() < 2 ? 0 : standard_deviation(x) / std::sqrt(static_cast<double>(x.size()));
}

/// Turns of one unit; returns how long it was seen.
double turns_of(const Trajectory& t, const BondedUnit& unit, std::size_t index, double angle,
                std::size_t block, std::vector<Turn>& turns) {
  std::vector<std::vector<Vec3>> u;
  std::size_t frames = t.frames();
  for (std::size_t k = 0; k < unit.anions.size(); ++k) {
    u.push_back(directions(t, unit, k));
    frames = std::min(frames, u.back().size());
  }
  const auto averaged = [&](std::size_t first) {
    std::vector<Vec3> mean(u.size(), Vec3{});
    for (std::size_t k = 0; k < u.size(); ++k) {
      for (std::size_t f = first; f < first + block; ++f) mean[k] += u[k][f];
      mean[k] = (1 / std::max(1e-12, norm(mean[k]))) * mean[k];
    }
    return mean;
  };
  if (frames < block) return 0;
  std::vector<Vec3> reference = averaged(0);
  for (std::size_t first = block; first + block <= frames; first += block) {
    const std::vector<Vec3> now = averaged(first);
    double smallest = 1;
    for (std::size_t k = 0; k < u.size(); ++k)
      smallest = std::min(smallest, dot(now[k], reference[k]));
    const double turned = std::acos(std::clamp(smallest, -1.0, 1.0)) * 180 / std::numbers::pi;
    if (turned < angle) continue;
    turns.push_back({index, t.times[first], turned});
    reference = now;
  }
  return t.times[frames - 1] - t.times[0];
}

}  // namespace

Vec3 BondedUnit::bond(const Trajectory& t, std::size_t k, std::size_t frame) const {
  return t.position(anions[k], frame) + shift[k] - t.position(centre, frame);
}

std::vector<BondedUnit> bonded_units(const Trajectory& t, const std::string& centre,
                                     const BondCutoffs& cutoffs) {
  std::vector<BondedUnit> units;
  std::vector<std::size_t> unit_of(t.atoms(), t.atoms());
  for (const std::size_t p : t.atoms_of(centre)) {
    unit_of[p] = units.size();
    units.push_back({p, {}, {}});
  }
  std::vector<Vec3> start;
  for (std::size_t i = 0; i < t.atoms(); ++i) start.push_back(t.position(i, 0));
  const structures::NeighbourList list = structures::neighbour_list(
      structures::Cell(t.reference_cell), start, std::max(cutoffs.P_S, cutoffs.P_O));
  for (std::size_t i = 0; i < t.atoms(); ++i) {
    if (unit_of[i] == t.atoms()) continue;
    BondedUnit& unit = units[unit_of[i]];
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const auto j = static_cast<std::size_t>(list.index[k]);
      if (t.species.name(j) == centre ||
          norm(list.displacement[k]) > longest_bond(centre, t.species.name(j), cutoffs))
        continue;
      unit.anions.push_back(j);
      unit.shift.push_back(list.displacement[k] + start[i] - start[j]);
    }
  }
  return units;
}

RotationCurve rotation_curve(const Trajectory& t, const std::vector<BondedUnit>& units,
                             std::size_t threads) {
  RotationCurve curve;
  std::vector<std::size_t> lags = {0};
  for (const std::size_t lag : logarithmic_lags(std::max<std::size_t>(1, t.frames() / 2), 12))
    if (lag < t.frames()) lags.push_back(lag);
  std::vector<UnitSums> sums(units.size());
  ThreadPool pool(std::max<std::size_t>(1, threads));
  pool.for_each(units.size(),
                [&](std::size_t i, std::size_t) { sums[i] = sums_of(t, units[i], lags); });
  for (const BondedUnit& unit : units) {
    curve.units += !unit.anions.empty();
    curve.bonds += unit.anions.size();
  }
  for (const UnitSums& s : sums) curve.broken += s.broken;
  for (std::size_t l = 0; l < lags.size(); ++l) {
    std::vector<double> c1;
    std::vector<double> c2;
    for (const UnitSums& s : sums)
      if (s.any[l]) {
        c1.push_back(s.c1[l]);
        c2.push_back(s.c2[l]);
      }
    if (c1.empty()) break;
    curve.lag_ps.push_back(t.times[lags[l]] - t.times[0]);
    curve.c1.push_back(mean(c1));
    curve.c2.push_back(mean(c2));
    curve.c1_error.push_back(standard_error(c1));
    curve.c2_error.push_back(standard_error(c2));
  }
  return curve;
}

Turns large_turns(const Trajectory& t, const std::vector<BondedUnit>& units, double angle_degrees,
                  double average_ps) {
  Turns result;
  result.angle = angle_degrees;
  result.observed.assign(units.size(), 0);
  const double dt = t.time_step();
  const auto block = static_cast<std::size_t>(std::max(1.0, std::round(average_ps / dt)));
  for (std::size_t i = 0; i < units.size(); ++i)
    if (units[i].anions.size() == 4)
      result.observed[i] = turns_of(t, units[i], i, angle_degrees, block, result.turns);
  return result;
}

}  // namespace vitrion::analysis
