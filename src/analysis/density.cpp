#include "analysis/density.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

void DensitySeries::add(const structures::Frame& frame) {
  if (!frame.cell) throw InputError("a frame without a cell has no density");
  if (!density.empty() && frame.size() != atoms)
    throw InputError(fmt::format("frame {} has {} atoms, but frame {} has {}", density.size(),
                                 frame.size(), density.size() - 1, atoms));
  density.push_back(structures::density(frame));
  volume.push_back(frame.cell->volume());
  atoms = frame.size();
  const std::vector<int> counts = frame.species.counts();
  const int p = frame.species.find("P");
  if (p >= 0 && counts[static_cast<std::size_t>(p)] > 0) {
    formula_units = static_cast<std::size_t>(counts[static_cast<std::size_t>(p)]);
  } else {
    int divisor = 0;
    for (const int n : counts) divisor = std::gcd(divisor, n);
    formula_units = static_cast<std::size_t>(divisor);
  }
}

Density density(std::span<const DensitySeries> runs) {
  Density result;
  result.replicas = runs.size();
  result.settled = true;
  std::vector<CorrelatedMean> densities;
  std::vector<CorrelatedMean> volumes;
  std::vector<CorrelatedMean> per_atom;
  std::vector<CorrelatedMean> per_unit;
  Drift worst;
  for (const DensitySeries& run : runs) {
    if (run.density.empty()) throw InputError("a run without frames has no density");
    result.frames += run.density.size();
    densities.push_back(correlated_mean(run.density));
    const CorrelatedMean v = correlated_mean(run.volume);
    volumes.push_back(v);
    const auto divided = [&](std::size_t n) {
      CorrelatedMean share = v;
      share.mean /= static_cast<double>(n);
      share.error /= static_cast<double>(n);
      return share;
    };
    per_atom.push_back(divided(run.atoms));
    per_unit.push_back(divided(run.formula_units));
    Drift d = drift_of(run.density);
    d.value *= 100 / densities.back().mean;
    d.error *= 100 / densities.back().mean;
    if (std::abs(d.value) >= std::abs(worst.value)) worst = d;
    if (std::abs(d.value) > 2 * d.error) result.settled = false;
  }
  const std::string method = "error from the autocorrelation time";
  result.density = combine_means(densities, "g/cm3", method);
  result.volume = combine_means(volumes, "A3", method);
  result.volume_per_atom = combine_means(per_atom, "A3", method);
  result.volume_per_formula_unit = combine_means(per_unit, "A3", method);
  result.drift =
      Estimate::of(worst.value, worst.value - 2 * worst.error, worst.value + 2 * worst.error, "%",
                   "straight line through the run, error widened by the correlation");
  return result;
}

}  // namespace vitrion::analysis
