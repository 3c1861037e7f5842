// Hops against the anions around an ion: a check by something other than the path.
#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/hops.hpp"
#include "analysis/ionic_radii.hpp"
#include "analysis/units.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t most_compared = 1000;
// An anion farther than a bond and this from the ion at one instant is not bonded over a window.
constexpr double farthest_excursion = 2.5;  // A

class Neighbourhood {
 public:
  Neighbourhood(const Trajectory& run, const HopRun& hops, const std::string& former)
      : run_(run), to_fractional_(inverse(run.reference_cell)) {
    const std::string& cation = run.species.name(hops.ions.front());
    for (const std::string& name : anions_of(run.species))
      for (const std::size_t atom : run.atoms_of(name)) {
        anions_.push_back(atom);
        bond_.push_back(longest_ionic_bond(cation, name));
      }
    for (std::size_t i = 0; i < run.atoms(); ++i)
      if (run.species.name(i) == former) formers_.push_back(i);
    if (anions_.empty()) throw InputError("the trajectory has no anion to be bonded to");
  }

  /// The units of some anions in a frame, each once: atoms, the former of a unit or the anion that
  /// has none.
  [[nodiscard]] std::vector<std::size_t> units(const std::vector<std::size_t>& anions,
                                               std::size_t frame) const {
    std::vector<std::size_t> result;
    for (const std::size_t anion : anions) {
      std::size_t unit = anion;
      double least = std::numeric_limits<double>::max();
      for (const std::size_t former : formers_) {
        const double d2 = distance2(former, anion, frame);
        if (d2 >= least) continue;
        const double bond = longest_bond(run_.species.name(former), run_.species.name(anion), {});
        if (d2 > bond * bond) continue;
        least = d2;
        unit = former;
      }
      result.push_back(unit);
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  /// The anions that hold the ion in over half of the frames [begin, end).
  [[nodiscard]] std::vector<std::size_t> bonded(std::size_t ion, std::size_t begin,
                                                std::size_t end) const {
    std::vector<std::size_t> result;
    const std::size_t middle = (begin + end) / 2;
    for (std::size_t k = 0; k < anions_.size(); ++k) {
      const double far = bond_[k] + farthest_excursion;
      if (distance2(ion, anions_[k], middle) > far * far) continue;
      std::size_t near = 0;
      for (std::size_t f = begin; f < end; ++f)
        if (distance2(ion, anions_[k], f) <= bond_[k] * bond_[k]) ++near;
      if (2 * near > end - begin) result.push_back(anions_[k]);
    }
    return result;
  }

 private:
  [[nodiscard]] double distance2(std::size_t a, std::size_t b, std::size_t f) const {
    Vec3 d;
    for (std::size_t x = 0; x < 3; ++x) d[x] = run_.path(b, x)[f] - run_.path(a, x)[f];
    Vec3 s = d * to_fractional_;
    for (double& x : s) x -= std::round(x);
    return norm2(s * run_.reference_cell);
  }

  const Trajectory& run_;
  Mat3 to_fractional_;
  std::vector<std::size_t> anions_;
  std::vector<double> bond_;  // A
  std::vector<std::size_t> formers_;
};

}  // namespace

BondChanges bond_changes(const Trajectory& run, const HopRun& hops, const std::string& former) {
  BondChanges result;
  const Neighbourhood around(run, hops, former);
  const std::size_t w = hops.scale.window;
  struct Exchange {
    std::size_t anions = 0;
    bool units = false;
  };
  const auto exchanged = [&](std::size_t ion, std::size_t begin, std::size_t t, std::size_t end) {
    std::vector<std::size_t> difference;
    const auto before = around.bonded(ion, begin, t);
    const auto after = around.bonded(ion, t, end);
    std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                  std::back_inserter(difference));
    return Exchange{difference.size(),
                    !difference.empty() && around.units(before, t) != around.units(after, t)};
  };
  const std::size_t stride = hops.hops.size() / most_compared + 1;
  for (std::size_t k = 0; k < hops.hops.size(); k += stride) {
    const Hop& hop = hops.hops[k];
    const bool first = k == 0 || hops.hops[k - 1].ion != hop.ion;
    const bool last = k + 1 == hops.hops.size() || hops.hops[k + 1].ion != hop.ion;
    const std::size_t before = first ? 0 : hops.hops[k - 1].frame;
    const std::size_t after = last ? hops.frames : hops.hops[k + 1].frame;
    ++result.hops;
    const Exchange at_hop = exchanged(hop.ion, std::max(before, hop.frame - std::min(hop.frame, w)),
                                      hop.frame, std::min(after, hop.frame + w));
    result.anions_exchanged += at_hop.anions;
    if (at_hop.anions > 0) ++result.changed;
    if (at_hop.units) ++result.units_changed;
    // The middle of the stay that follows.
    const std::size_t middle = (hop.frame + after) / 2;
    if (after < hop.frame + 4) continue;
    ++result.others;
    if (exchanged(hop.ion, std::max(hop.frame, middle - std::min(middle, w)), middle,
                  std::min(after, middle + w))
            .anions > 0)
      ++result.others_changed;
  }
  return result;
}

}  // namespace vitrion::analysis
