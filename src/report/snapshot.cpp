// The still picture is painter's algorithm: everything is sorted by depth and drawn from the back.
#include "report/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

#include "report/palette.hpp"

namespace vitrion::report {

namespace {

struct Look {
  std::string colour;
  double radius;
};

const std::map<std::string, Look>& looks() {
  static const std::map<std::string, Look> all = {
      {"Na", {"#8d7cc3", 0.62}}, {"P", {"#e08a1e", 0.42}},  {"S", {"#e3c53a", 0.50}},
      {"O", {"#d0402b", 0.44}},  {"Li", {"#7fb069", 0.50}}, {"Cl", {"#4aa38a", 0.55}}};
  return all;
}

/// View from a corner: x to the lower right, depth towards the reader.
Vec3 turned(const Vec3& r) {
  constexpr double yaw = 0.55;
  constexpr double pitch = 0.35;
  const double x = std::cos(yaw) * r[0] - std::sin(yaw) * r[1];
  const double y = std::sin(yaw) * r[0] + std::cos(yaw) * r[1];
  return {x, std::cos(pitch) * r[2] + std::sin(pitch) * y,
          std::sin(pitch) * r[2] - std::cos(pitch) * y};
}

/// A colour mixed with white: 0 is the colour, 1 is white.
std::string faded(const std::string& colour, double share) {
  std::string result = "#";
  for (std::size_t k = 1; k < 7; k += 2) {
    int v = 0;
    std::from_chars(colour.data() + k, colour.data() + k + 2, v, 16);
    result += fmt::format("{:02x}", static_cast<int>(v + (255 - v) * share));
  }
  return result;
}

struct Painted {
  double depth;
  std::string svg;
};

/// From A to pixels, with the depth as a share of the whole for fading.
class Projection {
 public:
  Projection(const Snapshot& s, int size) : size_(size) {
    Vec3 low{1e300, 1e300, 1e300};
    Vec3 high{-1e300, -1e300, -1e300};
    const auto include = [&](const Vec3& r) {
      const Vec3 v = turned(r);
      for (std::size_t a = 0; a < 3; ++a) {
        low[a] = std::min(low[a], v[a]);
        high[a] = std::max(high[a], v[a]);
      }
    };
    for (const Snapshot::Atom& atom : s.atoms) include(atom.position);
    for (int k = 0; k < 8; ++k)
      include(Vec3{double(k & 1), double((k >> 1) & 1), double(k >> 2)} * s.cell);
    low_ = low;
    depth_ = std::max(1e-9, high[2] - low[2]);
    const double span = std::max(high[0] - low[0], high[1] - low[1]) + 2;
    scale_ = size / span;
    offset_ = {(span - (high[0] - low[0])) / 2, (span - (high[1] - low[1])) / 2};
  }

  [[nodiscard]] double scale() const { return scale_; }
  [[nodiscard]] double depth(const Vec3& r) const { return turned(r)[2]; }
  [[nodiscard]] double fade(double depth) const { return 0.5 * (1 - (depth - low_[2]) / depth_); }
  [[nodiscard]] double x(const Vec3& r) const {
    return (turned(r)[0] - low_[0] + offset_[0]) * scale_;
  }
  [[nodiscard]] double y(const Vec3& r) const {
    return size_ - (turned(r)[1] - low_[1] + offset_[1]) * scale_;
  }

 private:
  int size_;
  Vec3 low_{};
  double depth_ = 1;
  double scale_ = 1;
  std::array<double, 2> offset_{};
};

void paint_cell(const Snapshot& s, const Projection& p, std::vector<Painted>& out) {
  for (int k = 0; k < 8; ++k)
    for (int axis = 0; axis < 3; ++axis) {
      if ((k >> axis) & 1) continue;
      const auto corner = [&](int c) {
        return Vec3{double(c & 1), double((c >> 1) & 1), double(c >> 2)} * s.cell;
      };
      const Vec3 a = corner(k);
      const Vec3 b = corner(k | (1 << axis));
      out.push_back({std::min(p.depth(a), p.depth(b)),
                     fmt::format("<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' "
                                 "stroke='#9aa5b1' stroke-width='1'/>",
                                 p.x(a), p.y(a), p.x(b), p.y(b))});
    }
}

void paint_tetrahedra(const Snapshot& s, const Projection& p, std::vector<Painted>& out) {
  constexpr int faces[4][3] = {{0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {1, 2, 3}};
  for (const Snapshot::Tetrahedron& t : s.tetrahedra)
    for (const auto& face : faces) {
      const Vec3& a = t.corners[face[0]];
      const Vec3& b = t.corners[face[1]];
      const Vec3& c = t.corners[face[2]];
      const double depth = (p.depth(a) + p.depth(b) + p.depth(c)) / 3;
      const std::string colour = faded(tetrahedron_colour(t.oxygen), p.fade(depth));
      out.push_back(
          {depth,
           fmt::format(
               "<path d='M{:.1f} {:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z' fill='{}' fill-opacity='.42' "
               "stroke='{}' stroke-width='.8' stroke-linejoin='round'/>",
               p.x(a), p.y(a), p.x(b), p.y(b), p.x(c), p.y(c), colour, colour)});
    }
}

}  // namespace

std::vector<Shape> painted(const Snapshot& s) {
  constexpr int faces[4][3] = {{0, 1, 2}, {0, 1, 3}, {0, 2, 3}, {1, 2, 3}};
  std::vector<std::pair<double, Shape>> all;
  double low = 1e300;
  double high = -1e300;
  for (const Snapshot::Atom& a : s.atoms) {
    low = std::min(low, turned(a.position)[2]);
    high = std::max(high, turned(a.position)[2]);
  }
  const auto fade = [&](double depth) {
    return 0.55 * (1 - (depth - low) / std::max(1e-9, high - low));
  };
  for (const Snapshot::Tetrahedron& t : s.tetrahedra)
    for (const auto& face : faces) {
      Shape shape;
      double depth = 0;
      for (const int k : face) {
        const Vec3 v = turned(t.corners[k]);
        shape.x.push_back(v[0]);
        shape.y.push_back(v[1]);
        depth += v[2] / 3;
      }
      shape.fill = shape.edge = faded(tetrahedron_colour(t.oxygen), fade(depth));
      shape.opacity = 0.5;
      all.emplace_back(depth, std::move(shape));
    }
  for (const Snapshot::Atom& a : s.atoms) {
    const Vec3 v = turned(a.position);
    all.emplace_back(v[2], Shape{{v[0]},
                                 {v[1]},
                                 drawn_radius(a.element),
                                 faded(element_colour(a.element), fade(v[2])),
                                 "#ffffff",
                                 1});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<Shape> shapes;
  for (auto& [depth, shape] : all) shapes.push_back(std::move(shape));
  return shapes;
}

const std::string& element_colour(const std::string& element) {
  const auto found = looks().find(element);
  return found == looks().end() ? palette::grey : found->second.colour;
}

const std::string& tetrahedron_colour(int oxygen) {
  static const std::array<std::string, 5> all = {"#e3b83a", "#d98b3a", "#c9603f", "#b04a63",
                                                 "#86488c"};
  return all[static_cast<std::size_t>(std::clamp(oxygen, 0, 4))];
}

double drawn_radius(const std::string& element) {
  const auto found = looks().find(element);
  return found == looks().end() ? 0.5 : found->second.radius;
}

std::string still_picture(const Snapshot& s, int size) {
  const Projection p(s, size);
  std::vector<Painted> all;
  paint_cell(s, p, all);
  paint_tetrahedra(s, p, all);
  for (const Snapshot::Bond& b : s.bonds) {
    const Vec3& u = s.atoms[b.first].position;
    const Vec3& v = s.atoms[b.second].position;
    const double depth = (p.depth(u) + p.depth(v)) / 2;
    all.push_back({depth, fmt::format("<line x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}' "
                                      "stroke='{}' stroke-width='{:.1f}' "
                                      "stroke-linecap='round'/>",
                                      p.x(u), p.y(u), p.x(v), p.y(v),
                                      faded("#7b8794", p.fade(depth)), 0.22 * p.scale())});
  }
  for (const Snapshot::Atom& a : s.atoms) {
    const double depth = p.depth(a.position);
    const std::string colour = faded(element_colour(a.element), p.fade(depth));
    const double r = drawn_radius(a.element) * p.scale();
    all.push_back(
        {depth,
         fmt::format(
             "<circle cx='{0:.1f}' cy='{1:.1f}' r='{2:.1f}' fill='{3}' stroke='#fff' "
             "stroke-width='.7'/>"
             "<circle cx='{4:.1f}' cy='{5:.1f}' r='{6:.1f}' fill='#fff' fill-opacity='.45'/>",
             p.x(a.position), p.y(a.position), r, colour, p.x(a.position) - 0.3 * r,
             p.y(a.position) - 0.3 * r, 0.28 * r)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Painted& a, const Painted& b) { return a.depth < b.depth; });
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0} {0}' role='img' "
      "aria-label='picture of the glass'>",
      size);
  for (const Painted& item : all) svg += item.svg;
  return svg + "</svg>";
}

}  // namespace vitrion::report
