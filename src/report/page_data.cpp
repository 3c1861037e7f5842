#include "report/page_data.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vitrion::report {

using nlohmann::json;

namespace {

double rounded_number(double x, int digits) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double power = std::pow(10.0, digits - 1 - std::floor(std::log10(std::abs(x))));
  // A power below one cannot be written exactly; its inverse can.
  return power >= 1 ? std::round(x * power) / power
                    : std::round(x / std::round(1 / power)) * std::round(1 / power);
}

}  // namespace

json rounded(const json& value, int digits) {
  if (value.is_number_float()) {
    const double x = value.get<double>();
    return std::isfinite(x) ? json(rounded_number(x, digits)) : json();
  }
  if (!value.is_structured()) return value;
  json result = value;
  for (json& part : result) part = rounded(part, digits);
  return result;
}

json msd_tables(const Record& record, const Tables& tables) {
  json all = json::object();
  for (const Glass& glass : record.glasses)
    for (const IonDynamics& d : glass.temperatures)
      for (const IonRun& run : d.runs) {
        const auto found = tables.find(run.msd);
        if (found == tables.end()) continue;
        for (std::size_t k = 0; k < found->second.names.size(); ++k)
          all[run.msd][found->second.names[k]] = rounded(found->second.columns[k], 5);
      }
  return all;
}

std::string script_text(const json& value) {
  std::string text = value.dump();
  for (std::size_t at = text.find("</"); at != std::string::npos; at = text.find("</", at + 3))
    text.replace(at, 2, "<\\/");
  return text;
}

}  // namespace vitrion::report
