// Figure 2: predictions of the potential against labels that no training read.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "report/figures.hpp"
#include "report/palette.hpp"
#include "report/text.hpp"

namespace vitrion::report {

namespace {

// A figure of more points is slower to open and shows no more.
constexpr std::size_t most_points_test = 2500;
constexpr std::size_t most_points_training = 1500;

/// A panel of figure 2: a quantity, or one of three components that follow each other in its file.
struct Quantity {
  const char* name;
  const char* title;
  const char* unit;
  std::size_t component;
  std::size_t components;
};

constexpr Quantity quantities[] = {{"energy", "Energy", "eV per atom", 0, 1},
                                   {"force", "Force along x", "eV/Å", 0, 3},
                                   {"force", "Force along y", "eV/Å", 1, 3},
                                   {"force", "Force along z", "eV/Å", 2, 3},
                                   {"virial", "Virial", "eV per atom", 0, 1}};

struct Pairs {
  std::vector<double> label;
  std::vector<double> predicted;
};

Pairs pairs_of(const Table& table, const Quantity& q) {
  Pairs pairs;
  const std::vector<double>& label = *table.find("label");
  const std::vector<double>& predicted = *table.find("predicted");
  for (std::size_t i = q.component; i < label.size(); i += q.components) {
    pairs.label.push_back(label[i]);
    pairs.predicted.push_back(predicted[i]);
  }
  return pairs;
}

const Parity* find_parity(const Record& record, const ParityPoints& points) {
  for (const Parity& p : record.potential.parity)
    if (p.set == points.set && p.level == points.level && p.quantity == points.quantity) return &p;
  return nullptr;
}

/// Points of one set, thinned, with their number in the legend.
Series parity_series(const Pairs& pairs, const std::string& name, bool test,
                     const std::string& colour) {
  Series s;
  const std::size_t most = test ? most_points_test : most_points_training;
  const std::size_t stride = std::max<std::size_t>(1, (pairs.label.size() + most - 1) / most);
  for (std::size_t i = 0; i < pairs.label.size(); i += stride) {
    s.x.push_back(pairs.label[i]);
    s.y.push_back(pairs.predicted[i]);
  }
  s.label = fmt::format("{}: {}", name, pairs.label.size());
  s.mark = Mark::points;
  s.colour = colour;
  // Few points may be large.
  s.width = (test ? 1.3 : 1.0) * (pairs.label.size() < 300 ? 1.8 : 1);
  s.opacity = test ? 0.75 : 0.7;
  return s;
}

/// The errors' histogram, and the Gaussian of the same standard deviation: a tail shows beside it.
Panel error_inset(const Pairs& pairs) {
  constexpr std::size_t bins = 25;
  Panel inset;
  double square = 0;
  for (std::size_t i = 0; i < pairs.label.size(); ++i)
    square += std::pow(pairs.predicted[i] - pairs.label[i], 2);
  const double s = std::sqrt(square / static_cast<double>(pairs.label.size()));
  if (pairs.label.size() < 20 || !(s > 0)) return inset;
  const double reach = 4 * s;
  const double width = 2 * reach / bins;
  Series counts;
  counts.colour = palette::blue;
  counts.width = 1.2;
  std::vector<double> n(bins, 0);
  for (std::size_t i = 0; i < pairs.label.size(); ++i) {
    const double at = (pairs.predicted[i] - pairs.label[i] + reach) / width;
    if (at >= 0 && at < bins) n[static_cast<std::size_t>(at)] += 1;
  }
  for (std::size_t b = 0; b < bins; ++b) {
    const double left = -reach + static_cast<double>(b) * width;
    for (const double x : {left, left + width}) {
      counts.x.push_back(x);
      counts.y.push_back(n[b]);
    }
  }
  Series gauss;
  gauss.mark = Mark::dashed;
  gauss.colour = palette::grey;
  gauss.width = 1;
  const double peak =
      static_cast<double>(pairs.label.size()) * width / (s * std::sqrt(2 * 3.14159265358979));
  for (int k = -40; k <= 40; ++k) {
    gauss.x.push_back(0.1 * k * s);
    gauss.y.push_back(peak * std::exp(-0.005 * k * k));
  }
  inset.series = {counts, gauss};
  inset.x.low = -reach;
  inset.x.high = reach;
  inset.title = "errors";
  inset.legend = false;
  return inset;
}

/// Equal limits: the middle of the energies differs from zero, so both axes span the same range.
void add_diagonal(Panel& panel) {
  double low = 1e300;
  double high = -1e300;
  for (const Series& s : panel.series)
    for (const std::vector<double>* v : {&s.x, &s.y})
      for (const double value : *v) {
        low = std::min(low, value);
        high = std::max(high, value);
      }
  const double margin = 0.05 * std::max(high - low, 1e-6);
  panel.x.low = panel.y.low = low - margin;
  panel.x.high = panel.y.high = high + margin;
  Series diagonal;
  diagonal.colour = palette::ink;
  diagonal.width = 0.8;
  diagonal.x = diagonal.y = {low - margin, high + margin};
  panel.series.push_back(diagonal);
}

/// Training sets first, so that the test points lie on top.
Panel parity_panel(const Record& record, const Tables& tables, const Quantity& quantity) {
  Panel panel;
  panel.square = true;
  panel.title = quantity.title;
  panel.x.label = fmt::format("label ({})", quantity.unit);
  panel.y.label = fmt::format("prediction ({})", quantity.unit);
  panel.legend_below = true;
  std::size_t tests = 0;
  for (const bool test : {false, true})
    for (const ParityPoints& points : record.potential.parity_points) {
      const auto table = tables.find(points.csv);
      if (points.quantity != quantity.name || (points.set == "test") != test ||
          table == tables.end() || table->second.rows() == 0 || !table->second.find("label") ||
          !table->second.find("predicted"))
        continue;
      const std::string colour = test                        ? palette::distinct(tests++)
                                 : points.level == "teacher" ? palette::light_grey
                                                             : palette::grey;
      const Pairs pairs = pairs_of(table->second, quantity);
      panel.series.push_back(parity_series(pairs, points.level + " " + points.set, test, colour));
      if (!test || !panel.note.empty()) continue;
      if (const Parity* p = find_parity(record, points))
        panel.note =
            fmt::format("{} test: RMSE {:.3g}, MAE {:.3g} {}{}", p->level, p->rmse, p->mae,
                        unit_html(p->unit), quantity.components > 1 ? ", x y z together" : "");
      if (Panel inset = error_inset(pairs); !inset.series.empty()) panel.inset = {inset};
    }
  if (!panel.series.empty()) add_diagonal(panel);
  return panel;
}

}  // namespace

Figure parity_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "fig2";
  figure.panel_of_paper = "figure 2a-d";
  std::size_t frames = 0;
  for (const Parity& p : record.potential.parity)
    if (p.set == "test") frames = std::max(frames, p.frames);
  figure.caption = fmt::format(
      "Predictions of the potential against its labels. In colour: {} of the highest level, read "
      "by no training; in grey: training frames. The legend counts the numbers compared, of which "
      "at most 2500 a set are drawn; the inset has the errors of the test frames beside the "
      "Gaussian of the same width. The paper's points come from its training set.",
      counted(frames, "held-back frame"));
  figure.panel_width = 373;
  figure.panel_height = 390;
  for (const Quantity& quantity : quantities) {
    Panel panel = parity_panel(record, tables, quantity);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.columns = static_cast<int>(std::clamp<std::size_t>(figure.panels.size(), 1, 3));
  return figure;
}

}  // namespace vitrion::report
