#include "glass/composition.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/Dense>
#include <cmath>
#include <optional>
#include <set>

#include "base/error.hpp"

namespace vitrion::glass {

namespace {

/// Counts are whole to rounding of a few additions; half this is never reached by a wrong solution,
/// whose counts are off by at least the reciprocal of the units' small determinants.
constexpr double whole_tolerance = 1e-6;

/// Columns: each unit's constant part and, for families, its slope; rows: elements.
struct System {
  std::vector<std::string> elements;
  std::vector<std::pair<std::size_t, bool>> columns;  ///< unit, true for the slope of a family
  Eigen::MatrixXd matrix;
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> factored;
};

System system_of(const Recipe& recipe) {
  System system;
  std::set<std::string> elements;
  for (const Term& term : recipe.formula.terms) elements.insert(term.element);
  for (const Formula& unit : recipe.units)
    for (const Term& term : unit.terms) elements.insert(term.element);
  system.elements.assign(elements.begin(), elements.end());
  for (std::size_t u = 0; u < recipe.units.size(); ++u) {
    system.columns.emplace_back(u, false);
    if (recipe.units[u].variable()) system.columns.emplace_back(u, true);
  }
  system.matrix = Eigen::MatrixXd::Zero(static_cast<Eigen::Index>(system.elements.size()),
                                        static_cast<Eigen::Index>(system.columns.size()));
  for (Eigen::Index e = 0; e < system.matrix.rows(); ++e)
    for (Eigen::Index c = 0; c < system.matrix.cols(); ++c) {
      const auto [unit, slope] = system.columns[static_cast<std::size_t>(c)];
      const Term* term = recipe.units[unit].find(system.elements[static_cast<std::size_t>(e)]);
      if (term != nullptr) system.matrix(e, c) = slope ? term->slope : term->constant;
    }
  system.factored.compute(system.matrix);
  return system;
}

Eigen::VectorXd elements_at(const System& system, const Formula& formula, double x) {
  Eigen::VectorXd counts = Eigen::VectorXd::Zero(system.matrix.rows());
  for (Eigen::Index e = 0; e < counts.size(); ++e) {
    const Term* term = formula.find(system.elements[static_cast<std::size_t>(e)]);
    if (term != nullptr) counts[e] = term->at(x);
  }
  return counts;
}

std::optional<std::size_t> whole(double value) {
  const double nearest = std::round(value);
  if (nearest < 0 || std::abs(value - nearest) > whole_tolerance) return std::nullopt;
  return static_cast<std::size_t>(nearest);
}

std::optional<Composition> build(const Recipe& recipe, const System& system, std::size_t n,
                                 double x) {
  const Eigen::VectorXd target = static_cast<double>(n) * elements_at(system, recipe.formula, x);
  const Eigen::VectorXd counts = system.factored.solve(target);
  if ((system.matrix * counts - target).cwiseAbs().maxCoeff() > whole_tolerance)
    return std::nullopt;
  Composition c;
  c.x = x;
  c.formula_units = n;
  for (const Formula& unit : recipe.units) c.units.push_back({unit, 0, 0});
  for (std::size_t k = 0; k < system.columns.size(); ++k) {
    const auto count = whole(counts[static_cast<Eigen::Index>(k)]);
    if (!count) return std::nullopt;
    const auto [unit, slope] = system.columns[k];
    (slope ? c.units[unit].exchanged : c.units[unit].count) = *count;
  }
  for (const UnitCount& u : c.units)
    if (static_cast<double>(u.exchanged) > static_cast<double>(u.count) * u.unit.largest_variable())
      return std::nullopt;
  for (std::size_t e = 0; e < system.elements.size(); ++e) {
    const auto count = whole(target[static_cast<Eigen::Index>(e)]);
    if (!count) return std::nullopt;
    if (*count > 0) c.elements[system.elements[e]] = *count;
    c.atoms += *count;
  }
  return c;
}

std::string unit_names(const Recipe& recipe) {
  std::vector<std::string> names;
  for (const Formula& unit : recipe.units) names.push_back(unit.text);
  return fmt::format("{}", fmt::join(names, ", "));
}

const Composition& nearest_x(const std::vector<Composition>& choices, double x) {
  return *std::min_element(choices.begin(), choices.end(), [&](const auto& a, const auto& b) {
    return std::abs(a.x - x) < std::abs(b.x - x);
  });
}

}  // namespace

Recipe Recipe::parse(const std::string& formula, const std::vector<std::string>& units) {
  Recipe recipe;
  recipe.formula = parse_formula(formula, 'x');
  for (const std::string& unit : units) recipe.units.push_back(parse_formula(unit, 'k'));
  if (recipe.units.empty()) throw InputError("a glass needs at least one unit to be built of");
  for (const Formula& unit : recipe.units) {
    const double most = unit.largest_variable();
    if (unit.variable() && !(std::isfinite(most) && most == std::round(most)))
      throw InputError(fmt::format("unit '{}': k must run from 0 to a whole number", unit.text));
  }
  const System system = system_of(recipe);
  if (system.factored.rank() < system.matrix.cols())
    throw InputError(
        fmt::format("units {} depend on each other: leave one out, so that a composition "
                    "says how many of each",
                    unit_names(recipe)));
  return recipe;
}

std::string Composition::description() const {
  std::string text;
  for (const UnitCount& u : units) {
    if (u.count == 0) continue;
    if (!text.empty()) text += " + ";
    text += fmt::format("{} {}", u.count, u.unit.text);
    if (u.unit.variable()) text += fmt::format(" (k sums to {})", u.exchanged);
  }
  return text;
}

std::vector<Composition> reachable(const Recipe& recipe, std::size_t formula_units) {
  const System system = system_of(recipe);
  std::vector<Composition> found;
  if (!recipe.formula.variable()) {
    if (auto c = build(recipe, system, formula_units, 0)) found.push_back(*c);
    return found;
  }
  // The counts of elements are linear in x and whole: x is a multiple of 1 / (n * slope) of each of
  // them.
  double steepest = 0;
  for (const Term& term : recipe.formula.terms) steepest = std::max(steepest, std::abs(term.slope));
  const double steps = static_cast<double>(formula_units) * steepest;
  const double last = recipe.formula.largest_variable();
  if (!std::isfinite(last))
    throw InputError(fmt::format("formula '{}': some count must fall with x", recipe.formula.text));
  for (double k = 0; k <= steps * last + whole_tolerance; ++k)
    if (auto c = build(recipe, system, formula_units, k / steps)) found.push_back(std::move(*c));
  return found;
}

Composition compose(const Recipe& recipe, double x, std::size_t atoms, bool round) {
  const double per_unit = recipe.formula.atoms(std::clamp(x, 0.0, 1e6));
  if (!(x >= 0) || x > recipe.formula.largest_variable())
    throw InputError(fmt::format("x = {} must be between 0 and {} in {}", x,
                                 recipe.formula.largest_variable(), recipe.formula.text));
  const double wanted = static_cast<double>(atoms);
  const std::size_t last = static_cast<std::size_t>(2 * wanted / per_unit) + 24;
  std::optional<Composition> near_size;  // the size asked, or the nearest one, with the nearest x
  std::optional<Composition> near_x;     // the x asked, at the nearest size
  const auto distance = [&](const Composition& c) {
    return std::abs(static_cast<double>(c.atoms) - wanted);
  };
  for (std::size_t n = 1; n <= last; ++n) {
    const std::vector<Composition> choices = reachable(recipe, n);
    if (choices.empty()) continue;
    const Composition& best = nearest_x(choices, x);
    const bool exact = std::abs(best.x - x) < 1e-9;
    if (exact && best.atoms == atoms) return best;
    if (exact && (!near_x || distance(best) < distance(*near_x))) near_x = best;
    if (!near_size || distance(best) < distance(*near_size)) near_size = best;
  }
  if (!near_size)
    throw InputError(fmt::format("{} cannot be built of {} at any size", recipe.formula.text,
                                 unit_names(recipe)));
  if (round) return *near_size;
  std::string message = fmt::format(
      "x = {} with {} atoms cannot be built of {}: the nearest is x = {} with {} atoms ({})", x,
      atoms, unit_names(recipe), near_size->x, near_size->atoms, near_size->description());
  if (near_x) message += fmt::format("; x = {} needs {} atoms", x, near_x->atoms);
  throw InputError(message + "; --round takes the nearest");
}

}  // namespace vitrion::glass
