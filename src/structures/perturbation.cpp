#include "structures/perturbation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::structures {

namespace {

Mat3 symmetric_strain(double largest, RandomStream& random) {
  Mat3 e{};
  for (std::size_t a = 0; a < 3; ++a) e[a][a] = random.uniform(-largest, largest);
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = a + 1; b < 3; ++b)
      e[a][b] = e[b][a] = 0.5 * random.uniform(-largest, largest);
  return e;
}

/// Uniform in a ball of radius 1: points of the cube outside it are drawn again, so that no
/// direction is preferred.
Vec3 in_ball(RandomStream& random) {
  while (true) {
    const Vec3 v{random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 1)};
    if (norm2(v) <= 1) return v;
  }
}

}  // namespace

void PerturbOptions::validate() const {
  if (!(strain >= 0 && strain < 0.5))
    throw InputError(fmt::format("perturb.cell = {} must be 0 to 0.5", strain));
  if (!(atoms >= 0 && atoms < 2))
    throw InputError(fmt::format("perturb.atoms = {} A must be 0 to 2 A", atoms));
  if (!(min_distance >= 0 && min_distance <= 1))
    throw InputError(fmt::format("perturb.min_distance = {} must be 0 to 1", min_distance));
}

double shortest_distance(const Frame& frame) {
  // Grows until there is a pair: crystals have one within a few A.
  for (double reach = 3; reach < 30; reach *= 1.5) {
    const NeighbourList list = neighbour_list(frame.cell, frame.positions, reach);
    double shortest = std::numeric_limits<double>::infinity();
    for (const Vec3& d : list.displacement) shortest = std::min(shortest, norm(d));
    if (std::isfinite(shortest)) return shortest;
  }
  return std::numeric_limits<double>::infinity();
}

Frame perturbed(const Frame& frame, const PerturbOptions& options, RandomStream& random) {
  options.validate();
  if (!frame.cell) throw InputError("a frame without a cell cannot be strained");
  const double least = options.min_distance * shortest_distance(frame);
  for (int draw = 0; draw < 100; ++draw) {
    Frame copy = frame;
    copy.labels = {};
    copy.velocities.clear();
    const Mat3 e = symmetric_strain(options.strain, random);
    copy.cell = frame.cell->deformed(e);
    for (std::size_t i = 0; i < frame.size(); ++i)
      copy.positions[i] = copy.cell->cartesian(frame.cell->fractional(frame.positions[i])) +
                          options.atoms * in_ball(random);
    if (shortest_distance(copy) < least) continue;
    copy.info["strain"] = fmt::format("{:.5f} {:.5f} {:.5f} {:.5f} {:.5f} {:.5f}", e[0][0], e[1][1],
                                      e[2][2], e[1][2], e[0][2], e[0][1]);
    return copy;
  }
  throw InputError(
      fmt::format("a hundred perturbations left atoms nearer than {:.2f} A: "
                  "perturb.atoms = {} A or perturb.cell = {} is too large",
                  least, options.atoms, options.strain));
}

Frame substituted(const Frame& frame, const std::string& centre, const std::string& from,
                  const std::string& to, std::size_t per_centre, double bond, double reach,
                  RandomStream& random) {
  Frame result = frame;
  result.labels = {};
  result.velocities.clear();
  int target = result.species.find(to);
  if (target < 0) {
    target = static_cast<int>(result.species.names.size());
    result.species.names.push_back(to);
  }
  const NeighbourList list = neighbour_list(frame.cell, frame.positions, reach);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (frame.species.name(i) != centre) continue;
    std::vector<std::size_t> bound;  // entries of the list
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k)
      if (frame.species.name(static_cast<std::size_t>(list.index[k])) == from) bound.push_back(k);
    if (bound.size() < per_centre)
      throw InputError(fmt::format("{} atom {} has {} {} within {} A, {} are to become {}", centre,
                                   i, bound.size(), from, reach, per_centre, to));
    random.shuffle(bound);
    for (std::size_t n = 0; n < per_centre; ++n) {
      const auto j = static_cast<std::size_t>(list.index[bound[n]]);
      const Vec3& old = list.displacement[bound[n]];
      result.species.of_atom[j] = target;
      result.positions[j] = frame.positions[j] + (bond / norm(old) - 1) * old;
    }
  }
  return result;
}

}  // namespace vitrion::structures
