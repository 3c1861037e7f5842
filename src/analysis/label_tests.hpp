// Tests that compare compositions: trends, pairs and permutations of labels over glasses, and
// Holm's rule for many of them. The unit is a glass: runs of one glass are not independent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// One number a glass, a group a composition; the groups in the order of x.
using Groups = std::vector<std::vector<double>>;

/// Jonckheere's test of an order among groups (10.1093/biomet/41.1-2.133).
struct OrderTest {
  double statistic = 0;  ///< pairs of glasses of different groups that rise, a tie counts one half
  double p_rising = 1;   ///< of so many rising pairs if the labels mean nothing; exact
  double p_falling = 1;
};
/// The distribution is that over all ways to put the labels on the glasses, summed up exactly by
/// Mann and Whitney's recursion (10.1214/aoms/1177730491); ties count against either order.
[[nodiscard]] OrderTest order_test(const Groups& groups);

/// mean(a) - mean(b) with the variance of all groups pooled.
struct PairTest {
  double difference = 0;
  double error = 0;  ///< standard error; 0 if no group has two glasses that differ
  double dof = 0;    ///< sum of (n - 1)

  /// P(t >= observed) for the hypothesis that the difference is `margin` or less; 1 where the
  /// error is not known.
  [[nodiscard]] double p_over(double margin = 0) const;
  /// P(t <= observed) for the hypothesis that it is `margin` or more.
  [[nodiscard]] double p_under(double margin = 0) const;
  /// 95 % interval, Student's t; `comparisons` > 1 widens it by Bonferroni.
  [[nodiscard]] Estimate interval(std::string unit, std::size_t comparisons = 1) const;
};
[[nodiscard]] PairTest pair_test(const Groups& groups, std::size_t a, std::size_t b);

/// P-value of `statistic` over ways to put the labels on the glasses at random: the share in which
/// it is at least that of the given way, the given one counted with them (Phipson and Smyth,
/// 10.2202/1544-6115.1585: never zero). Up to `draws` ways are drawn, fewer once a hundred reached
/// it (Besag and Clifford, 10.1093/biomet/78.2.301): a large p needs no third digit. `sizes` are
/// those of the groups; `statistic` is called with (glasses) the glass at each place, group after
/// group.
[[nodiscard]] double permutation_p(
    std::span<const std::size_t> sizes,
    const std::function<double(std::span<const std::size_t> glasses)>& statistic,
    std::uint64_t seed, std::size_t draws = 9999);

/// Holm's step-down corrected p-values, each at most 1: the chance that any of them falls under a
/// level without an effect is at most that level, however the tests depend on each other.
[[nodiscard]] std::vector<double> holm(std::span<const double> p);

/// P(K >= k) of a binomial with n trials of probability p.
[[nodiscard]] double binomial_tail(std::size_t k, std::size_t n, double p);
/// Wilson's 95 % interval of a share k / n (10.1080/01621459.1927.10502953); n > 0.
[[nodiscard]] Estimate wilson_share(double k, double n);

}  // namespace vitrion::analysis
