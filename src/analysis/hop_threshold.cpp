#include "analysis/hop_threshold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

#include "analysis/statistics.hpp"

namespace vitrion::analysis {

namespace {

constexpr double smallest_contrast = 0.25;
constexpr double errors_of_fall = 3;
constexpr double mode_ratio = 1.5;
constexpr double gap_ratio = 2;
constexpr double gap_chance = 0.01;
constexpr std::size_t fewest_maxima = 20;
constexpr double moved_by = 2;  // medians of p_hop
constexpr double moved_share = 0.01;

double sorted_quantile(const std::vector<double>& sorted, double p) {
  return sorted[static_cast<std::size_t>(p * static_cast<double>(sorted.size() - 1))];
}

/// A density on an even grid.
struct Density {
  double start = 0;
  double step = 0;
  double width = 0;  // of the kernel
  std::vector<double> value;

  [[nodiscard]] double at(std::size_t k) const { return start + step * static_cast<double>(k); }
};

Density kernel_density(const std::vector<double>& sorted) {
  const double spread =
      std::min(standard_deviation(sorted),
               (sorted_quantile(sorted, 0.75) - sorted_quantile(sorted, 0.25)) / 1.349);
  const auto n = static_cast<double>(sorted.size());
  Density d;
  d.width = std::max(0.5 * 0.9 * spread * std::pow(n, -0.2), 0.01);
  d.step = d.width / 4;
  d.start = sorted.front() - 4 * d.width;
  const auto size =
      static_cast<std::size_t>((sorted.back() - sorted.front() + 8 * d.width) / d.step) + 1;
  std::vector<double> counts(size, 0.0);
  for (const double x : sorted)
    counts[std::min(size - 1, static_cast<std::size_t>((x - d.start) / d.step + 0.5))] += 1;
  d.value.assign(size, 0.0);
  constexpr int reach = 16;  // four widths
  for (int o = -reach; o <= reach; ++o) {
    const double u = o * d.step / d.width;
    const double weight = std::exp(-u * u / 2) / (std::sqrt(2 * std::numbers::pi) * d.width * n);
    for (std::size_t k = 0; k < size; ++k)
      if (const auto to = static_cast<std::ptrdiff_t>(k) + o;
          counts[k] > 0 && to >= 0 && to < static_cast<std::ptrdiff_t>(size))
        d.value[static_cast<std::size_t>(to)] += weight * counts[k];
  }
  return d;
}

struct Valley {
  double x = 0;
  double left = 0;  // place of the mode on either side
  double right = 0;
  double contrast = 0;
};

/// Calls see(valley, lower mode, depth) for each local minimum of the density.
template <class See>
void for_each_valley(const Density& d, See&& see) {
  const std::size_t n = d.value.size();
  std::vector<std::size_t> before(n);  // place of the highest density up to k, and from k on
  std::vector<std::size_t> after(n);
  for (std::size_t k = 1; k < n; ++k)
    before[k] = d.value[k] > d.value[before[k - 1]] ? k : before[k - 1];
  after[n - 1] = n - 1;
  for (std::size_t k = n - 1; k-- > 0;)
    after[k] = d.value[k] > d.value[after[k + 1]] ? k : after[k + 1];
  for (std::size_t k = 1; k + 1 < n; ++k) {
    if (!(d.value[k] <= d.value[k - 1] && d.value[k] <= d.value[k + 1])) continue;
    const double lower = std::min(d.value[before[k]], d.value[after[k]]);
    const double depth = lower - d.value[k];
    if (!(depth > 0)) continue;
    // A flat valley is cut in its middle.
    const double floor = d.value[k] + 0.02 * lower;
    std::size_t low = k;
    std::size_t high = k;
    while (low > before[k] && d.value[low - 1] <= floor) --low;
    while (high < after[k] && d.value[high + 1] <= floor) ++high;
    see(Valley{d.at((low + high) / 2), d.at(before[k]), d.at(after[k]), depth / lower}, lower,
        depth);
  }
}

/// The deepest valley between two modes that stand out of the noise.
std::optional<Valley> significant_valley(const Density& d, double n) {
  std::optional<Valley> best;
  for_each_valley(d, [&](const Valley& v, double lower, double depth) {
    // The variance of a kernel estimate f is f / (2 sqrt(pi) n width).
    const double error =
        std::sqrt((2 * lower - depth) / (2 * std::sqrt(std::numbers::pi) * n * d.width));
    if (depth < errors_of_fall * error || v.contrast < smallest_contrast ||
        v.right - v.left < std::log(mode_ratio))
      return;
    if (!best || v.contrast > best->contrast) best = v;
  });
  return best;
}

/// The widest empty gap that the tail below it would hardly cross.
std::optional<Valley> empty_gap(const std::vector<double>& sorted) {
  std::optional<Valley> best;
  double widest = 0;
  const std::size_t n = sorted.size();
  for (std::size_t k = fewest_maxima; k < n; ++k) {
    const double gap = sorted[k] - sorted[k - 1];
    if (gap <= widest) continue;
    const std::size_t from = k * 4 / 5;
    double excess = 0;
    for (std::size_t i = from; i < k; ++i) excess += sorted[i] - sorted[from];
    const auto tail = static_cast<double>(k - from);
    const double scale = excess / tail;
    const double x = sorted[k - 1] + gap / 2;
    const double crossing = tail * std::exp(-(x - sorted[from]) / scale);
    const double mode = sorted[k / 2];
    if (!(scale > 0) || crossing > gap_chance || sorted[k] - mode < std::log(gap_ratio)) continue;
    widest = gap;
    best = Valley{x, mode, sorted[(k + n) / 2], 1};
  }
  return best;
}

double median_share(std::vector<HopMaximum>& maxima, double above) {
  std::vector<double> share;
  for (const HopMaximum& m : maxima)
    if (m.p_hop > above) share.push_back(m.displacement / m.p_hop);
  if (share.empty()) return 0;
  const auto middle = share.begin() + static_cast<std::ptrdiff_t>(share.size() / 2);
  std::nth_element(share.begin(), middle, share.end());
  return *middle;
}

}  // namespace

HopThreshold hop_threshold(std::vector<HopMaximum> maxima, const std::vector<double>& moved) {
  HopThreshold t;
  std::erase_if(maxima, [](const HopMaximum& m) { return !(m.p_hop > 0); });
  t.maxima = maxima.size();
  if (t.maxima < fewest_maxima) {
    t.refused = fmt::format(
        "{} maxima of p_hop are too few for a distribution: at least {} are "
        "needed",
        t.maxima, fewest_maxima);
    return t;
  }
  std::vector<double> x;
  for (const HopMaximum& m : maxima) x.push_back(std::log(m.p_hop) / 2);
  std::sort(x.begin(), x.end());
  const Density d = kernel_density(x);
  for (std::size_t k = 0; k < d.value.size(); k += 2) {
    t.r.push_back(std::exp(d.at(k)));
    t.density.push_back(d.value[k]);
  }

  std::optional<Valley> valley = significant_valley(d, static_cast<double>(x.size()));
  if (!valley) valley = empty_gap(x);
  if (!valley) {
    const double far = moved_by * std::exp(2 * x[x.size() / 2]);
    const auto n = std::count_if(moved.begin(), moved.end(), [far](double d2) { return d2 > far; });
    t.caged = static_cast<double>(n) <= moved_share * static_cast<double>(moved.size());
    t.refused = t.caged ? "no hops: p_hop has one mode only, of ions that rattle in their cages"
                        : "no cages to hop from: p_hop has one mode only, but ions move away";
    return t;
  }
  t.length = std::exp(valley->x);
  t.cage = std::exp(valley->left);
  t.hop = std::exp(valley->right);
  t.contrast = valley->contrast;
  t.above = static_cast<std::size_t>(x.end() - std::upper_bound(x.begin(), x.end(), valley->x));
  if (median_share(maxima, t.length * t.length) < 0.5) {
    t.refused = "no hops: the second mode of p_hop is of ions that rattle in wider cages";
    t.caged = true;
  }
  return t;
}

}  // namespace vitrion::analysis
