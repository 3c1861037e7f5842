// Small labelled frames for the tests of training: random atoms in a box with arbitrary smooth
// labels.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "train/dataset.hpp"

namespace vitrion::train {

/// `types` names the species of each atom by index into `names`; atoms keep at least 1.4 A apart.
inline structures::Frame random_frame(std::uint64_t seed, const std::vector<std::string>& names,
                                      const std::vector<int>& types, double side = 7.0) {
  RandomStream random(seed, "small-data");
  structures::Frame frame;
  frame.cell.emplace(Mat3{{{side, 0, 0}, {0.4, side, 0}, {0, -0.3, side}}});
  frame.species = {names, types};
  while (frame.positions.size() < types.size()) {
    const Vec3 r = frame.cell->cartesian({{random.uniform(), random.uniform(), random.uniform()}});
    bool free = true;
    for (const Vec3& other : frame.positions)
      free = free && norm(frame.cell->minimum_image(r - other)) > 1.4;
    if (free) frame.positions.push_back(r);
  }
  double energy = 0;
  Mat3 virial{};
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Vec3& r = frame.positions[i];
    energy += -3.0 - types[i] + 0.1 * std::sin(r[0]);
    frame.labels.forces.push_back(
        {0.3 * std::cos(r[0]), 0.2 * std::sin(r[1]), 0.1 * std::cos(r[2])});
    virial[0][0] += 0.05 * std::cos(r[1]);
    virial[1][2] += 0.03 * std::sin(r[2]);
  }
  frame.labels.energy = energy;
  frame.labels.virial = virial;
  return frame;
}

}  // namespace vitrion::train
