#include "analysis/bond_angles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

double reach_of(const std::string& a, const std::string& b, const BondAngleOptions& o) {
  for (const std::string& name : {a + "-" + b, b + "-" + a})
    if (const auto found = o.longest.find(name); found != o.longest.end()) return found->second;
  const double reach = longest_bond(a, b, o.cutoffs);
  if (!(reach > 0))
    throw InputError(
        fmt::format("no longest {0}-{1} bond is known: give --bond {0}-{1}=R with R in A", a, b));
  return reach;
}

}  // namespace

BondAngleAccumulator::BondAngleAccumulator(const std::string& triplet, BondAngleOptions options)
    : options_(std::move(options)),
      histogram_(static_cast<std::size_t>(std::ceil(180 / options_.bin))) {
  const std::size_t one = triplet.find('-');
  const std::size_t two = one == std::string::npos ? one : triplet.find('-', one + 1);
  if (two == std::string::npos || triplet.find('-', two + 1) != std::string::npos)
    throw InputError(
        fmt::format("triplet '{}' must be A-B-C with the centre in the middle: S-P-S", triplet));
  ends_[0] = triplet.substr(0, one);
  centre_ = triplet.substr(one + 1, two - one - 1);
  ends_[1] = triplet.substr(two + 1);
  for (int k = 0; k < 2; ++k) reach_[k] = reach_of(ends_[k], centre_, options_);
}

void BondAngleAccumulator::add(const structures::Frame& frame) {
  if (!frame.cell)
    throw InputError(
        fmt::format("frame {} has no cell: bonds across its faces are unknown", frames_));
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, std::max(reach_[0], reach_[1]));
  std::vector<double> histogram(histogram_.mean().size(), 0.0);
  double sum = 0;
  double count = 0;
  for (std::size_t i = 0; i < list.centres(); ++i) {
    if (frame.species.name(i) != centre_) continue;
    const auto bonded = [&](std::size_t k, int end) {
      return frame.species.name(static_cast<std::size_t>(list.index[k])) == ends_[end] &&
             norm(list.displacement[k]) <= reach_[end];
    };
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
      if (!bonded(k, 0)) continue;
      // Like ends make the same angle twice: the second is left out.
      for (std::size_t j = ends_[0] == ends_[1] ? k + 1 : list.first[i]; j < list.first[i + 1];
           ++j) {
        if (j == k || !bonded(j, 1)) continue;
        const Vec3& u = list.displacement[k];
        const Vec3& v = list.displacement[j];
        const double cosine = std::clamp(dot(u, v) / (norm(u) * norm(v)), -1.0, 1.0);
        const double angle = std::acos(cosine) * 180 / std::numbers::pi;
        const auto bin = static_cast<std::size_t>(angle / options_.bin);
        histogram[std::min(histogram.size() - 1, bin)] += 1;
        sum += angle;
        count += 1;
      }
    }
  }
  histogram_.add(histogram);
  if (count > 0) mean_angle_.push_back(sum / count);
  ++frames_;
}

/// Reads what the accumulators hold.
struct BondAngleBuilder {
  std::span<const BondAngleAccumulator> runs;

  [[nodiscard]] static std::vector<double> normalised(std::vector<double> h, double bin) {
    double total = 0;
    for (const double x : h) total += x;
    for (double& x : h) x /= std::max(total, 1e-300) * bin;
    return h;
  }

  [[nodiscard]] BondAngles build(const std::string& triplet) const {
    BondAngles result;
    result.triplet = triplet;
    result.replicas = runs.size();
    const double bin = runs[0].options_.bin;
    std::vector<double> sum;
    std::vector<std::vector<double>> samples;
    std::vector<CorrelatedMean> means;
    for (const BondAngleAccumulator& run : runs) {
      result.frames += run.frames_;
      const std::vector<double> mean = run.histogram_.mean();
      sum.resize(mean.size(), 0.0);
      for (std::size_t k = 0; k < sum.size(); ++k)
        sum[k] += mean[k] / static_cast<double>(runs.size());
      if (runs.size() > 1) samples.push_back(normalised(mean, bin));
      if (!run.mean_angle_.empty()) means.push_back(correlated_mean(run.mean_angle_));
    }
    for (const double x : sum) result.per_frame += x;
    if (result.per_frame == 0) throw InputError(fmt::format("no frame has an angle {}", triplet));
    if (runs.size() == 1)
      for (const std::vector<double>& block : runs[0].histogram_.blocks())
        samples.push_back(normalised(block, bin));
    result.density = normalised(sum, bin);
    double mean = 0;
    double square = 0;
    for (std::size_t k = 0; k < sum.size(); ++k) {
      const double angle = (static_cast<double>(k) + 0.5) * bin;
      result.angle.push_back(angle);
      mean += angle * result.density[k] * bin;
      square += angle * angle * result.density[k] * bin;
      std::vector<double> x;
      for (const std::vector<double>& s : samples) x.push_back(s[k]);
      result.density_error.push_back(
          x.empty() ? 0 : standard_deviation(x) / std::sqrt(static_cast<double>(x.size())));
    }
    result.spread = std::sqrt(std::max(0.0, square - mean * mean));
    result.mean = combine_means(means, "degrees", "mean angle of a frame");
    return result;
  }
};

BondAngles bond_angles(const std::string& triplet, std::span<const BondAngleAccumulator> runs) {
  if (runs.empty() || runs[0].frames() == 0) throw InputError("bond angles of no frames");
  return BondAngleBuilder{runs}.build(triplet);
}

}  // namespace vitrion::analysis
