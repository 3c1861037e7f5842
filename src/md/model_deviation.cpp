#include "md/model_deviation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>

namespace vitrion::md {

void force_deviation(std::span<const std::span<const Vec3>> forces, std::optional<double> level,
                     std::span<double> eps) {
  const auto members = static_cast<double>(forces.size());
  for (std::size_t i = 0; i < eps.size(); ++i) {
    Vec3 mean{};
    for (const auto& f : forces) mean += f[i];
    mean = (1 / members) * mean;
    double sum = 0;
    for (const auto& f : forces) sum += norm2(f[i] - mean);
    eps[i] = std::sqrt(sum / members);
    if (level) eps[i] /= norm(mean) + *level;
  }
}

Spread force_spread(std::span<const double> eps) {
  if (eps.empty()) return {};
  const auto [min, max] = std::ranges::minmax_element(eps);
  const double sum = std::accumulate(eps.begin(), eps.end(), 0.0);
  return {*max, *min, sum / static_cast<double>(eps.size())};
}

Spread virial_spread(std::span<const Mat3> virials_per_atom, std::optional<double> level) {
  const auto members = static_cast<double>(virials_per_atom.size());
  Mat3 mean{};
  for (const Mat3& v : virials_per_atom) mean += (1 / members) * v;

  Spread spread{.max = 0, .min = INFINITY, .avg = 0};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) {
      double sum = 0;
      for (const Mat3& v : virials_per_atom) sum += (v[a][b] - mean[a][b]) * (v[a][b] - mean[a][b]);
      double deviation = std::sqrt(sum / members);
      if (level) deviation /= std::abs(mean[a][b]) + *level;
      spread.max = std::max(spread.max, deviation);
      spread.min = std::min(spread.min, deviation);
      spread.avg += deviation * deviation / 9;
    }
  spread.avg = std::sqrt(spread.avg);
  return spread;
}

std::string deviation_header(bool atomic) {
  std::string text = fmt::format("#{:>11}", "step");
  for (const char* title :
       {"max_devi_v", "min_devi_v", "avg_devi_v", "max_devi_f", "min_devi_f", "avg_devi_f"})
    text += fmt::format(" {:>18}", title);
  if (atomic) text += fmt::format(" {:>18}", "atm_devi_f(N)");
  return text + "\n";
}

std::string deviation_row(long step, const Spread& virial, const Spread& force,
                          std::span<const double> atoms) {
  std::string text = fmt::format("{:12}", step);
  for (const double value : {virial.max, virial.min, virial.avg, force.max, force.min, force.avg})
    text += fmt::format(" {:18.6e}", value);
  for (const double value : atoms) fmt::format_to(std::back_inserter(text), " {:18.6e}", value);
  return text + "\n";
}

}  // namespace vitrion::md
