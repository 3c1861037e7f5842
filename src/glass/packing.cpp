#include "glass/packing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/units.hpp"
#include "structures/elements.hpp"

namespace vitrion::glass {

namespace {

/// Bond lengths in A of the gas-phase fragments; only the start of a minimisation hangs on them.
double bond(const std::string& anion, bool to_phosphorus, bool bridging) {
  if (!to_phosphorus) return anion == "O" ? 2.2 : 2.55;
  if (anion == "O") return bridging ? 1.60 : 1.52;
  return bridging ? 2.12 : 2.03;
}

constexpr double r3 = 0.57735026918962576;  // 1/sqrt(3)
const std::vector<Vec3> tetrahedron = {
    {r3, r3, r3}, {r3, -r3, -r3}, {-r3, r3, -r3}, {-r3, -r3, r3}};

bool is_anion(const std::string& element) {
  return element == "S" || element == "O" || element == "Se";
}

/// PX4, anions[i] at the i-th corner.
Molecule tetrahedral(const std::string& centre, const std::vector<std::string>& anions) {
  Molecule m{"", {centre}, {{0, 0, 0}}};
  for (std::size_t i = 0; i < 4; ++i) {
    m.species.push_back(anions[i]);
    m.positions.push_back(bond(anions[i], true, false) * tetrahedron[i]);
  }
  return m;
}

/// X2P-X-PX2: two centres share one anion at an angle of 109 degrees.
Molecule bridged_pair(const std::string& centre, const std::string& anion) {
  Molecule m{"", {anion}, {{0, 0, 0}}};
  const double d = bond(anion, true, true);
  const double half = 0.5 * 109.47 * M_PI / 180;
  for (const double side : {-1.0, 1.0}) {
    const Vec3 arm{side * std::sin(half), 0, -std::cos(half)};
    const Vec3 p = d * arm;
    m.species.push_back(centre);
    m.positions.push_back(p);
    // Two terminal anions, 60 degrees off the continued arm, above and below the plane of the
    // bridge.
    for (const double tilt : {-1.0, 1.0}) {
      const Vec3 out = 0.5 * arm + Vec3{0, tilt * std::sqrt(0.75), 0};
      m.species.push_back(anion);
      m.positions.push_back(p + bond(anion, true, false) * out);
    }
  }
  return m;
}

/// Na-X-Na with an angle of 109 degrees.
Molecule bent(const std::string& cation, const std::string& anion) {
  const double d = bond(anion, false, false);
  const double half = 0.5 * 109.47 * M_PI / 180;
  return {"",
          {anion, cation, cation},
          {{0, 0, 0},
           {d * std::sin(half), 0, d * std::cos(half)},
           {-d * std::sin(half), 0, d * std::cos(half)}}};
}

}  // namespace

Molecule molecule_of(const Formula& unit, std::size_t k) {
  std::vector<std::string> cations;
  std::vector<std::string> anions;
  std::string name;
  for (const Term& term : unit.terms) {
    const auto count = static_cast<std::size_t>(std::llround(term.at(static_cast<double>(k))));
    auto& list = is_anion(term.element) ? anions : cations;
    list.insert(list.end(), count, term.element);
    if (count > 0) name += count > 1 ? fmt::format("{}{}", term.element, count) : term.element;
  }
  Molecule m;
  const bool one_anion =
      std::adjacent_find(anions.begin(), anions.end(), std::not_equal_to<>()) == anions.end();
  const bool phosphorus = !cations.empty() && cations.front() == "P" && cations.back() == "P";
  if (cations.size() + anions.size() == 1) {
    m = {"", {cations.empty() ? anions.front() : cations.front()}, {{0, 0, 0}}};
  } else if (phosphorus && cations.size() == 1 && anions.size() == 4) {
    m = tetrahedral("P", anions);
  } else if (phosphorus && cations.size() == 2 && anions.size() == 5 && one_anion) {
    m = bridged_pair("P", anions.front());
  } else if (cations.size() == 2 && anions.size() == 1 && cations.front() == cations.back()) {
    m = bent(cations.front(), anions.front());
  } else {
    throw InputError(
        fmt::format("unit {}: no geometry is known; known are single ions, PX4, P2X5 and "
                    "salts such as Na2S",
                    name));
  }
  m.name = name;
  return m;
}

double mass_of(const Composition& composition) {
  double mass = 0;
  for (const auto& [element, count] : composition.elements)
    mass += static_cast<double>(count) * structures::standard_mass(element).value();
  return mass;
}

double density_in_box(const Composition& composition, double length) {
  if (!(std::isfinite(length) && length > 0))
    throw InputError(fmt::format("box = {} A must be positive", length));
  return mass_of(composition) * units::amu_per_A3_in_g_per_cm3 / (length * length * length);
}

PackingPlan plan_packing(const Composition& composition, double density, RandomStream& random) {
  if (!(std::isfinite(density) && density > 0))
    throw InputError(fmt::format("density = {} g/cm3 must be positive", density));
  PackingPlan plan;
  plan.length = std::cbrt(mass_of(composition) * units::amu_per_A3_in_g_per_cm3 / density);
  plan.seed = random.below(1'000'000) + 1;
  for (const UnitCount& u : composition.units) {
    if (u.count == 0) continue;
    if (!u.unit.variable()) {
      plan.parts.push_back({molecule_of(u.unit), u.count});
      continue;
    }
    const auto sites = static_cast<std::size_t>(std::llround(u.unit.largest_variable()));
    std::vector<std::size_t> unit_of_site;
    for (std::size_t i = 0; i < u.count; ++i) unit_of_site.insert(unit_of_site.end(), sites, i);
    random.shuffle(unit_of_site);
    std::vector<std::size_t> k(u.count, 0);
    for (std::size_t i = 0; i < u.exchanged; ++i) ++k[unit_of_site[i]];
    for (std::size_t value = 0; value <= sites; ++value) {
      const auto count = static_cast<std::size_t>(std::count(k.begin(), k.end(), value));
      if (count > 0) plan.parts.push_back({molecule_of(u.unit, value), count});
    }
  }
  return plan;
}

}  // namespace vitrion::glass
