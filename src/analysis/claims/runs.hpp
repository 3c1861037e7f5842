// What several claims ask of the runs: conductivities at the paper's temperatures, and whether the
// runs are long enough for what the paper says of nanoseconds.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "analysis/claims/comparisons.hpp"

namespace vitrion::analysis {

inline constexpr double ps_per_ns = 1000;
inline constexpr std::array main_temperatures = {393.0, 423.0, 473.0};  // K, of figure 4

/// ln sigma of a glass at a temperature.
[[nodiscard]] OfGlass ln_sigma(double temperature);
/// Mean of a number of the runs at the given temperatures; nothing if one lacks it.
[[nodiscard]] OfGlass mean_of_runs(std::vector<double> temperatures,
                                   std::function<std::optional<double>(const RunFindings&)> of_run);

/// The paper's main temperatures at which any glass of these was run.
[[nodiscard]] std::vector<double> temperatures_of(
    const std::vector<const CompositionFindings*>& compositions);
/// "393, 423 K".
[[nodiscard]] std::string names_of(const std::vector<double>& temperatures);

/// Why a claim about absolute times cannot be tested with the runs at these temperatures, of which
/// `needed` ps are needed; empty if it can.
[[nodiscard]] std::string too_short(const Findings& findings,
                                    const std::vector<double>& temperatures, double needed);

}  // namespace vitrion::analysis
