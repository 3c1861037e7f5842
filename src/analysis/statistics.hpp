// Statistics: quantiles, means of correlated series, straight lines, and the combination of
// replicas.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// Two-sided 95 % factor of Student's t; `dof` > 0 need not be whole, infinity gives 1.96.
[[nodiscard]] double student_t95(double dof);
/// Quantile p of Student's t, of chi-squared.
[[nodiscard]] double student_t_quantile(double p, double dof);
[[nodiscard]] double chi_squared_quantile(double p, double dof);
/// Probability of a chi-squared over x.
[[nodiscard]] double chi_squared_tail(double x, double dof);

[[nodiscard]] double mean(std::span<const double> x);
/// Standard deviation with n - 1; 0 for fewer than two numbers.
[[nodiscard]] double standard_deviation(std::span<const double> x);

/// Mean of a correlated series with its standard error.
struct CorrelatedMean {
  double mean = 0;
  double error = 0;        ///< standard error, corrected for the correlation time
  double independent = 0;  ///< effective number of independent values
};

/// The error follows from the integrated autocorrelation time, cut off by Sokal's window of five
/// such times (10.1007/978-1-4899-0319-8_6): it needs no choice of a block length.
[[nodiscard]] CorrelatedMean correlated_mean(std::span<const double> x);

/// mean +- t * error as an estimate; the degrees of freedom are the independent values less one.
[[nodiscard]] Estimate to_estimate(const CorrelatedMean& m, std::string unit, std::string method);

/// y = intercept + slope x by ordinary least squares; errors from the residuals, n - 2 degrees of
/// freedom.
struct Line {
  double intercept = 0;
  double slope = 0;
  double intercept_error = 0;
  double slope_error = 0;
  double covariance = 0;  ///< of intercept and slope
};
/// `weights` are 1/sigma^2; empty: all one. At least two different x (the caller's promise).
[[nodiscard]] Line fit_line(std::span<const double> x, std::span<const double> y,
                            std::span<const double> weights = {});

/// How far a series runs away from its start to its end, by a straight line whose error knows the
/// correlation of the residuals. Zero for fewer than four numbers.
struct Drift {
  double value = 0;
  double error = 0;
};
[[nodiscard]] Drift drift_of(std::span<const double> x);

/// What one replica says of a positive quantity: its value and the relative standard error within
/// the run.
struct ReplicaValue {
  double value = 0;
  double relative_error = 0;
  double dof = 0;  ///< behind relative_error; infinity if it is known
};

/// Student's t on the logarithm: the sum of a few hops is skewed, and an interval as wide on either
/// side would miss the truth above it twice as often as below.
[[nodiscard]] Estimate interval_of(const ReplicaValue& value, std::string unit, std::string method);

/// Replicas of one quantity, combined on the logarithm. One replica: its own interval.
/// Several: geometric mean, and the wider of Student's t on the spread of the logarithms and the
/// errors within the runs, so that two replicas that agree by chance do not pretend to know more
/// than each run does.
[[nodiscard]] Estimate combine_replicas(std::span<const ReplicaValue> replicas, std::string unit,
                                        std::string method);

/// Replicas of a quantity that may be zero (counts, fractions, densities), combined by the
/// arithmetic mean; the interval is the wider of Student's t over the replicas and the errors
/// within them.
[[nodiscard]] Estimate combine_means(std::span<const CorrelatedMean> replicas, std::string unit,
                                     std::string method);

}  // namespace vitrion::analysis
