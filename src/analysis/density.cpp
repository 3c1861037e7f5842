#include "analysis/density.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "analysis/statistics.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

struct Drift {
  double value = 0;  // per cent over the run
  double error = 0;
};

/// The slope's error is widened by the correlation that the residuals show.
Drift drift_of(const std::vector<double>& x) {
  if (x.size() < 4) return {};
  std::vector<double> t(x.size());
  for (std::size_t i = 0; i < t.size(); ++i) t[i] = static_cast<double>(i);
  const Line line = fit_line(t, x);
  std::vector<double> residual(x.size());
  for (std::size_t i = 0; i < t.size(); ++i)
    residual[i] = x[i] - line.intercept - line.slope * t[i];
  const double independent = std::max(1.0, correlated_mean(residual).independent);
  const double widen = std::sqrt(static_cast<double>(x.size()) / independent);
  const double scale = 100 * static_cast<double>(x.size() - 1) / mean(x);
  return {line.slope * scale, line.slope_error * scale * widen};
}

}  // namespace

void DensitySeries::add(const structures::Frame& frame) {
  if (!frame.cell) throw InputError("a frame without a cell has no density");
  density.push_back(structures::density(frame));
  volume.push_back(frame.cell->volume());
  atoms = frame.size();
}

Density density(std::span<const DensitySeries> runs) {
  Density result;
  result.replicas = runs.size();
  result.settled = true;
  std::vector<CorrelatedMean> densities;
  std::vector<CorrelatedMean> volumes;
  std::vector<CorrelatedMean> per_atom;
  Drift worst;
  for (const DensitySeries& run : runs) {
    if (run.density.empty()) throw InputError("a run without frames has no density");
    result.frames += run.density.size();
    densities.push_back(correlated_mean(run.density));
    CorrelatedMean v = correlated_mean(run.volume);
    volumes.push_back(v);
    v.mean /= static_cast<double>(run.atoms);
    v.error /= static_cast<double>(run.atoms);
    per_atom.push_back(v);
    const Drift d = drift_of(run.density);
    if (std::abs(d.value) >= std::abs(worst.value)) worst = d;
    if (std::abs(d.value) > 2 * d.error) result.settled = false;
  }
  const std::string method = "error from the autocorrelation time";
  result.density = combine_means(densities, "g/cm3", method);
  result.volume = combine_means(volumes, "A3", method);
  result.volume_per_atom = combine_means(per_atom, "A3", method);
  result.drift =
      Estimate::of(worst.value, worst.value - 2 * worst.error, worst.value + 2 * worst.error, "%",
                   "straight line through the run, error widened by the correlation");
  return result;
}

}  // namespace vitrion::analysis
