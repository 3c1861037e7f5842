// Hops against the anions around an ion: a check by something other than the path.
#include <algorithm>
#include <cmath>
#include <functional>

#include "analysis/hops.hpp"
#include "analysis/ionic_radii.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t most_compared = 1000;
// An anion farther than a bond and this from the ion at one instant is not bonded over a window.
constexpr double farthest_excursion = 2.5;  // A

class Neighbourhood {
 public:
  Neighbourhood(const Trajectory& run, const HopRun& hops)
      : run_(run), to_fractional_(inverse(run.reference_cell)) {
    const std::string& cation = run.species.name(hops.ions.front());
    for (const std::string& name : anions_of(run.species))
      for (const std::size_t atom : run.atoms_of(name)) {
        anions_.push_back(atom);
        bond_.push_back(longest_ionic_bond(cation, name));
      }
    if (anions_.empty()) throw InputError("the trajectory has no anion to be bonded to");
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
};

}  // namespace

BondChanges bond_changes(const Trajectory& run, const HopRun& hops) {
  BondChanges result;
  const Neighbourhood around(run, hops);
  const std::size_t w = hops.scale.window;
  const auto exchanged = [&](std::size_t ion, std::size_t begin, std::size_t t, std::size_t end) {
    std::vector<std::size_t> difference;
    const auto before = around.bonded(ion, begin, t);
    const auto after = around.bonded(ion, t, end);
    std::set_symmetric_difference(before.begin(), before.end(), after.begin(), after.end(),
                                  std::back_inserter(difference));
    return difference.size();
  };
  const std::size_t stride = hops.hops.size() / most_compared + 1;
  for (std::size_t k = 0; k < hops.hops.size(); k += stride) {
    const Hop& hop = hops.hops[k];
    const bool first = k == 0 || hops.hops[k - 1].ion != hop.ion;
    const bool last = k + 1 == hops.hops.size() || hops.hops[k + 1].ion != hop.ion;
    const std::size_t before = first ? 0 : hops.hops[k - 1].frame;
    const std::size_t after = last ? hops.frames : hops.hops[k + 1].frame;
    ++result.hops;
    const std::size_t n = exchanged(hop.ion, std::max(before, hop.frame - std::min(hop.frame, w)),
                                    hop.frame, std::min(after, hop.frame + w));
    result.anions_exchanged += n;
    if (n > 0) ++result.changed;
    // The middle of the stay that follows.
    const std::size_t middle = (hop.frame + after) / 2;
    if (after < hop.frame + 4) continue;
    ++result.others;
    if (exchanged(hop.ion, std::max(hop.frame, middle - std::min(middle, w)), middle,
                  std::min(after, middle + w)) > 0)
      ++result.others_changed;
  }
  return result;
}

}  // namespace vitrion::analysis
