// Crystals whose distances are known, as supercells.
#pragma once

#include <string>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::analysis {

struct Site {
  std::string name;
  Vec3 s;
};

/// n x n x n copies of the cell.
inline structures::Frame crystal(const Mat3& rows, const std::vector<Site>& sites, int n) {
  structures::Frame frame;
  frame.cell = structures::Cell(static_cast<double>(n) * rows);
  for (int u = 0; u < n; ++u)
    for (int v = 0; v < n; ++v)
      for (int w = 0; w < n; ++w)
        for (const Site& site : sites) {
          int index = frame.species.find(site.name);
          if (index < 0) {
            index = static_cast<int>(frame.species.names.size());
            frame.species.names.push_back(site.name);
          }
          frame.species.of_atom.push_back(index);
          frame.positions.push_back((site.s + Vec3{double(u), double(v), double(w)}) * rows);
        }
  return frame;
}

/// Tetragonal Na3PS4, P-42_1c: the Rietveld coordinates of table 3 of 10.1038/srep33733.
inline std::vector<Site> tetragonal_na3ps4() {
  const double z = 0.426;
  std::vector<Site> sites = {{"Na", {0, 0.5, z}},       {"Na", {0.5, 0, -z}},
                             {"Na", {0.5, 0, 0.5 - z}}, {"Na", {0, 0.5, 0.5 + z}},
                             {"Na", {0, 0, 0}},         {"Na", {0.5, 0.5, 0.5}},
                             {"P", {0, 0, 0.5}},        {"P", {0.5, 0.5, 0}}};
  const double x = 0.315;
  const double y = 0.345;
  const double s = 0.167;
  for (const Vec3& at : {Vec3{x, y, s}, Vec3{-x, -y, s}, Vec3{y, -x, -s}, Vec3{-y, x, -s},
                         Vec3{0.5 - x, 0.5 + y, 0.5 - s}, Vec3{0.5 + x, 0.5 - y, 0.5 - s},
                         Vec3{0.5 - y, 0.5 - x, 0.5 + s}, Vec3{0.5 + y, 0.5 + x, 0.5 + s}})
    sites.push_back({"S", at});
  return sites;
}

}  // namespace vitrion::analysis
