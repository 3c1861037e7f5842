#include "analysis/gate_finder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "analysis/ionic_radii.hpp"
#include "analysis/units.hpp"
#include "analysis/windows.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {

namespace {

constexpr double averaged = 5;  // ps, over which the anions of a gate are placed
constexpr double left = 0.25;   // share of the way after which an ion has left
constexpr double arrived = 0.75;

/// Share of the piece a -> b at which it goes through the triangle (Moeller and Trumbore), if any.
std::optional<double> crossing(const Vec3& a, const Vec3& b, const Vec3& p, const Vec3& q,
                               const Vec3& r) {
  const Vec3 way = b - a;
  const Vec3 u = q - p;
  const Vec3 v = r - p;
  const Vec3 h = cross(way, v);
  const double d = dot(u, h);
  if (std::abs(d) < 1e-12) return std::nullopt;
  const Vec3 s = a - p;
  const double x = dot(s, h) / d;
  const Vec3 k = cross(s, u);
  const double y = dot(way, k) / d;
  const double t = dot(v, k) / d;
  if (x < 0 || y < 0 || x + y > 1 || t < 0 || t > 1) return std::nullopt;
  return t;
}

}  // namespace

GateFinder::GateFinder(const Trajectory& run, const DoorwayOptions& options)
    : run_(run), to_fractional_(inverse(run.reference_cell)), longest_(options.longest) {
  options.validate();
  const structures::Cell cell(run.reference_cell);
  const Vec3 heights = cell.heights();
  if (const double narrowest = std::min({heights[0], heights[1], heights[2]});
      narrowest < 2 * longest_)
    throw InputError(
        fmt::format("the cell is {:.4g} A high, but windows of up to {:g} A between "
                    "anions need twice that",
                    narrowest, longest_));
  const double dt = run.time_step();
  smoothing_ = static_cast<std::size_t>(options.smooth / (2 * dt));
  averaging_ = static_cast<std::size_t>(
      std::min(averaged, dt * static_cast<double>(run.frames()) / 20) / (2 * dt));
  const std::vector<std::string> names =
      options.anions.empty() ? anions_of(run.species) : options.anions;
  radius_.assign(run.atoms(), 0.0);
  for (const std::string& name : names) {
    const std::optional<double> radius = ionic_radius(name);
    if (!radius) throw InputError(fmt::format("no ionic radius is known of {}", name));
    for (const std::size_t atom : run.atoms_of(name)) {
      anions_.push_back(atom);
      radius_[atom] = *radius;
    }
  }
  if (anions_.size() < 3)
    throw InputError(fmt::format("{} anions make no doorway: three are needed", anions_.size()));
  std::sort(anions_.begin(), anions_.end());
  for (const std::string& name : options.formers)
    if (run.species.find(name) >= 0)
      for (std::size_t i = 0; i < run.atoms(); ++i)
        if (run.species.name(i) == name) formers_.push_back(i);
  const double reference = cell.volume();
  for (const double v : run.volumes) scale_.push_back(std::cbrt(v / reference));
}

Vec3 GateFinder::position(std::size_t atom, std::size_t frame) const {
  return {run_.path(atom, 0)[frame], run_.path(atom, 1)[frame], run_.path(atom, 2)[frame]};
}

// Exact for distances under half of the cell's least height, which is all that is used here.
Vec3 GateFinder::nearest_image(const Vec3& d) const {
  Vec3 s = d * to_fractional_;
  for (double& x : s) x -= std::round(x);
  return s * run_.reference_cell;
}

Vec3 GateFinder::separation(std::size_t a, std::size_t b, std::size_t frame) const {
  return nearest_image(position(b, frame) - position(a, frame));
}

double GateFinder::radius_of(std::size_t anion) const {
  return radius_[anion];
}

std::vector<GateFinder::Near> GateFinder::anions_near(const Vec3& point, std::size_t frame) const {
  std::vector<Near> found;
  const std::size_t begin = frame - std::min(frame, averaging_);
  const std::size_t end = std::min(run_.frames(), frame + averaging_ + 1);
  for (const std::size_t anion : anions_) {
    const Vec3 now = position(anion, frame);
    const Vec3 d = nearest_image(now - point);
    if (norm2(d) > longest_ * longest_) continue;
    Vec3 mean{};
    for (std::size_t f = begin; f < end; ++f) mean += position(anion, f);
    mean = (1 / static_cast<double>(end - begin)) * mean;
    found.push_back({anion, d + (mean - now), d - (now - point)});
  }
  return found;
}

Gate GateFinder::make_gate(std::array<Near, 3> corners) const {
  std::sort(corners.begin(), corners.end(),
            [](const Near& x, const Near& y) { return x.anion < y.anion; });
  Gate gate;
  for (std::size_t k = 0; k < 3; ++k) {
    gate.anions[k] = corners[k].anion;
    gate.shift[k] = corners[k].shift;
  }
  return gate;
}

std::optional<GateFinder::Pierced> GateFinder::narrowest(const std::vector<Near>& anions,
                                                         const std::vector<Vec3>& line) const {
  std::optional<Pierced> best;
  std::array<std::size_t, 3> corners{};
  const std::size_t n = anions.size();
  const auto apart = [&](std::size_t a, std::size_t b) {
    return norm2(anions[a].at - anions[b].at) > longest_ * longest_;
  };
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = i + 1; j < n; ++j) {
      if (apart(i, j)) continue;
      for (std::size_t k = j + 1; k < n; ++k) {
        if (apart(i, k) || apart(j, k)) continue;
        const std::optional<GateShape> shape = gate_shape(
            {anions[i].at, anions[j].at, anions[k].at},
            {radius_of(anions[i].anion), radius_of(anions[j].anion), radius_of(anions[k].anion)});
        if (!shape || !shape->closed || (best && shape->radius >= best->radius)) continue;
        for (std::size_t p = 0; p + 1 < line.size(); ++p)
          if (const std::optional<double> t =
                  crossing(line[p], line[p + 1], anions[i].at, anions[j].at, anions[k].at)) {
            best = Pierced{{}, shape->radius, p, *t};
            corners = {i, j, k};
            break;
          }
      }
    }
  if (best) best->gate = make_gate({anions[corners[0]], anions[corners[1]], anions[corners[2]]});
  return best;
}

double GateFinder::clearance(const std::vector<Near>& anions, std::size_t begin, std::size_t end,
                             const std::function<Vec3(std::size_t)>& place) const {
  double least = std::numeric_limits<double>::max();
  for (std::size_t t = begin; t < std::max(end, begin + 1) && t + 1 < run_.frames(); ++t) {
    const Vec3 a = place(t);
    const Vec3 way = place(t + 1) - a;
    const double length2 = norm2(way);
    for (const Near& near : anions) {
      const Vec3 anion =
          0.5 * (position(near.anion, t) + position(near.anion, t + 1)) + near.shift - a;
      const double along = length2 > 0 ? std::clamp(dot(anion, way) / length2, 0.0, 1.0) : 0;
      least = std::min(least, scale_[t] * norm(anion - along * way) - radius_of(near.anion));
    }
  }
  return least;
}

std::optional<HopGate> GateFinder::gate_of(const Hop& hop, const PathSums& path,
                                           Stretch stretch) const {
  const Vec3 way = hop.to - hop.from;
  const auto place = [&](std::size_t t) {
    return path.smoothed(t, smoothing_, stretch.begin, stretch.end);
  };
  const auto share = [&](std::size_t t) { return dot(place(t) - hop.from, way) / norm2(way); };
  // The crossing of the middle that is nearest to the instant of the largest p_hop.
  std::size_t middle = hop.frame;
  for (std::size_t off = 0; off < stretch.end - stretch.begin; ++off) {
    const auto crosses = [&](std::size_t t) {
      return t > stretch.begin && t < stretch.end && share(t - 1) < 0.5 && share(t) >= 0.5;
    };
    if (crosses(hop.frame + off)) {
      middle = hop.frame + off;
      break;
    }
    if (off <= hop.frame && crosses(hop.frame - off)) {
      middle = hop.frame - off;
      break;
    }
  }
  HopGate result;
  result.leaves = middle > stretch.begin ? middle - 1 : middle;
  while (result.leaves > stretch.begin && share(result.leaves) > left) --result.leaves;
  result.arrives = middle;
  while (result.arrives + 1 < stretch.end && share(result.arrives) < arrived) ++result.arrives;

  const Vec3 point = 0.5 * (hop.from + hop.to);
  const std::vector<Near> anions = anions_near(point, middle);
  if (anions.size() < 3) return std::nullopt;
  std::vector<Vec3> line = {hop.from - point};
  for (std::size_t t = result.leaves; t <= result.arrives; ++t) line.push_back(place(t) - point);
  line.push_back(hop.to - point);
  if (std::optional<Pierced> pierced = narrowest(anions, line)) {
    result.gate = std::move(pierced->gate);
    const std::size_t piece = pierced->piece + (pierced->along >= 0.5 ? 1 : 0);
    result.frame = std::clamp(result.leaves + piece - std::min<std::size_t>(piece, 1),
                              result.leaves, result.arrives);
  } else {
    std::vector<Near> nearest = anions;
    const Vec3 half_way = place(middle) - point;
    std::partial_sort(nearest.begin(), nearest.begin() + 3, nearest.end(),
                      [&](const Near& x, const Near& y) {
                        return norm(x.at - half_way) - radius_of(x.anion) <
                               norm(y.at - half_way) - radius_of(y.anion);
                      });
    result.gate = make_gate({nearest[0], nearest[1], nearest[2]});
    result.frame = middle;
    result.pierced = false;
  }
  describe(result.gate, result.frame);
  const std::optional<GateShape> now = shape(result.gate, result.frame);
  if (!now) return std::nullopt;
  result.shape = *now;
  result.clearance = clearance(anions, result.leaves, result.arrives, place);
  return result;
}

std::optional<Gate> GateFinder::gate_of(const Excursion& excursion, double usual_length) const {
  const Vec3 way = excursion.far - excursion.from;
  const Vec3 half = (std::max(usual_length, norm(way)) / (2 * norm(way))) * way;
  std::optional<Pierced> pierced =
      narrowest(anions_near(excursion.from + half, excursion.frame), {-half, half});
  if (!pierced) return std::nullopt;
  describe(pierced->gate, excursion.frame);
  return pierced->gate;
}

std::optional<GateShape> GateFinder::shape(const Gate& gate, std::size_t frame) const {
  std::array<Vec3, 3> corners;
  std::array<double, 3> radii{};
  for (std::size_t k = 0; k < 3; ++k) {
    corners[k] = scale_[frame] * (position(gate.anions[k], frame) + gate.shift[k]);
    radii[k] = radius_of(gate.anions[k]);
  }
  return gate_shape(corners, radii);
}

Vec3 GateFinder::middle(const Gate& gate, std::size_t frame) const {
  Vec3 sum{};
  for (std::size_t k = 0; k < 3; ++k) sum += position(gate.anions[k], frame) + gate.shift[k];
  return (1.0 / 3) * sum;
}

std::optional<std::size_t> GateFinder::former_of(std::size_t anion, std::size_t frame) const {
  std::optional<std::size_t> nearest;
  double least = 0;
  for (const std::size_t former : formers_) {
    const double d2 = norm2(separation(former, anion, frame));
    if (nearest && d2 >= least) continue;
    const double bond = longest_bond(run_.species.name(former), run_.species.name(anion), {});
    if (d2 > bond * bond) continue;
    nearest = former;
    least = d2;
  }
  return nearest;
}

std::vector<std::size_t> GateFinder::formers_of(const Gate& gate, std::size_t frame) const {
  std::vector<std::size_t> result;
  for (const std::size_t anion : gate.anions)
    if (const std::optional<std::size_t> former = former_of(anion, frame))
      if (std::find(result.begin(), result.end(), *former) == result.end())
        result.push_back(*former);
  return result;
}

/// Names a gate by its anions and counts the units that they belong to.
void GateFinder::describe(Gate& gate,
                          const std::array<std::optional<std::size_t>, 3>& formers) const {
  std::array<int, 3> kinds{};
  gate.units = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    kinds[k] = run_.species.of_atom[gate.anions[k]];
    const auto before = formers.begin() + static_cast<std::ptrdiff_t>(k);
    if (!formers[k] || std::find(formers.begin(), before, formers[k]) == before) ++gate.units;
  }
  std::sort(kinds.begin(), kinds.end());
  gate.kind.clear();
  for (const int kind : kinds) gate.kind += run_.species.names[static_cast<std::size_t>(kind)];
}

void GateFinder::describe(Gate& gate, std::size_t frame) const {
  std::array<std::optional<std::size_t>, 3> formers;
  for (std::size_t k = 0; k < 3; ++k) formers[k] = former_of(gate.anions[k], frame);
  describe(gate, formers);
}

std::vector<GateFinder::StaticWindow> GateFinder::windows(std::size_t frame) const {
  std::vector<Vec3> positions;
  std::vector<double> radii;
  std::vector<std::optional<std::size_t>> formers;
  for (const std::size_t anion : anions_) {
    positions.push_back(scale_[frame] * position(anion, frame));
    radii.push_back(radius_of(anion));
    formers.push_back(former_of(anion, frame));
  }
  std::vector<StaticWindow> result;
  for (const Window& w : find_windows(structures::Cell(scale_[frame] * run_.reference_cell),
                                      positions, radii, longest_)) {
    StaticWindow& window = result.emplace_back();
    window.shape = w.shape;
    std::array<std::optional<std::size_t>, 3> of_corners;
    for (std::size_t k = 0; k < 3; ++k) {
      window.gate.anions[k] = anions_[w.anions[k]];
      window.gate.shift[k] = (1 / scale_[frame]) * (w.corners[k] - positions[w.anions[k]]);
      of_corners[k] = formers[w.anions[k]];
    }
    describe(window.gate, of_corners);
  }
  return result;
}

}  // namespace vitrion::analysis
