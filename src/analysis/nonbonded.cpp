#include "analysis/nonbonded.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

namespace vitrion::analysis {

namespace {

constexpr double smoothing = 0.1;  // A
constexpr double reach = 0.3;      // A, of the parabola

double smoothed_at(std::span<const double> r, std::span<const double> g, std::size_t at) {
  double sum = 0;
  double weights = 0;
  for (std::size_t k = 0; k < r.size(); ++k) {
    const double d = (r[k] - r[at]) / smoothing;
    if (std::abs(d) > 3) continue;
    const double w = std::exp(-d * d / 2);
    sum += w * g[k];
    weights += w;
  }
  return sum / weights;
}

}  // namespace

std::optional<NonbondedRange> nonbonded_range(const std::string& pair) {
  // In Na3PS4: Na-Na 3.5 A, Na-P 3.5 A, P-P 6.06 A; S-S within a unit 3.35 A, between units 3.8 A
  // on its flank, so that only the shell behind both is a peak of its own.
  static const std::map<std::string, NonbondedRange> ranges = {
      {"Na-Na", {2.5, 5}}, {"Na-P", {2.5, 5}}, {"P-P", {4.5, 8}}, {"S-S", {4.5, 8}}};
  const auto found = ranges.find(pair);
  if (found == ranges.end()) return std::nullopt;
  return found->second;
}

std::optional<double> nonbonded_peak(std::span<const double> r, std::span<const double> g,
                                     NonbondedRange range) {
  // A small cell's g ends inside the range: what is highest there need not be the peak.
  if (r.size() < 2 || r.back() + (r[1] - r[0]) < range.to) return std::nullopt;
  std::vector<std::size_t> inside;
  for (std::size_t k = 0; k < r.size(); ++k)
    if (r[k] >= range.from && r[k] <= range.to) inside.push_back(k);
  if (inside.size() < 5) return std::nullopt;
  std::size_t top = inside.front();
  double highest = 0;
  for (const std::size_t k : inside)
    if (const double s = smoothed_at(r, g, k); s > highest) {
      highest = s;
      top = k;
    }
  if (top == inside.front() || top == inside.back()) return std::nullopt;

  // g = a + b d + c d^2 by least squares; the points lie evenly about d = 0.
  double s0 = 0;
  double s2 = 0;
  double s4 = 0;
  double y0 = 0;
  double y1 = 0;
  double y2 = 0;
  const std::size_t half = static_cast<std::size_t>(std::floor(reach / (r[1] - r[0])));
  const std::size_t span = std::min({half, top, r.size() - 1 - top});
  if (span < 1) return std::nullopt;
  for (std::size_t k = top - span; k <= top + span; ++k) {
    const double d = r[k] - r[top];
    s0 += 1;
    s2 += d * d;
    s4 += d * d * d * d;
    y0 += g[k];
    y1 += d * g[k];
    y2 += d * d * g[k];
  }
  const double c = (s0 * y2 - s2 * y0) / (s0 * s4 - s2 * s2);
  const double b = y1 / s2;
  const double shift = c < 0 ? -b / (2 * c) : 0;
  return r[top] + std::clamp(shift, -reach, reach);
}

}  // namespace vitrion::analysis
