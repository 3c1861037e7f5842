// Comparisons: the shapes that claims have (a trend, a peak, two quantities that go together) and
// the tests of them, with glasses as the unit.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/claims/claim.hpp"
#include "analysis/label_tests.hpp"

namespace vitrion::analysis {

/// A number of one glass; nothing if it was not measured or is refused.
using OfGlass = std::function<std::optional<double>(const GlassFindings&)>;

/// One quantity of all glasses, composition by composition.
struct Compared {
  std::vector<double> x;
  std::vector<std::string> names;
  Groups values;
  std::string missing;  ///< why it cannot be compared; empty if it can

  [[nodiscard]] std::vector<double> means() const;
  /// Index of the composition nearest to x within 0.05, or nothing.
  [[nodiscard]] std::optional<std::size_t> near(double x) const;
};

/// Of the dense glasses. A glass without the number blocks the comparison: those that have one
/// would speak for those that do not (a run that does not diffuse has no sigma).
[[nodiscard]] Compared compare_dense(const Findings& findings, const OfGlass& of,
                                     const std::string& what);
/// Of the dense glasses at the composition nearest to x (first group) and the porous ones (second).
[[nodiscard]] Compared compare_porous(const Findings& findings, double x, const OfGlass& of,
                                      const std::string& what);

/// ln of a number, where there is a positive one.
[[nodiscard]] std::optional<double> logarithm(const std::optional<double>& value);

/// A trend with x: Jonckheere's test; shape: the means are all in order. `direction` +1 rises, -1
/// falls. Value: slope against x by least squares over the glasses.
void test_trend(Evidence& evidence, const Compared& data, int direction, const std::string& unit);

/// The composition `at` has the largest mean: Student's t against each other one, all of which must
/// speak for it. Values are logarithms; the claim's value is the ratio to the next largest.
void test_peak(Evidence& evidence, const Compared& data, std::size_t at);

/// Some composition between the ends lies over both ends. Values are logarithms; the claim's value
/// is the ratio of the highest inner one to the higher end.
void test_rise_and_fall(Evidence& evidence, const Compared& data);

/// Two quantities go together from composition to composition: covariance of the compositions'
/// means, summed over the pairs of `a` and `b`, against labels put on the glasses at random. So
/// glasses of one composition in which the two go together are no evidence. Value: the mean rank
/// correlation of the means.
void test_together(Evidence& evidence, const std::vector<Compared>& a,
                   const std::vector<Compared>& b);

/// The second group lies under the first (direction -1) or over it (+1): Student's t.
void test_pair(Evidence& evidence, const Compared& data, int direction, const std::string& unit);

/// Means of the groups of these sizes when the glasses are put on them in this order.
[[nodiscard]] std::vector<double> group_means(const std::vector<double>& values,
                                              std::span<const std::size_t> sizes,
                                              std::span<const std::size_t> glasses);
/// A difference of logarithms as a ratio.
[[nodiscard]] Estimate ratio_of(const Estimate& difference);

/// Mean over all values with Student's t; refused for fewer than two.
[[nodiscard]] Estimate mean_over_glasses(const std::vector<double>& values, std::string unit);

}  // namespace vitrion::analysis
