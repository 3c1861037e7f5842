// Reference files: measurements and published numbers with source, error and confidence
// (data/reference/README.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace vitrion::formats {

struct ReferencePoint {
  std::string quantity;  ///< "density", "conductivity", ...
  std::optional<double> x;
  std::optional<double> temperature;  ///< K
  double value = 0;
  bool upper_bound = false;
  std::string unit;
  std::optional<double> error;  ///< half of the interval; not negative
  std::string confidence;       ///< one of reference_confidences()
  std::string source;
  std::string note;
};

/// From the surest to the least sure: read, quoted, computed, digitised, unverified.
[[nodiscard]] const std::vector<std::string>& reference_confidences();

/// @throws InputError with file and line: a column that is missing or unknown, a field that is
/// needed and empty, a number that does not read, a temperature or error that makes no sense.
[[nodiscard]] std::vector<ReferencePoint> read_reference(const std::string& path);

}  // namespace vitrion::formats
