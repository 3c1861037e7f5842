// How ions move about each other: the distinct part of the van Hove function.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"

namespace vitrion::analysis {

struct DistinctOptions {
  double lag_ps = 0;  ///< 0 gives g(r)
  double bin = 0.1;   ///< A
  double r_max =
      0;  ///< A; 0: 10 A, or 0.47 of the smallest height of the mean cell if that is less
};

/// g_d(r, t) = V n_ab(r, t) / (N_a (N_b - d_ab) shell): the density of other ions of kind b at
/// distance r from where an ion of kind a was a time t before, over that of an ideal gas. It is
/// g(r) at t = 0 and 1 once all is forgotten; a peak at r = 0 says that ions take each other's
/// places.
struct DistinctVanHove {
  std::string pair;
  double lag_ps = 0;
  std::vector<double> r;  ///< A, centres of the bins
  std::vector<double> g;
  std::vector<double> error;  ///< standard error over blocks of the run, or over the replicas
  std::size_t origins = 0;
  std::size_t replicas = 1;
};

/// `pair` is A-B. Up to two hundred origins, evenly spaced.
/// @throws InputError for a pair, lag or range that the trajectory does not have.
[[nodiscard]] DistinctVanHove distinct_van_hove(const Trajectory& trajectory,
                                                const std::string& pair,
                                                const DistinctOptions& options,
                                                std::size_t threads);
/// The mean of replicas, as far as the shortest range reaches.
[[nodiscard]] DistinctVanHove mean_of(std::span<const DistinctVanHove> runs);

}  // namespace vitrion::analysis
