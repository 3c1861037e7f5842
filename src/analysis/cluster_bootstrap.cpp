#include "analysis/cluster_bootstrap.hpp"

#include <algorithm>

#include "base/random.hpp"

namespace vitrion::analysis {

void ClusterSums::add(std::size_t cluster, std::span<const double> x) {
  std::vector<Cluster>& clusters = replicas_.back();
  auto found = std::find_if(clusters.rbegin(), clusters.rend(),
                            [&](const Cluster& c) { return c.id == cluster; });
  if (found == clusters.rend()) {
    clusters.push_back({cluster, 0, std::vector<double>(length_, 0.0)});
    found = clusters.rbegin();
  }
  found->count += 1;
  for (std::size_t k = 0; k < length_; ++k) found->sum[k] += x[k];
}

std::size_t ClusterSums::items() const {
  double n = 0;
  for (const auto& clusters : replicas_)
    for (const Cluster& c : clusters) n += c.count;
  return static_cast<std::size_t>(n);
}

std::vector<double> ClusterSums::mean() const {
  std::vector<double> sum(length_, 0.0);
  for (const auto& clusters : replicas_)
    for (const Cluster& c : clusters)
      for (std::size_t k = 0; k < length_; ++k) sum[k] += c.sum[k];
  const auto n = std::max<double>(1, static_cast<double>(items()));
  for (double& x : sum) x /= n;
  return sum;
}

std::vector<std::vector<double>> ClusterSums::draws(std::size_t draws, std::uint64_t seed) const {
  std::vector<std::vector<double>> result;
  const std::vector<double> all = mean();
  for (std::size_t d = 0; d < draws; ++d) {
    RandomStream replica_stream(seed, "bootstrap-replicas", d);
    RandomStream ion_stream(seed, "bootstrap-ions", d);
    std::vector<double> sum(length_, 0.0);
    double n = 0;
    for (std::size_t r = 0; r < replicas_.size(); ++r) {
      const std::vector<Cluster>& clusters = replicas_[replica_stream.below(replicas_.size())];
      for (std::size_t c = 0; c < clusters.size(); ++c) {
        const Cluster& drawn = clusters[ion_stream.below(clusters.size())];
        n += drawn.count;
        for (std::size_t k = 0; k < length_; ++k) sum[k] += drawn.sum[k];
      }
    }
    if (n > 0) {
      for (double& x : sum) x /= n;
      result.push_back(std::move(sum));
    } else {
      result.push_back(all);
    }
  }
  return result;
}

Interval middle_95(std::vector<double> x) {
  std::sort(x.begin(), x.end());
  const auto last = static_cast<double>(x.size() - 1);
  return {x[static_cast<std::size_t>(0.025 * last + 0.5)],
          x[static_cast<std::size_t>(0.975 * last + 0.5)]};
}

}  // namespace vitrion::analysis
