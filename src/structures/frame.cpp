#include "structures/frame.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/units.hpp"
#include "structures/elements.hpp"

namespace vitrion::structures {

int Species::find(const std::string& name) const {
  const auto it = std::find(names.begin(), names.end(), name);
  return it == names.end() ? -1 : static_cast<int>(it - names.begin());
}

Species Species::mapped_to(const std::vector<std::string>& target) const {
  std::vector<int> map(names.size(), -1);
  for (std::size_t k = 0; k < names.size(); ++k) {
    const auto it = std::find(target.begin(), target.end(), names[k]);
    if (it != target.end()) map[k] = static_cast<int>(it - target.begin());
  }
  Species result{target, of_atom};
  for (int& type : result.of_atom) {
    if (type < 0) continue;
    const int mapped = map[static_cast<std::size_t>(type)];
    if (mapped < 0)
      throw InputError(fmt::format("element '{}' is not one of: {}",
                                   names[static_cast<std::size_t>(type)], fmt::join(target, " ")));
    type = mapped;
  }
  return result;
}

std::vector<int> Species::counts() const {
  std::vector<int> n(names.size(), 0);
  for (const int type : of_atom)
    if (type >= 0) ++n[static_cast<std::size_t>(type)];
  return n;
}

std::string formula(const Species& species) {
  std::string text;
  const std::vector<int> n = species.counts();
  for (std::size_t k = 0; k < n.size(); ++k)
    if (n[k] > 0) text += fmt::format("{}{}{}", text.empty() ? "" : " ", species.names[k], n[k]);
  return text;
}

double density(const Frame& frame) {
  if (!frame.cell) throw InputError("a frame without a cell has no density");
  double mass = 0;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto m = standard_mass(frame.species.name(i));
    if (!m)
      throw InputError(
          fmt::format("species '{}' is no element with a standard mass", frame.species.name(i)));
    mass += *m;
  }
  return mass / frame.cell->volume() * units::amu_per_A3_in_g_per_cm3;
}

}  // namespace vitrion::structures
