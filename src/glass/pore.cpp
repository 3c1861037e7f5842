#include "glass/pore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <optional>

#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::glass {

namespace {

using structures::Frame;

/// Atoms that leave together, and how far they are from the centre.
struct Unit {
  std::vector<std::size_t> atoms;
  std::size_t formers = 0;
  std::map<std::string, std::size_t> anions;
  double distance2 = 0;  // A^2, mean over its formers, or of the only atom
};

class Carver {
 public:
  Carver(const Frame& frame, const PoreOptions& options) : frame_(frame), options_(options) {
    if (!frame.cell) throw InputError("a pore needs a periodic cell");
    const Vec3 heights = frame.cell->heights();
    const double least = std::min({heights[0], heights[1], heights[2]});
    if (!(options.diameter > 0) || options.diameter >= least)
      throw InputError(fmt::format(
          "diameter = {:g} A must be positive and under the smallest height of the cell, {:.4g} A",
          options.diameter, least));
    const Vec3 centre = frame.cell->cartesian({options.centre});
    for (const Vec3& r : frame.positions)
      distance2_.push_back(norm2(frame.cell->minimum_image(r - centre)));
    for (std::size_t i = 0; i < frame.size(); ++i) ++counts_[frame.species.name(i)];
    if (counts_[options.former] == 0)
      throw InputError(fmt::format("there is no {} to be the centre of a unit", options.former));
    find_units();
  }

  Pore carve() {
    Pore pore;
    const double radius = options_.diameter / 2;
    pore.volume_share = 4 * std::numbers::pi / 3 * radius * radius * radius / frame_.cell->volume();
    const std::map<std::string, std::size_t> target = numbers_to_remove(radius, pore);
    std::vector<std::size_t> leaving = choose_units(target);
    for (const auto& [element, count] : target)
      if (!is_bonded_kind(element)) take_nearest(element, count, cations_, leaving);

    std::vector<bool> leaves(frame_.size(), false);
    for (const std::size_t i : leaving) leaves[i] = true;
    pore.frame.cell = frame_.cell;
    pore.frame.info = frame_.info;
    pore.frame.species.names = frame_.species.names;
    for (std::size_t i = 0; i < frame_.size(); ++i) {
      if (leaves[i]) {
        ++pore.removed[frame_.species.name(i)];
        continue;
      }
      pore.frame.species.of_atom.push_back(frame_.species.of_atom[i]);
      pore.frame.positions.push_back(frame_.positions[i]);
      if (!frame_.velocities.empty()) pore.frame.velocities.push_back(frame_.velocities[i]);
    }
    return pore;
  }

 private:
  [[nodiscard]] bool is_bonded_kind(const std::string& element) const {
    return options_.longest_bond.contains(element);
  }

  /// Connected clusters of formers and anions; anions alone; cations.
  void find_units() {
    double reach = 0;
    for (const auto& [element, length] : options_.longest_bond) reach = std::max(reach, length);
    const structures::NeighbourList list =
        structures::neighbour_list(frame_.cell, frame_.positions, reach);
    std::vector<std::size_t> parent(frame_.size());
    std::iota(parent.begin(), parent.end(), std::size_t{0});
    const auto root = [&](std::size_t i) {
      while (parent[i] != i) i = parent[i] = parent[parent[i]];
      return i;
    };
    for (std::size_t i = 0; i < frame_.size(); ++i) {
      if (frame_.species.name(i) != options_.former) continue;
      for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
        const auto j = static_cast<std::size_t>(list.index[k]);
        const auto bond = options_.longest_bond.find(frame_.species.name(j));
        if (bond != options_.longest_bond.end() && norm(list.displacement[k]) <= bond->second)
          parent[root(j)] = root(i);
      }
    }
    std::map<std::size_t, Unit> clusters;
    for (std::size_t i = 0; i < frame_.size(); ++i) {
      const std::string& element = frame_.species.name(i);
      if (!is_bonded_kind(element)) {
        cations_.push_back(i);
        continue;
      }
      Unit& unit = clusters[root(i)];
      unit.atoms.push_back(i);
      if (element == options_.former) {
        ++unit.formers;
        unit.distance2 += distance2_[i];
      } else {
        ++unit.anions[element];
      }
    }
    for (auto& [at, unit] : clusters) {
      if (unit.formers == 0) {
        free_anions_.push_back(unit.atoms[0]);
        continue;
      }
      unit.distance2 /= static_cast<double>(unit.formers);
      units_.push_back(std::move(unit));
    }
    std::stable_sort(units_.begin(), units_.end(),
                     [](const Unit& a, const Unit& b) { return a.distance2 < b.distance2; });
  }

  /// Numbers of each element in `units` formula units; nothing if one is not whole.
  [[nodiscard]] std::optional<std::map<std::string, std::size_t>> whole(std::size_t units) const {
    std::map<std::string, std::size_t> numbers;
    const std::size_t formers = counts_.at(options_.former);
    for (const auto& [element, count] : counts_) {
      if (count * units % formers != 0) return std::nullopt;
      numbers[element] = count * units / formers;
    }
    return numbers;
  }

  /// The nearest whole numbers with the charge of `units` formula units: the anions keep their sum.
  [[nodiscard]] std::optional<std::map<std::string, std::size_t>> rounded(std::size_t units) const {
    std::map<std::string, std::size_t> numbers;
    const std::size_t formers = counts_.at(options_.former);
    std::size_t anions = 0;
    std::string most;  // the commonest anion takes what rounding leaves
    for (const auto& [element, count] : counts_) {
      if (element == options_.former || !is_bonded_kind(element)) {
        if (count * units % formers != 0) return std::nullopt;
        numbers[element] = count * units / formers;
        continue;
      }
      anions += count;
      if (most.empty() || count > counts_.at(most)) most = element;
    }
    if (most.empty() || anions * units % formers != 0) return std::nullopt;
    std::size_t left = anions * units / formers;
    for (const auto& [element, count] : counts_) {
      if (element == options_.former || element == most || !is_bonded_kind(element)) continue;
      numbers[element] = (2 * count * units + formers) / (2 * formers);
      left -= numbers[element];
    }
    numbers[most] = left;
    return numbers;
  }

  std::map<std::string, std::size_t> numbers_to_remove(double radius, Pore& pore) const {
    const auto inside = static_cast<double>(std::count_if(
        distance2_.begin(), distance2_.end(), [&](double d2) { return d2 <= radius * radius; }));
    const auto formers = static_cast<double>(counts_.at(options_.former));
    const double wanted = inside * formers / static_cast<double>(frame_.size());
    const auto near = static_cast<std::size_t>(std::llround(wanted));
    if (near == 0)
      throw InputError(
          fmt::format("a sphere of {:g} A holds {:.0f} atoms, less than half a formula unit",
                      options_.diameter, inside));
    pore.formula_units = near;
    if (const auto numbers = whole(near)) return *numbers;
    std::vector<std::size_t> possible;
    for (std::size_t k = 1; k < counts_.at(options_.former); ++k)
      if (whole(k)) possible.push_back(k);
    const auto distance = [&](std::size_t k) { return std::abs(static_cast<double>(k) - wanted); };
    std::sort(possible.begin(), possible.end(),
              [&](std::size_t a, std::size_t b) { return distance(a) < distance(b); });
    if (options_.round) {
      const auto numbers = rounded(near);
      if (!numbers)
        throw InputError(
            fmt::format("{} formula units hold no whole number of cations: their share of the cell "
                        "is no simple "
                        "fraction",
                        near));
      for (const auto& [element, count] : *numbers)
        pore.x_shift =
            std::max(pore.x_shift, std::abs((static_cast<double>(counts_.at(element) - count)) /
                                                (formers - static_cast<double>(near)) -
                                            static_cast<double>(counts_.at(element)) / formers));
      return *numbers;
    }
    throw InputError(fmt::format(
        "{} formula units lie in the sphere, but the composition allows {}; --round changes the "
        "composition a little",
        near, possible.empty() ? "no part of the cell to leave" : allowed(possible)));
  }

  [[nodiscard]] std::string allowed(const std::vector<std::size_t>& possible) const {
    const double share =
        static_cast<double>(possible[0]) / static_cast<double>(counts_.at(options_.former));
    const double diameter =
        2 * std::cbrt(3 * share * frame_.cell->volume() / (4 * std::numbers::pi));
    return fmt::format("{} at the nearest (a diameter of {:.1f} A)", possible[0], diameter);
  }

  /// The units and free anions that together hold the target and lie nearest to the centre: the
  /// least sum of squared distances over all choices (dynamic programming over the nearest units).
  std::vector<std::size_t> choose_units(const std::map<std::string, std::size_t>& target) const {
    std::vector<std::string> anions;
    for (const auto& [element, count] : target)
      if (element != options_.former && is_bonded_kind(element)) anions.push_back(element);
    // Digits of a state: formers, then each anion.
    std::vector<std::size_t> limit{target.at(options_.former)};
    for (const std::string& anion : anions) limit.push_back(target.at(anion));
    std::size_t states = 1;
    for (const std::size_t l : limit) states *= l + 1;
    const std::size_t candidates = std::min(units_.size(), 4 * limit[0] + 24);

    constexpr float unreachable = std::numeric_limits<float>::infinity();
    std::vector<float> cost(states, unreachable);
    cost[0] = 0;
    std::vector<std::vector<bool>> taken(candidates, std::vector<bool>(states, false));
    std::vector<std::size_t> shifts(candidates, 0);
    for (std::size_t u = 0; u < candidates; ++u) {
      std::vector<std::size_t> digit{units_[u].formers};
      for (const std::string& anion : anions) {
        const auto found = units_[u].anions.find(anion);
        digit.push_back(found == units_[u].anions.end() ? 0 : found->second);
      }
      bool fits = true;
      std::size_t shift = 0;
      for (std::size_t k = 0; k < digit.size(); ++k) {
        fits = fits && digit[k] <= limit[k];
        shift = shift * (limit[k] + 1) + digit[k];
      }
      if (!fits) continue;
      shifts[u] = shift;
      const auto weight = static_cast<float>(units_[u].distance2);
      for (std::size_t s = states; s-- > shift;) {
        if (cost[s - shift] == unreachable || overflows(s - shift, digit, limit)) continue;
        if (const float now = cost[s - shift] + weight; now < cost[s]) {
          cost[s] = now;
          taken[u][s] = true;
        }
      }
    }

    const auto [state, rest] = best_state(cost, limit, anions);
    std::vector<std::size_t> leaving;
    std::size_t s = state;
    for (std::size_t u = candidates; u-- > 0;) {
      if (!taken[u][s]) continue;
      leaving.insert(leaving.end(), units_[u].atoms.begin(), units_[u].atoms.end());
      s -= shifts[u];
    }
    for (std::size_t k = 0; k < anions.size(); ++k)
      take_nearest(anions[k], rest[k], free_anions_, leaving);
    return leaving;
  }

  static bool overflows(std::size_t state, const std::vector<std::size_t>& add,
                        const std::vector<std::size_t>& limit) {
    for (std::size_t k = limit.size(); k-- > 0;) {
      if (state % (limit[k] + 1) + add[k] > limit[k]) return true;
      state /= limit[k] + 1;
    }
    return false;
  }

  /// Among the states with all formers: the cheapest with the free anions that it leaves to take.
  [[nodiscard]] std::pair<std::size_t, std::vector<std::size_t>> best_state(
      const std::vector<float>& cost, const std::vector<std::size_t>& limit,
      const std::vector<std::string>& anions) const {
    std::vector<std::vector<double>> free_cost;  // of the n nearest free anions of each kind
    for (const std::string& anion : anions) {
      std::vector<double> d2;
      for (const std::size_t i : free_anions_)
        if (frame_.species.name(i) == anion) d2.push_back(distance2_[i]);
      std::sort(d2.begin(), d2.end());
      std::vector<double> sums{0};
      for (const double d : d2) sums.push_back(sums.back() + d);
      free_cost.push_back(std::move(sums));
    }
    double best = std::numeric_limits<double>::infinity();
    std::pair<std::size_t, std::vector<std::size_t>> result;
    const std::size_t per_former = cost.size() / (limit[0] + 1);
    for (std::size_t s = limit[0] * per_former; s < cost.size(); ++s) {
      if (!std::isfinite(cost[s])) continue;
      std::vector<std::size_t> rest(anions.size(), 0);
      std::size_t state = s;
      double total = cost[s];
      for (std::size_t k = anions.size(); k-- > 0 && std::isfinite(total);) {
        rest[k] = limit[k + 1] - state % (limit[k + 1] + 1);
        state /= limit[k + 1] + 1;
        total = rest[k] < free_cost[k].size() ? total + free_cost[k][rest[k]]
                                              : std::numeric_limits<double>::infinity();
      }
      if (total < best) {
        best = total;
        result = {s, rest};
      }
    }
    if (!std::isfinite(best))
      throw InputError(
          "no whole units near the centre hold the composition's numbers of anions: move the "
          "centre "
          "or change the diameter");
    return result;
  }

  void take_nearest(const std::string& element, std::size_t count,
                    const std::vector<std::size_t>& from, std::vector<std::size_t>& leaving) const {
    std::vector<std::size_t> of_kind;
    for (const std::size_t i : from)
      if (frame_.species.name(i) == element) of_kind.push_back(i);
    if (of_kind.size() < count)
      throw InputError(
          fmt::format("{} {} must leave, but there are {}", count, element, of_kind.size()));
    std::stable_sort(of_kind.begin(), of_kind.end(),
                     [&](std::size_t a, std::size_t b) { return distance2_[a] < distance2_[b]; });
    leaving.insert(leaving.end(), of_kind.begin(),
                   of_kind.begin() + static_cast<std::ptrdiff_t>(count));
  }

  const Frame& frame_;
  const PoreOptions& options_;
  std::vector<double> distance2_;  // (atoms) A^2 from the centre
  std::map<std::string, std::size_t> counts_;
  std::vector<Unit> units_;  // with a former, nearest first
  std::vector<std::size_t> free_anions_;
  std::vector<std::size_t> cations_;
};

}  // namespace

Pore carve_pore(const Frame& frame, const PoreOptions& options) {
  return Carver(frame, options).carve();
}

}  // namespace vitrion::glass
