#include "app/snapshot.hpp"

#include <map>
#include <vector>

#include "analysis/units.hpp"
#include "base/error.hpp"

namespace vitrion::app {

report::Snapshot snapshot_of(const structures::Frame& frame, const std::string& title) {
  if (!frame.cell) throw InputError("a snapshot without a cell cannot be drawn");
  report::Snapshot s;
  s.title = title;
  s.cell = frame.cell->rows();
  std::vector<bool> drawn(frame.size(), false);
  std::map<std::size_t, std::vector<std::size_t>> partners;
  for (const auto& [i, j] : analysis::bonds(frame)) {
    partners[i].push_back(j);
    partners[j].push_back(i);
  }
  const auto add = [&](std::size_t i, const Vec3& at) {
    drawn[i] = true;
    s.atoms.push_back({frame.species.name(i), at});
    return s.atoms.size() - 1;
  };

  // Each P draws its own anions; an anion between two P on different sides of the cell is drawn at
  // both.
  for (std::size_t i = 0; i < frame.size(); ++i) {
    if (frame.species.name(i) != "P") continue;
    const Vec3 centre = frame.cell->wrapped(frame.positions[i]);
    const std::size_t p = add(i, centre);
    std::vector<Vec3> corners;
    int oxygen = 0;
    for (const std::size_t j : partners[i]) {
      const Vec3 at = centre + frame.cell->minimum_image(frame.positions[j] - frame.positions[i]);
      if (frame.species.name(j) == "P") continue;  // drawn on its own; the bond may cross the cell
      s.bonds.push_back({p, add(j, at)});
      corners.push_back(at);
      oxygen += frame.species.name(j) == "O" ? 1 : 0;
    }
    if (corners.size() == 4) {
      report::Snapshot::Tetrahedron t;
      std::copy(corners.begin(), corners.end(), t.corners);
      t.oxygen = oxygen;
      s.tetrahedra.push_back(t);
    }
  }
  for (std::size_t i = 0; i < frame.size(); ++i)
    if (!drawn[i]) add(i, frame.cell->wrapped(frame.positions[i]));
  return s;
}

}  // namespace vitrion::app
