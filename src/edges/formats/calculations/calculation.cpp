#include "edges/formats/calculations/calculation.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vitrion::formats {

namespace {

bool finite(const Vec3& v) {
  return std::isfinite(v[0]) && std::isfinite(v[1]) && std::isfinite(v[2]);
}

}  // namespace

std::optional<Defect> defect(const Calculation& c) {
  const auto is = [](const char* kind, std::string cause) {
    return std::optional<Defect>({kind, std::move(cause)});
  };
  if (!c.complaint.empty()) return is("engine error", c.complaint);
  if (!c.ended) return is("incomplete", "the output has no end");
  if (!c.converged) return is("unconverged", c.convergence);
  if (!c.energy) return is("incomplete", "the output has no energy");
  if (c.forces.empty() || c.forces.size() != c.species.size())
    return is("incomplete",
              fmt::format("{} forces for {} atoms", c.forces.size(), c.species.size()));
  if (!c.virial) return is("incomplete", "the output has no stress");
  bool all_finite = std::isfinite(*c.energy);
  for (const Vec3& f : c.forces) all_finite = all_finite && finite(f);
  for (const Vec3& row : *c.virial) all_finite = all_finite && finite(row);
  if (!all_finite) return is("engine error", "energy, forces or stress are not finite");
  return std::nullopt;
}

}  // namespace vitrion::formats
