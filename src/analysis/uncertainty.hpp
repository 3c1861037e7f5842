// Uncertainty: how much of the error of D comes from the glass, from the length of a run and from
// the recipe, what a longer run would give, and whether the intervals hold for runs like these.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "analysis/claims/findings.hpp"
#include "analysis/estimate.hpp"

namespace vitrion::analysis {

/// D by the readings that "from the MSD between 50 and 95 % of the run" allows, of one
/// single-origin MSD (A^2 against ps). cm2/s.
struct ReadingsOfD {
  double slope_with_intercept = 0;
  double slope_through_origin = 0;
  double mean_of_msd_over_6t = 0;
};
/// Nothing where the MSD has fewer than three points there.
[[nodiscard]] std::optional<ReadingsOfD> readings_of_D(const TimeSeries& msd, double duration);

/// The error of D of one composition at one temperature; relative standard deviations.
struct VarianceSplit {
  std::string key;  ///< of the composition
  double x = 0;
  bool porous = false;
  double temperature = 0;  ///< K
  std::size_t glasses = 0;
  double duration = 0;                ///< ps, of a run
  std::optional<double> D;            ///< cm2/s, geometric mean; absent where a run is refused
  std::string refused;                ///< why
  std::optional<double> between;      ///< glass to glass, the error within the runs taken off
  std::optional<double> within;       ///< of one run
  std::optional<double> protocol;     ///< half the range over the readings, the runs averaged
  std::vector<std::string> readings;  ///< "slope with intercept: 1.2e-08", ... cm2/s
  /// ps that a run must last for 10 % within it; and for 10 % of the mean over these glasses,
  /// absent where no length is enough.
  std::optional<double> needed_run;
  std::optional<double> needed_for_mean;
  std::optional<std::size_t> needed_glasses;  ///< of endless runs for 10 % of the mean
};

/// The variance within a run falls with its length, that between glasses does not.
[[nodiscard]] std::vector<VarianceSplit> variance_splits(const Findings& findings);

/// How often the 95 % interval of D holds the truth, for ions that hop like those of a run.
struct Coverage {
  double temperature = 0;  ///< K
  double ions = 0;
  double duration = 0;      ///< ps
  double hops_per_ion = 0;  ///< of 3.3 A, what D gives
  std::size_t runs = 0;     ///< simulated
  std::size_t refused = 0;  ///< of them
  Estimate held;            ///< share of the others
};

/// Simulates runs of hopping, rattling ions with the given D (cm2/s) and measures each as a real
/// one; `frames` of each. So many runs that they take about `budget` frame-ions, 20 to 200.
[[nodiscard]] Coverage simulated_coverage(double D, double ions, double duration,
                                          std::size_t frames, double budget, std::uint64_t seed);
/// One a temperature, of the run with the median number of hops; `budget` is shared.
[[nodiscard]] std::vector<Coverage> coverages(const Findings& findings, double budget,
                                              std::uint64_t seed);

/// Record `uncertainty` (docs/report_record.md).
[[nodiscard]] nlohmann::json uncertainty_record(const Findings& findings, double budget,
                                                std::uint64_t seed);

}  // namespace vitrion::analysis
