// Figures 3a, 5a, S1 and S4: the glasses themselves, and the ways of their P and their mobile ions.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "report/figure_parts.hpp"
#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

namespace {

// Strokes of a panel: more are slower to draw and show no more.
constexpr std::size_t most_segments = 6000;
constexpr double paths_at = 423;  // K, of the paper's figure 5a

/// The movie of each glass nearest to 423 K, in the record's order.
std::vector<const Movie*> movies_at(const Record& record, const std::vector<Movie>& movies,
                                    bool porous) {
  std::vector<const Movie*> found;
  for (const Glass& glass : record.glasses) {
    if (glass.porous != porous) continue;
    const Movie* best = nullptr;
    for (const Movie& m : movies)
      if (m.glass == glass.key && m.frames() > 1 &&
          (best == nullptr ||
           std::abs(m.temperature - paths_at) < std::abs(best->temperature - paths_at)))
        best = &m;
    if (best != nullptr) found.push_back(best);
  }
  return found;
}

/// |displacement| from the first drawn frame, by the mean cell: a breathing cell is no motion.
double displacement(const Movie& m, std::size_t first, std::size_t frame, std::size_t atom) {
  return norm((m.at(frame, atom) - m.at(first, atom)) * m.cells[first]);
}

/// The ways of a species between two shares of the run, seen along z and coloured by the
/// displacement from their first point. Each begins inside the cell.
Panel path_panel(const Movie& m, const std::string& species, double from, double to) {
  Panel panel;
  panel.title = m.name;
  panel.square = true;
  panel.legend = false;
  panel.x.label = "x (Å)";
  panel.y.label = "y (Å)";
  std::vector<std::size_t> atoms;
  for (std::size_t i = 0; i < m.atoms(); ++i)
    if (m.elements[m.species[i]] == species) atoms.push_back(i);
  const auto last = static_cast<double>(m.frames() - 1);
  const auto begin = static_cast<std::size_t>(std::lround(from * last));
  const auto end = static_cast<std::size_t>(std::lround(to * last));
  if (atoms.empty() || end <= begin) return panel;
  const std::size_t stride =
      std::max<std::size_t>(1, (atoms.size() * (end - begin) + most_segments - 1) / most_segments);
  const Mat3& cell = m.cells[begin];
  Series s;
  s.mark = Mark::coloured_line;
  s.width = 1.1;
  for (const std::size_t i : atoms) {
    const Vec3 start = m.at(begin, i);
    const Vec3 home{std::floor(start[0]), std::floor(start[1]), std::floor(start[2])};
    for (std::size_t f = begin; f <= end; f += stride) {
      const Vec3 r = (m.at(f, i) - home) * cell;
      s.x.push_back(r[0]);
      s.y.push_back(r[1]);
      s.low.push_back(displacement(m, begin, f, i));
    }
    s.x.push_back(std::numeric_limits<double>::quiet_NaN());
    s.y.push_back(std::numeric_limits<double>::quiet_NaN());
    s.low.push_back(std::numeric_limits<double>::quiet_NaN());
  }
  panel.series.push_back(std::move(s));
  const double margin = 2;
  double longest = 0;
  for (const std::size_t k : {0U, 1U}) longest = std::max(longest, cell[k][k]);
  panel.x.low = panel.y.low = -margin;
  panel.x.high = panel.y.high = longest + margin;
  return panel;
}

/// One colour scale over all panels: its end is the displacement that one point in a hundred
/// passes.
void set_colours(Figure& figure) {
  std::vector<double> all;
  for (const Panel& p : figure.panels)
    for (const Series& s : p.series)
      for (const double d : s.low)
        if (std::isfinite(d)) all.push_back(d);
  if (all.empty()) return;
  const std::size_t k = all.size() - 1 - all.size() / 100;
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(k), all.end());
  figure.colour_label = "displacement (Å)";
  figure.colour_high = std::max(all[k], 1e-3);
}

Figure path_figure(const std::vector<const Movie*>& movies, const std::string& species, double from,
                   double to) {
  Figure figure;
  figure.picture = true;
  figure.panel_width = 400;
  figure.panel_height = 360;
  for (const Movie* m : movies)
    if (Panel p = path_panel(*m, species, from, to); !p.series.empty())
      figure.panels.push_back(std::move(p));
  figure.columns = static_cast<int>(std::clamp<std::size_t>(figure.panels.size(), 1, 2));
  set_colours(figure);
  return figure;
}

/// Every P of a dense glass's units as filled tetrahedra, all atoms as discs, the far ones paler.
Panel snapshot_panel(const Snapshot& s) {
  Panel panel;
  panel.title = s.title;
  panel.square = true;
  panel.bare = true;
  panel.legend = false;
  panel.shapes = painted(s);
  double low[2] = {1e300, 1e300};
  double high[2] = {-1e300, -1e300};
  for (const Shape& shape : panel.shapes)
    for (const int a : {0, 1})
      for (const double r : a == 0 ? shape.x : shape.y) {
        low[a] = std::min(low[a], r - shape.radius);
        high[a] = std::max(high[a], r + shape.radius);
      }
  // Square, with a bar of 10 A under the picture.
  const double half = 0.5 * std::max(high[0] - low[0], high[1] - low[1]) + 0.5;
  const double middle = 0.5 * (low[0] + high[0]);
  panel.x.low = middle - half - 1.5;
  panel.x.high = middle + half + 1.5;
  panel.y.low = low[1] - 3;
  panel.y.high = low[1] + 2 * half;
  panel.arrows.push_back({{middle - 5, middle + 5}, {low[1] - 1, low[1] - 1}, false});
  panel.words.push_back({middle, low[1] - 2.2, "10 Å", 11, true, false});
  return panel;
}

Figure snapshot_figure(const Record& record, const Snapshots& snapshots, bool porous) {
  Figure figure;
  figure.picture = true;
  figure.panel_width = 400;
  figure.panel_height = 400;
  for (const Glass& glass : record.glasses) {
    const auto found = snapshots.find(glass.key);
    if (glass.porous == porous && found != snapshots.end() && !found->second.empty())
      figure.panels.push_back(snapshot_panel(found->second));
  }
  figure.columns = static_cast<int>(std::clamp<std::size_t>(figure.panels.size(), 1, 2));
  return figure;
}

}  // namespace

Figure glass_figure(const Record& record, const Snapshots& snapshots) {
  Figure figure = snapshot_figure(record, snapshots, false);
  figure.name = "fig3a";
  figure.panel_of_paper = "figure 3a";
  figure.caption =
      "The relaxed glasses: PX4 units as tetrahedra coloured by their oxygens (yellow none, to "
      "violet four), Na lilac, S yellow, O red; far atoms paler; orthographic.";
  return figure;
}

Figure pore_figure(const Record& record, const Snapshots& snapshots) {
  Figure figure = snapshot_figure(record, snapshots, true);
  figure.name = "figS1a";
  figure.panel_of_paper = "figure S1a";
  figure.caption = "The porous glass after its void was cut and its stress released; as figure 3a.";
  return figure;
}

Figure phosphorus_paths_figure(const Record& record, const std::vector<Movie>& movies) {
  Figure figure = path_figure(movies_at(record, movies, false), "P", 0.5, 0.95);
  figure.name = "fig5a";
  figure.panel_of_paper = "figure 5a";
  figure.caption =
      "Ways of P over 50 to 95 % of a run, in the frame of the framework, coloured by the "
      "displacement from their first point; one colour scale for all compositions, whose end one "
      "point in a hundred passes.";
  return figure;
}

Figure pore_paths_figure(const Record& record, const std::vector<Movie>& movies) {
  Figure figure = path_figure(movies_at(record, movies, true), mobile_species(record), 0, 1);
  figure.name = "figS1b";
  figure.panel_of_paper = "figure S1b";
  figure.caption =
      "Ways of the mobile ions of the porous glass, coloured by displacement: does one cross the "
      "void?";
  return figure;
}

Figure ion_paths_figure(const Record& record, const std::vector<Movie>& movies) {
  Figure figure = path_figure(movies_at(record, movies, false), mobile_species(record), 0, 1);
  figure.name = "figS4";
  figure.panel_of_paper = "figure S4";
  figure.caption =
      "Ways of the mobile ions over a run, coloured by displacement; one colour scale for all "
      "compositions. Each begins inside the cell and may leave it.";
  return figure;
}

}  // namespace vitrion::report
