#include "analysis/claims/findings.hpp"

#include <algorithm>
#include <cmath>

namespace vitrion::analysis {

std::optional<double> TimeSeries::at(double t) const {
  // Times that were written with few digits still count as inside.
  constexpr double slack = 1e-6;
  if (time.empty() || t < time.front() * (1 - slack) || t > time.back() * (1 + slack))
    return std::nullopt;
  const auto above = std::lower_bound(time.begin(), time.end(), t);
  if (above == time.begin()) return value.front();
  if (above == time.end()) return value.back();
  const auto k = static_cast<std::size_t>(above - time.begin());
  const double share = (t - time[k - 1]) / (time[k] - time[k - 1]);
  return value[k - 1] + share * (value[k] - value[k - 1]);
}

const RunFindings* GlassFindings::at(double temperature) const {
  for (const RunFindings& run : runs)
    if (std::abs(run.temperature - temperature) <= 0.5) return &run;
  return nullptr;
}

std::vector<const CompositionFindings*> Findings::dense() const {
  std::vector<const CompositionFindings*> result;
  for (const CompositionFindings& c : compositions)
    if (!c.porous) result.push_back(&c);
  std::ranges::stable_sort(result, {}, &CompositionFindings::x);
  return result;
}

const CompositionFindings* Findings::near(double x, bool porous) const {
  constexpr double reach = 0.05;
  const CompositionFindings* best = nullptr;
  for (const CompositionFindings& c : compositions)
    if (c.porous == porous && std::abs(c.x - x) <= reach &&
        (best == nullptr || std::abs(c.x - x) < std::abs(best->x - x)))
      best = &c;
  return best;
}

const ReferenceValue* Findings::trusted_reference(const std::string& quantity, double x) const {
  for (const ReferenceValue& r : reference)
    if (r.quantity == quantity && r.confidence != "unverified" && !r.upper_bound && r.x &&
        std::abs(*r.x - x) < 1e-6)
      return &r;
  return nullptr;
}

}  // namespace vitrion::analysis
