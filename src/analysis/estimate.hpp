// Estimate: a number with its 95 % interval, unit and method, or a refusal with an upper bound.
#pragma once

#include <optional>
#include <string>

namespace vitrion::analysis {

/// Exactly one of `value` and `refused` speaks: a refused quantity has no value, only a reason.
struct Estimate {
  std::optional<double> value;
  double low = 0;   ///< lower end of the 95 % interval
  double high = 0;  ///< upper end of the 95 % interval
  std::string unit;
  std::string method;
  std::string refused;  ///< why there is no value; empty if there is one
  std::optional<double>
      upper95;  ///< one-sided 95 % bound that comes with a refusal, if the data give one

  [[nodiscard]] bool is_refused() const { return !value.has_value(); }
  /// Half of the interval: what follows the sign "+-".
  [[nodiscard]] double half_width() const { return (high - low) / 2; }

  static Estimate of(double value, double low, double high, std::string unit, std::string method);
  static Estimate refusal(std::string reason, std::optional<double> upper95, std::string unit);

  /// The same estimate times a positive constant, in another unit.
  [[nodiscard]] Estimate scaled(double factor, std::string new_unit, std::string new_method) const;
};

}  // namespace vitrion::analysis
