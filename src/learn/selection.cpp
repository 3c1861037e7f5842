#include "learn/selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <map>

#include "base/error.hpp"
#include "learn/motifs.hpp"
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

/// How often each mark was picked, kind by kind.
class Tally {
 public:
  void add(const Marks& marks) {
    counts_.resize(std::max(counts_.size(), marks.size()));
    for (std::size_t kind = 0; kind < marks.size(); ++kind)
      for (const std::string& mark : marks[kind]) ++counts_[kind][mark];
  }
  /// One, less for each pick that bears what is rarest in this frame.
  [[nodiscard]] double weight(const Marks& marks) const {
    double weight = 1;
    for (std::size_t kind = 0; kind < std::min(marks.size(), counts_.size()); ++kind) {
      std::size_t rarest = std::numeric_limits<std::size_t>::max();
      for (const std::string& mark : marks[kind]) {
        const auto found = counts_[kind].find(mark);
        rarest = std::min(rarest, found == counts_[kind].end() ? 0 : found->second);
      }
      if (!marks[kind].empty()) weight /= 1 + static_cast<double>(rarest);
    }
    return weight;
  }

 private:
  std::vector<std::map<std::string, std::size_t>> counts_;
};

double number_of(const std::string& text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::string step_of(double value, double step) {
  return fmt::format("{:g}", step * std::floor(value / step + 1e-9));
}

}  // namespace

Marks marks_of(const Frame& frame) {
  Marks marks(4);
  // By shares, so that cells of two sizes are one composition.
  const std::vector<int> counts = frame.species.counts();
  for (std::size_t s = 0; s < counts.size(); ++s)
    if (counts[s] > 0)
      marks[0].push_back(fmt::format(
          "{}{}", frame.species.names[s],
          step_of(static_cast<double>(counts[s]) / static_cast<double>(frame.size()), 0.05)));
  // One mark, not several: the rarest element alone would not be a composition.
  marks[0] = {fmt::format("{}", fmt::join(marks[0], " "))};
  if (const auto kelvin = frame.info.find("temperature"); kelvin != frame.info.end())
    marks[1] = {step_of(number_of(kelvin->second), 400)};
  if (frame.cell) marks[2] = {step_of(structures::density(frame), 0.25)};
  const Motifs motifs = motifs_of(frame);
  for (std::size_t k = 0; k < Motifs::names.size(); ++k)
    if (motifs.counts()[k] > 0) marks[3].emplace_back(Motifs::names[k]);
  if (marks[3].empty()) marks[3] = {"plain"};
  return marks;
}

std::vector<std::size_t> spread(std::span<const Frame> pool, std::span<const Frame> known,
                                std::size_t wanted, std::size_t first,
                                std::span<const Marks> marks) {
  std::vector<std::vector<double>> prints;
  for (const Frame& frame : pool) prints.push_back(fingerprint(frame));
  std::vector<double> nearest(pool.size(), std::numeric_limits<double>::infinity());
  for (const Frame& frame : known) {
    const std::vector<double> print = fingerprint(frame);
    for (std::size_t k = 0; k < pool.size(); ++k)
      nearest[k] = std::min(nearest[k], distance2(prints[k], print));
  }
  Tally tally;
  std::vector<std::size_t> picked;
  while (picked.size() < std::min(wanted, pool.size())) {
    std::size_t best = first;
    if (!picked.empty() || !known.empty()) {
      double most = 0;  // what is left equals what was picked
      for (std::size_t k = 0; k < pool.size(); ++k) {
        const double gain = nearest[k] * (marks.empty() ? 1 : tally.weight(marks[k]));
        if (gain > most) most = gain, best = k;
      }
      if (most <= 0) break;
    }
    picked.push_back(best);
    if (!marks.empty()) tally.add(marks[best]);
    for (std::size_t k = 0; k < pool.size(); ++k)
      nearest[k] = std::min(nearest[k], distance2(prints[k], prints[best]));
  }
  return picked;
}

Selection select(std::span<const Frame> frames, std::span<const double> deviations,
                 const TrustLevels& levels, std::size_t wanted, bool fill,
                 std::span<const Marks> marks) {
  levels.validate();
  if (frames.size() != deviations.size() || (!marks.empty() && marks.size() != frames.size()))
    throw InputError(fmt::format("{} frames, {} deviations and {} marks must be as many",
                                 frames.size(), deviations.size(), marks.size()));
  Selection selection;
  std::vector<std::size_t> indices;
  std::vector<Frame> candidates;
  std::vector<Marks> own;
  std::size_t first = 0;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    selection.verdicts.push_back(verdict(deviations[i], levels));
    if (selection.verdicts.back() != Verdict::candidate) continue;
    if (!indices.empty() && deviations[i] > deviations[indices[first]]) first = indices.size();
    indices.push_back(i);
    candidates.push_back(frames[i]);
    if (!marks.empty()) own.push_back(marks[i]);
  }
  for (const std::size_t k : spread(candidates, {}, wanted, first, own))
    selection.picked.push_back(indices[k]);
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
