#include "analysis/ionic_radii.hpp"

#include <fmt/format.h>

#include <array>

#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

struct Ion {
  std::string_view symbol;
  double radius;  // A
  bool anion;
};

constexpr std::array<Ion, 24> shannon_radii = {
    {{"Li", 0.76, false}, {"Na", 1.02, false},  {"K", 1.38, false},   {"Rb", 1.52, false},
     {"Cs", 1.67, false}, {"Ag", 1.15, false},  {"Mg", 0.72, false},  {"Ca", 1.00, false},
     {"Zn", 0.74, false}, {"Al", 0.535, false}, {"La", 1.032, false}, {"Zr", 0.72, false},
     {"B", 0.11, false},  {"Si", 0.26, false},  {"P", 0.17, false},   {"Ge", 0.39, false},
     {"O", 1.40, true},   {"S", 1.84, true},    {"Se", 1.98, true},   {"Te", 2.21, true},
     {"F", 1.33, true},   {"Cl", 1.81, true},   {"Br", 1.96, true},   {"I", 2.20, true}}};

const Ion* find(std::string_view symbol) {
  for (const Ion& ion : shannon_radii)
    if (ion.symbol == symbol) return &ion;
  return nullptr;
}

}  // namespace

std::optional<double> ionic_radius(std::string_view symbol) {
  const Ion* ion = find(symbol);
  return ion ? std::optional(ion->radius) : std::nullopt;
}

bool is_anion(std::string_view symbol) {
  const Ion* ion = find(symbol);
  return ion && ion->anion;
}

std::vector<std::string> anions_of(const structures::Species& species) {
  std::vector<std::string> names;
  const std::vector<int> counts = species.counts();
  for (std::size_t k = 0; k < counts.size(); ++k)
    if (counts[k] > 0 && is_anion(species.names[k])) names.push_back(species.names[k]);
  return names;
}

double longest_ionic_bond(const std::string& cation, const std::string& anion) {
  double sum = 0;
  for (const std::string& name : {cation, anion}) {
    const std::optional<double> radius = ionic_radius(name);
    if (!radius) throw InputError(fmt::format("no ionic radius is known of {}", name));
    sum += *radius;
  }
  return 1.3 * sum;
}

}  // namespace vitrion::analysis
