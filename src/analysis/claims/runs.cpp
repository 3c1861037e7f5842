#include "analysis/claims/runs.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vitrion::analysis {

OfGlass ln_sigma(double temperature) {
  return mean_of_runs({temperature}, [](const RunFindings& run) { return logarithm(run.sigma); });
}

OfGlass mean_of_runs(std::vector<double> temperatures,
                     std::function<std::optional<double>(const RunFindings&)> of_run) {
  return [temperatures = std::move(temperatures),
          of_run = std::move(of_run)](const GlassFindings& g) -> std::optional<double> {
    double sum = 0;
    for (const double t : temperatures) {
      const RunFindings* run = g.at(t);
      const std::optional<double> v = run == nullptr ? std::nullopt : of_run(*run);
      if (!v) return std::nullopt;
      sum += *v / static_cast<double>(temperatures.size());
    }
    return sum;
  };
}

std::vector<double> temperatures_of(const std::vector<const CompositionFindings*>& compositions) {
  std::vector<double> result;
  for (const double t : main_temperatures) {
    const auto ran = [t](const CompositionFindings* c) {
      return std::ranges::any_of(c->glasses,
                                 [t](const GlassFindings& g) { return g.at(t) != nullptr; });
    };
    if (std::ranges::any_of(compositions, ran)) result.push_back(t);
  }
  return result;
}

std::string names_of(const std::vector<double>& temperatures) {
  std::string text;
  for (const double t : temperatures) text += fmt::format("{}{:g}", text.empty() ? "" : ", ", t);
  return text + " K";
}

std::string too_short(const Findings& f, const std::vector<double>& temperatures, double needed) {
  double longest = 0;
  for (const CompositionFindings& c : f.compositions)
    for (const GlassFindings& glass : c.glasses)
      for (const double t : temperatures)
        if (const RunFindings* run = glass.at(t)) longest = std::max(longest, run->duration);
  if (longest == 0) return "there is no run at " + names_of(temperatures);
  if (f.time_scale != 1)
    return fmt::format("the study's times are scaled by {:g}: absolute times mean nothing in it",
                       f.time_scale);
  if (longest < 0.95 * needed)
    return fmt::format("the runs are {:g} ns long, the claim is about {:g} ns", longest / ps_per_ns,
                       needed / ps_per_ns);
  return {};
}

}  // namespace vitrion::analysis
