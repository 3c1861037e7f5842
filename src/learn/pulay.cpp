#include "learn/pulay.hpp"

#include <fmt/format.h>

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::learn {

using structures::Frame;

StressCheck check_stress(std::span<const Frame> low, std::span<const Frame> high) {
  if (low.empty() || low.size() != high.size())
    throw InputError(
        fmt::format("{} frames at one cutoff and {} at the other: they must be as many, "
                    "and at least one",
                    low.size(), high.size()));
  StressCheck check;
  for (const Frame& frame : low)
    for (const std::string& name : frame.species.names)
      if (std::ranges::find(check.species, name) == check.species.end())
        check.species.push_back(name);
  const auto rows = static_cast<Eigen::Index>(low.size());
  const auto columns = static_cast<Eigen::Index>(check.species.size());
  Eigen::MatrixXd counts = Eigen::MatrixXd::Zero(rows, columns);
  Eigen::VectorXd missing(rows);  // a third of the trace of W, eV
  for (std::size_t k = 0; k < low.size(); ++k) {
    const Frame &a = low[k], &b = high[k];
    if (!a.cell || !a.labels.virial || !b.labels.virial || a.size() != b.size())
      throw InputError(fmt::format("frame {}: both cutoffs must have its virial", k));
    const auto row = static_cast<Eigen::Index>(k);
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto at = std::ranges::find(check.species, a.species.name(i)) - check.species.begin();
      counts(row, at) += 1;
    }
    missing(row) = (trace(*b.labels.virial) - trace(*a.labels.virial)) / 3;
    const double scale = units::eV_per_A3_in_GPa / a.cell->volume() / 3;
    check.low.push_back(scale * trace(*a.labels.virial));
    check.high.push_back(scale * trace(*b.labels.virial));
    check.largest = std::max(check.largest, std::abs(check.low.back() - check.high.back()));
  }
  const Eigen::VectorXd w = counts.completeOrthogonalDecomposition().solve(missing);
  check.constants.assign(w.begin(), w.end());
  const Eigen::VectorXd left = missing - counts * w;
  for (std::size_t k = 0; k < low.size(); ++k)
    check.largest_after =
        std::max(check.largest_after, std::abs(left(static_cast<Eigen::Index>(k))) *
                                          units::eV_per_A3_in_GPa / low[k].cell->volume());
  return check;
}

}  // namespace vitrion::learn
