#include "analysis/estimate.hpp"

#include <utility>

namespace vitrion::analysis {

Estimate Estimate::of(double value, double low, double high, std::string unit, std::string method) {
  Estimate e;
  e.value = value;
  e.low = low;
  e.high = high;
  e.unit = std::move(unit);
  e.method = std::move(method);
  return e;
}

Estimate Estimate::refusal(std::string reason, std::optional<double> upper95, std::string unit) {
  Estimate e;
  e.refused = std::move(reason);
  e.upper95 = upper95;
  e.unit = std::move(unit);
  return e;
}

Estimate Estimate::scaled(double factor, std::string new_unit, std::string new_method) const {
  Estimate e = *this;
  if (e.value) *e.value *= factor;
  e.low *= factor;
  e.high *= factor;
  if (e.upper95) *e.upper95 *= factor;
  e.unit = std::move(new_unit);
  e.method = std::move(new_method);
  return e;
}

}  // namespace vitrion::analysis
