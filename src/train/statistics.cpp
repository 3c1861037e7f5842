#include "train/statistics.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>

#include "base/threads.hpp"
#include "potential/environment.hpp"
#include "potential/slots.hpp"

namespace vitrion::train {

namespace {

/// Sums over slots of one centre type.
struct Sums {
  double slots = 0;
  double r = 0, r2 = 0;  ///< column 0
  double a = 0, a2 = 0;  ///< columns 1 to 3 together

  Sums& operator+=(const Sums& other) {
    slots += other.slots;
    r += other.r;
    r2 += other.r2;
    a += other.a;
    a2 += other.a2;
    return *this;
  }
};

/// Sums of one frame by centre type. Pairs of exclude_types hold zero rows; those of
/// pair_exclude_types do not count at all, not even as empty slots.
std::vector<Sums> frame_sums(const potential::Model& model, const potential::Model& unmasked,
                             const potential::Configuration& configuration) {
  std::vector<Sums> sums(model.types());
  potential::Slots slots;
  for (std::size_t i = 0; i < configuration.centres(); ++i) {
    const int centre = configuration.types[i];
    potential::assign_slots(unmasked, configuration, i, slots);
    Sums& s = sums[static_cast<std::size_t>(centre)];
    s.slots += static_cast<double>(model.descriptor.slots());
    for (const std::size_t k : slots.entry) {
      const int type = configuration.types[static_cast<std::size_t>(configuration.index[k])];
      if (model.excludes_pair(centre, type)) s.slots -= 1;
      if (model.excludes_pair(centre, type) || model.descriptor.excludes(centre, type)) continue;
      const potential::EnvironmentRow row =
          potential::environment_row(model.descriptor, configuration.displacement[k]);
      s.r += row[0];
      s.r2 += row[0] * row[0];
      for (std::size_t c = 1; c < 4; ++c) {
        s.a += row[c];
        s.a2 += row[c] * row[c];
      }
    }
  }
  return sums;
}

double deviation(double sum, double squares, double number, double protect) {
  const double mean = sum / number;
  // The difference may fall a rounding error below zero.
  return std::max(std::sqrt(std::max(0.0, squares / number - mean * mean)), protect);
}

}  // namespace

void set_environment_statistics(potential::Model& model, const Dataset& data,
                                std::span<const Batch> sample, double protect,
                                ThreadPool& threads) {
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (const Batch& batch : sample)
    for (const std::size_t f : batch.frames) places.emplace_back(batch.system, f);

  potential::Model unmasked = model;
  unmasked.pair_exclude_types.clear();
  std::vector<std::vector<Sums>> parts(places.size());
  threads.for_each(places.size(), [&](std::size_t k, std::size_t) {
    structures::NeighbourList scratch;
    const auto [s, f] = places[k];
    parts[k] = frame_sums(model, unmasked, data.configuration(s, f, scratch));
  });
  std::vector<Sums> sums(model.types());
  for (const std::vector<Sums>& part : parts)  // in the order of frames, whoever computed them
    for (std::size_t t = 0; t < sums.size(); ++t) sums[t] += part[t];

  potential::Descriptor& d = model.descriptor;
  d.davg.assign(sums.size(), {0, 0, 0, 0});
  d.dstd.assign(sums.size(), {0.1, 0.1, 0.1, 0.1});
  for (std::size_t t = 0; t < sums.size(); ++t) {
    const Sums& s = sums[t];
    if (s.slots <= 0) continue;
    if (!d.set_davg_zero) d.davg[t][0] = s.r / s.slots;
    const double radial = deviation(s.r, s.r2, s.slots, protect);
    const double angular = deviation(s.a, s.a2, 3 * s.slots, protect);
    d.dstd[t] = {radial, angular, angular, angular};
  }
}

std::vector<EnergyEquation> energy_equations(const Dataset& data, std::span<const Batch> sample,
                                             std::span<const int> excluded) {
  std::vector<EnergyEquation> equations;
  for (const Batch& batch : sample)
    for (const std::size_t f : batch.frames) {
      const structures::Frame& frame = data.frame(batch.system, f);
      if (!frame.labels.energy) continue;
      const std::vector<int> counts = frame.species.counts();
      EnergyEquation equation{{counts.begin(), counts.end()}, *frame.labels.energy};
      for (const int t : excluded) equation.counts[static_cast<std::size_t>(t)] = 0;
      equations.push_back(std::move(equation));
    }
  return equations;
}

std::vector<double> energy_per_type(std::vector<EnergyEquation> equations,
                                    std::span<const std::optional<double>> fixed, double rcond) {
  const std::size_t types = fixed.size();
  std::vector<double> result(types, 0.0);
  Eigen::MatrixXd a(static_cast<Eigen::Index>(equations.size()), static_cast<Eigen::Index>(types));
  Eigen::VectorXd b(static_cast<Eigen::Index>(equations.size()));
  for (std::size_t k = 0; k < equations.size(); ++k) {
    const auto row = static_cast<Eigen::Index>(k);
    b(row) = equations[k].energy;
    for (std::size_t t = 0; t < types; ++t) {
      const double n = equations[k].counts[t];
      if (fixed[t]) b(row) -= n * *fixed[t];
      a(row, static_cast<Eigen::Index>(t)) = fixed[t] ? 0.0 : n;
    }
  }
  if (!equations.empty() && a.norm() > 0) {
    Eigen::JacobiSVD<Eigen::MatrixXd> svd(a, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const double rounding = std::numeric_limits<double>::epsilon() *
                            static_cast<double>(std::max(equations.size(), types));
    svd.setThreshold(rcond < 0 ? rounding : rcond);
    const Eigen::VectorXd x = svd.solve(b);
    for (std::size_t t = 0; t < types; ++t) result[t] = x(static_cast<Eigen::Index>(t));
  }
  for (std::size_t t = 0; t < types; ++t)
    if (fixed[t]) result[t] = *fixed[t];
  return result;
}

}  // namespace vitrion::train
