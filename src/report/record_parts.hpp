// The parts of a record that have a file of their own, in and out of JSON.
#pragma once

#include "report/json_part.hpp"
#include "report/record_glass.hpp"
#include "report/record_potential.hpp"

namespace vitrion::report {

void read_potential(const Part& part, Potential& potential);
[[nodiscard]] nlohmann::json potential_json(const Potential& potential);
/// @throws InputError if the glass has no key.
void read_glass(const Part& part, Glass& glass);
[[nodiscard]] nlohmann::json glass_json(const Glass& glass);

}  // namespace vitrion::report
