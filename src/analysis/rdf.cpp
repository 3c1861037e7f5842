#include "analysis/rdf.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

double shell_volume(std::size_t bin, double width) {
  const double inner = static_cast<double>(bin) * width;
  const double outer = inner + width;
  return 4 * std::numbers::pi / 3 * (outer * outer * outer - inner * inner * inner);
}

double smallest_height(const structures::Cell& cell) {
  const Vec3 h = cell.heights();
  return std::min({h[0], h[1], h[2]});
}

/// Gaussian smoothing of standard deviation `width` (A), so that the noise of one bin makes no
/// peak.
std::vector<double> smoothed(std::span<const double> r, std::span<const double> g, double width) {
  const double bin = r[1] - r[0];
  const auto reach = static_cast<long>(std::ceil(3 * width / bin));
  const auto n = static_cast<long>(g.size());
  std::vector<double> result(g.size());
  for (long i = 0; i < n; ++i) {
    double sum = 0;
    double total = 0;
    for (long k = std::max(0L, i - reach); k <= std::min(n - 1, i + reach); ++k) {
      const double x = static_cast<double>(k - i) * bin / width;
      const double weight = std::exp(-x * x / 2);
      sum += weight * g[static_cast<std::size_t>(k)];
      total += weight;
    }
    result[static_cast<std::size_t>(i)] = sum / total;
  }
  return result;
}

// Narrow for the place of a bond's peak, wide for the bottom behind it, where there is only noise
// to lose.
constexpr double peak_width = 0.02;
constexpr double minimum_width = 0.08;

}  // namespace

RdfAccumulator::RdfAccumulator(RdfOptions options) : options_(options) {
  if (!(options.bin > 0))
    throw InputError(fmt::format("bin = {:g} A must be positive", options.bin));
}

void RdfAccumulator::start(const structures::Frame& frame) {
  names_ = frame.species.names;
  counts_ = frame.species.counts();
  if (options_.r_max <= 0) options_.r_max = std::min(10.0, 0.47 * smallest_height(*frame.cell));
  bins_ = static_cast<std::size_t>(options_.r_max / options_.bin + 1e-9);
  if (bins_ < 3)
    throw InputError(fmt::format("r_max = {:g} A holds fewer than three bins of {:g} A",
                                 options_.r_max, options_.bin));
  const std::size_t size = (names_.size() * names_.size() + 1) * bins_;
  g_ = ChunkedSum(size);
  neighbours_ = ChunkedSum(size);
}

void RdfAccumulator::add(const structures::Frame& frame) {
  if (!frame.cell)
    throw InputError(fmt::format("frame {} has no cell, but g(r) needs a volume", frames()));
  if (frames() == 0) start(frame);
  if (frame.species.names != names_ || frame.species.counts() != counts_)
    throw InputError(fmt::format("frame {} has other atoms than frame 0", frames()));
  const double limit = smallest_height(*frame.cell) / 2;
  if (options_.r_max > limit)
    throw InputError(fmt::format(
        "r_max = {:g} A is over half the smallest height of the cell, {:g} A, in frame {}",
        options_.r_max, limit, frames()));

  // The list's cutoff is the outer edge of the last bin.
  const double reach = static_cast<double>(bins_) * options_.bin;
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, reach);
  const std::size_t kinds = names_.size();
  std::vector<double> pairs((kinds * kinds + 1) * bins_, 0.0);
  for (std::size_t i = 0; i < list.centres(); ++i) {
    const auto a = static_cast<std::size_t>(frame.species.of_atom[i]);
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      const auto b =
          static_cast<std::size_t>(frame.species.of_atom[static_cast<std::size_t>(list.index[k])]);
      const auto bin =
          std::min(bins_ - 1, static_cast<std::size_t>(norm(list.displacement[k]) / options_.bin));
      pairs[row(a, b) * bins_ + bin] += 1;
      pairs[kinds * kinds * bins_ + bin] += 1;
    }
  }

  std::vector<double> g(pairs.size(), 0.0);
  const auto normalise = [&](std::size_t at, double centres, double others) {
    for (std::size_t bin = 0; bin < bins_; ++bin) {
      const std::size_t k = at * bins_ + bin;
      if (centres > 0 && others > 0)
        g[k] =
            frame.cell->volume() * pairs[k] / (centres * others * shell_volume(bin, options_.bin));
      if (centres > 0) pairs[k] /= centres;
    }
  };
  for (std::size_t a = 0; a < kinds; ++a)
    for (std::size_t b = 0; b < kinds; ++b)
      normalise(row(a, b), counts_[a], counts_[b] - (a == b ? 1 : 0));
  const auto n = static_cast<double>(frame.size());
  normalise(kinds * kinds, n, n - 1);
  g_.add(g);
  neighbours_.add(pairs);
}

std::optional<Rdf::Peak> first_peak(std::span<const double> r, std::span<const double> g) {
  const std::vector<double> s = smoothed(r, g, peak_width);
  const double highest = *std::max_element(s.begin(), s.end());
  if (!(highest > 0)) return std::nullopt;
  std::size_t i = 0;
  while (s[i] < highest / 2) ++i;
  std::size_t top = i;
  for (; i < s.size() && s[i] >= highest / 2; ++i)
    if (s[i] > s[top]) top = i;
  if (top == 0 || top + 1 == s.size()) return Rdf::Peak{r[top], g[top]};
  const double curvature = s[top - 1] - 2 * s[top] + s[top + 1];
  const double shift = curvature < 0 ? 0.5 * (s[top - 1] - s[top + 1]) / curvature : 0;
  return Rdf::Peak{r[top] + shift * (r[1] - r[0]), g[top]};
}

std::optional<double> first_minimum(std::span<const double> r, std::span<const double> g,
                                    const Rdf::Peak& peak) {
  const std::vector<double> s = smoothed(r, g, minimum_width);
  std::size_t i = 0;
  while (i < r.size() && r[i] < peak.r) ++i;
  if (i == r.size()) return std::nullopt;
  std::size_t lowest = i;
  for (; i < s.size(); ++i) {
    if (s[i] < s[lowest]) lowest = i;
    // The shell after a sharp bond is no tenth of its peak, so a fifth of the ideal gas is enough.
    const double rise = std::min(0.2, std::max(0.1 * (peak.g - s[lowest]), 0.05 * peak.g));
    if (s[i] - s[lowest] <= rise) continue;
    // A bottom that is flat (often at zero) is cut in its middle.
    std::size_t end = lowest;
    while (end + 1 < i && s[end + 1] <= s[lowest] + 1e-3 * peak.g) ++end;
    return (r[lowest] + r[end]) / 2;
  }
  return std::nullopt;
}

std::vector<std::string> all_pairs(const RdfAccumulator& run) {
  std::vector<std::string> pairs;
  for (std::size_t a = 0; a < run.names().size(); ++a)
    for (std::size_t b = a; b < run.names().size(); ++b)
      pairs.push_back(run.names()[a] + "-" + run.names()[b]);
  return pairs;
}

/// Reads what the accumulators hold.
struct RdfBuilder {
  std::span<const RdfAccumulator> runs;
  std::size_t bins = 0;  // that all runs have
  std::size_t at = 0;    // row of the pair

  void find(const std::string& pair) {
    const std::vector<std::string>& names = runs[0].names_;
    if (pair == "total") {
      at = names.size() * names.size();
      return;
    }
    const std::size_t dash = pair.find('-');
    const auto index = [&](const std::string& name) {
      const auto found = std::find(names.begin(), names.end(), name);
      if (found == names.end())
        throw InputError(fmt::format("pair '{}' must be A-B of the species {}, or total", pair,
                                     fmt::join(names, ", ")));
      return static_cast<std::size_t>(found - names.begin());
    };
    if (dash == std::string::npos) (void)index(pair + "-");
    at = runs[0].row(index(pair.substr(0, dash)), index(pair.substr(dash + 1)));
  }

  [[nodiscard]] std::vector<double> slice(const RdfAccumulator& run,
                                          const std::vector<double>& all) const {
    const auto begin = all.begin() + static_cast<std::ptrdiff_t>(at * run.bins_);
    return {begin, begin + static_cast<std::ptrdiff_t>(bins)};
  }

  /// Samples whose spread is the error: the runs, or the blocks of the only run.
  [[nodiscard]] std::vector<std::vector<double>> samples(ChunkedSum RdfAccumulator::*member) const {
    std::vector<std::vector<double>> result;
    if (runs.size() > 1)
      for (const RdfAccumulator& run : runs) result.push_back(slice(run, (run.*member).mean()));
    else
      for (const std::vector<double>& block : (runs[0].*member).blocks())
        result.push_back(slice(runs[0], block));
    return result;
  }

  [[nodiscard]] std::vector<double> average(ChunkedSum RdfAccumulator::*member) const {
    std::vector<double> sum(bins, 0.0);
    for (const RdfAccumulator& run : runs) {
      const std::vector<double> part = slice(run, (run.*member).mean());
      for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] += part[i] / static_cast<double>(runs.size());
    }
    return sum;
  }

  [[nodiscard]] Rdf build(const std::string& pair) const {
    Rdf result;
    result.pair = pair;
    result.replicas = runs.size();
    for (const RdfAccumulator& run : runs) result.frames += run.frames();
    const double width = runs[0].options_.bin;
    for (std::size_t i = 0; i < bins; ++i)
      result.r.push_back((static_cast<double>(i) + 0.5) * width);
    result.g = average(&RdfAccumulator::g_);
    const std::vector<std::vector<double>> g_samples = samples(&RdfAccumulator::g_);
    for (std::size_t i = 0; i < result.r.size(); ++i) {
      std::vector<double> x;
      for (const std::vector<double>& s : g_samples) x.push_back(s[i]);
      result.g_error.push_back(
          x.empty() ? 0 : standard_deviation(x) / std::sqrt(static_cast<double>(x.size())));
    }
    double running = 0;
    for (const double n : average(&RdfAccumulator::neighbours_))
      result.coordination.push_back(running += n);
    add_shell(result);
    return result;
  }

  void add_shell(Rdf& result) const {
    result.first_peak = first_peak(result.r, result.g);
    if (result.first_peak)
      result.first_minimum = first_minimum(result.r, result.g, *result.first_peak);
    if (!result.first_minimum) {
      result.coordination_number =
          Estimate::refusal("g(r) has no first minimum within its range", std::nullopt, "1");
      return;
    }
    std::vector<double> numbers;
    for (const std::vector<double>& sample : samples(&RdfAccumulator::neighbours_)) {
      double n = 0;
      for (std::size_t i = 0; i < sample.size() && result.r[i] <= *result.first_minimum; ++i)
        n += sample[i];
      numbers.push_back(n);
    }
    double value = 0;
    for (std::size_t i = 0; i < result.r.size() && result.r[i] <= *result.first_minimum; ++i)
      value = result.coordination[i];
    const std::string method =
        fmt::format("neighbours within {:.2f} A, {}", *result.first_minimum,
                    runs.size() > 1 ? "Student's t over replicas"
                                    : fmt::format("Student's t over {} blocks", numbers.size()));
    const auto n = static_cast<double>(numbers.size());
    const double half =
        numbers.size() > 1 ? student_t95(n - 1) * standard_deviation(numbers) / std::sqrt(n) : 0;
    result.coordination_number = Estimate::of(value, value - half, value + half, "1",
                                              numbers.size() > 1 ? method : "one frame: no error");
  }
};

Rdf rdf(std::span<const RdfAccumulator> runs, const std::string& pair) {
  if (runs.empty() || runs[0].frames() == 0) throw InputError("g(r) of no frames");
  RdfBuilder builder{runs, runs[0].bins_};
  builder.find(pair);
  for (const RdfAccumulator& run : runs) {
    if (run.names() != runs[0].names() || run.options_.bin != runs[0].options_.bin)
      throw InputError("the runs differ in their species or in the width of a bin of g(r)");
    // Replicas that settled at other densities reach less or more far.
    builder.bins = std::min(builder.bins, run.bins_);
  }
  return builder.build(pair);
}

}  // namespace vitrion::analysis
