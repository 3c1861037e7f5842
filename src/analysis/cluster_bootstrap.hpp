// Bootstrap of means over clusters: replicas are drawn, then the ions within them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vitrion::analysis {

/// Vectors of one length, summed by cluster.
class ClusterSums {
 public:
  explicit ClusterSums(std::size_t length) : length_(length) {}

  /// Starts the next replica; clusters of different replicas are different.
  void next_replica() { replicas_.emplace_back(); }
  /// Adds a vector to a cluster of the last replica.
  void add(std::size_t cluster, std::span<const double> x);

  [[nodiscard]] std::size_t items() const;
  [[nodiscard]] std::size_t length() const { return length_; }
  /// (length) mean over all vectors; zeros without any.
  [[nodiscard]] std::vector<double> mean() const;
  /// (draws)(length) means of resampled clusters. The same seed draws the same replicas in every
  /// set with as many replicas, so that differences of two sets keep what their replicas share.
  /// A draw without a single vector repeats the mean.
  [[nodiscard]] std::vector<std::vector<double>> draws(std::size_t draws, std::uint64_t seed) const;

 private:
  struct Cluster {
    std::size_t id = 0;
    double count = 0;
    std::vector<double> sum;  // (length)
  };
  std::size_t length_;
  std::vector<std::vector<Cluster>> replicas_;
};

/// 2.5 and 97.5 % quantiles of numbers (by value; they are sorted).
struct Interval {
  double low = 0;
  double high = 0;
};
[[nodiscard]] Interval middle_95(std::vector<double> x);

}  // namespace vitrion::analysis
