#include "learn/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::learn {

using structures::Frame;

void TrustLevels::validate() const {
  if (!(low > 0 && high > low && std::isfinite(high)))
    throw InputError(
        fmt::format("trust levels {} and {} eV/A must be positive and rise", low, high));
}

Verdict verdict(double deviation, const TrustLevels& levels) {
  if (!std::isfinite(deviation)) return Verdict::exploded;
  if (deviation < levels.low) return Verdict::accurate;
  return deviation < levels.high ? Verdict::candidate : Verdict::failed;
}

std::size_t Selection::count(Verdict kind) const {
  return static_cast<std::size_t>(std::count(verdicts.begin(), verdicts.end(), kind));
}

std::vector<double> fingerprint(const Frame& frame) {
  constexpr double reach = 6.0;     // A, the potential's own horizon
  constexpr double bin = 0.1;       // A
  constexpr std::size_t bins = 60;  // reach / bin
  const std::size_t kinds = frame.species.names.size();
  std::vector<double> print(kinds * kinds * bins, 0.0);
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, reach);
  for (std::size_t i = 0; i < list.centres(); ++i)
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const double r = norm(list.displacement[k]);
      const auto a = static_cast<std::size_t>(frame.species.of_atom[i]);
      const auto b =
          static_cast<std::size_t>(frame.species.of_atom[static_cast<std::size_t>(list.index[k])]);
      double* row = &print[(a * kinds + b) * bins];
      // Linear assignment to two bins; 1/r^2 keeps the far shells from drowning the bonds.
      const double at = r / bin - 0.5;
      const auto low = static_cast<std::size_t>(std::max(0.0, std::floor(at)));
      const double share = std::clamp(at - static_cast<double>(low), 0.0, 1.0);
      row[std::min(low, bins - 1)] += (1 - share) / (r * r);
      row[std::min(low + 1, bins - 1)] += share / (r * r);
    }
  for (double& value : print) value /= static_cast<double>(frame.size());
  return print;
}

namespace {

double distance2(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
  return sum;
}

/// Distance of a deviation from the trust window, eV/A.
double outside(double deviation, const TrustLevels& levels) {
  return std::max(levels.low - deviation, deviation - levels.high);
}

}  // namespace

Selection select(std::span<const Frame> frames, std::span<const double> deviations,
                 const TrustLevels& levels, std::size_t wanted, bool fill) {
  levels.validate();
  if (frames.size() != deviations.size())
    throw InputError(fmt::format("{} frames and {} deviations must be as many", frames.size(),
                                 deviations.size()));
  Selection selection;
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    selection.verdicts.push_back(verdict(deviations[i], levels));
    if (selection.verdicts.back() == Verdict::candidate) candidates.push_back(i);
  }
  std::vector<std::vector<double>> prints;
  for (const std::size_t i : candidates) prints.push_back(fingerprint(frames[i]));
  std::vector<double> nearest(candidates.size(), std::numeric_limits<double>::infinity());
  while (selection.picked.size() < wanted && selection.picked.size() < candidates.size()) {
    std::size_t best = 0;
    if (selection.picked.empty()) {
      for (std::size_t k = 1; k < candidates.size(); ++k)
        if (deviations[candidates[k]] > deviations[candidates[best]]) best = k;
    } else {
      best = static_cast<std::size_t>(std::max_element(nearest.begin(), nearest.end()) -
                                      nearest.begin());
      if (nearest[best] <= 0) break;  // what is left equals what was picked
    }
    selection.picked.push_back(candidates[best]);
    for (std::size_t k = 0; k < candidates.size(); ++k)
      nearest[k] = std::min(nearest[k], distance2(prints[k], prints[best]));
  }
  selection.from_window = selection.picked.size();
  if (!fill) return selection;
  std::vector<std::size_t> others;
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (selection.verdicts[i] == Verdict::accurate || selection.verdicts[i] == Verdict::failed)
      others.push_back(i);
  std::ranges::stable_sort(others, {},
                           [&](std::size_t i) { return outside(deviations[i], levels); });
  for (std::size_t k = 0; k < others.size() && selection.picked.size() < wanted; ++k)
    selection.picked.push_back(others[k]);
  return selection;
}

}  // namespace vitrion::learn
