#include "analysis/coincidence.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/statistics.hpp"
#include "base/random.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

namespace {

/// Times of a pair that is near in place, from the start of the run.
struct Near {
  double a;
  double b;
};

std::vector<Near> near_in_place(const EventPair& run, double within) {
  const structures::Cell cell(run.cell);
  std::vector<Near> pairs;
  for (const Event& a : run.a)
    for (const Event& b : run.b)
      if (norm(cell.minimum_image(a.place - b.place)) <= within)
        pairs.push_back({a.time_ps - run.start_ps, b.time_ps - run.start_ps});
  return pairs;
}

double near_in_time(const std::vector<Near>& pairs, double within, double turn, double duration) {
  double n = 0;
  for (const Near& p : pairs) {
    const double b = p.b + turn < duration ? p.b + turn : p.b + turn - duration;
    n += std::abs(p.a - b) <= within;
  }
  return n;
}

}  // namespace

Coincidence coincidence(std::span<const EventPair> runs, double within_ps, double within_A,
                        std::size_t shuffles, std::uint64_t seed) {
  Coincidence c;
  c.within_ps = within_ps;
  c.within_A = within_A;
  c.shuffles = shuffles;
  std::vector<double> by_chance(shuffles, 0);
  bool too_short = false;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const EventPair& run = runs[r];
    c.a += run.a.size();
    c.b += run.b.size();
    too_short = too_short || run.duration < 10 * within_ps;
    const std::vector<Near> pairs = near_in_place(run, within_A);
    c.observed += near_in_time(pairs, within_ps, 0, run.duration + within_ps);
    RandomStream random(seed, "coincidence", r);
    // A turn by less than two windows would leave tied events together.
    const double least = std::min(2 * within_ps, run.duration / 4);
    for (double& n : by_chance)
      n +=
          near_in_time(pairs, within_ps, random.uniform(least, run.duration - least), run.duration);
  }
  if (c.a == 0 || c.b == 0) {
    c.refused = "one of the two did not happen";
    return c;
  }
  if (too_short) {
    c.refused = fmt::format("a run is shorter than ten times the {:g} ps of the window", within_ps);
    return c;
  }
  double as_many = 0;
  for (const double n : by_chance) as_many += n >= c.observed;
  c.expected = mean(by_chance);
  c.p_value = (1 + as_many) / (1 + static_cast<double>(shuffles));
  std::sort(by_chance.begin(), by_chance.end());
  const auto quantile = [&](double p) {
    return by_chance[static_cast<std::size_t>(p * static_cast<double>(shuffles - 1))];
  };
  c.chance_low = quantile(0.025);
  c.chance_high = quantile(0.975);
  return c;
}

}  // namespace vitrion::analysis
