// Figures of the potential: parity with its labels, and how it was learnt.
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

/// Every n-th point, so that at most `most` are drawn.
Series thinned(const std::vector<double>& x, const std::vector<double>& y, std::size_t most) {
  Series s;
  const std::size_t stride = (x.size() + most - 1) / std::max<std::size_t>(1, most);
  for (std::size_t i = 0; i < x.size(); i += std::max<std::size_t>(1, stride)) {
    s.x.push_back(x[i]);
    s.y.push_back(y[i]);
  }
  return s;
}

struct Quantity {
  const char* name;
  const char* title;
  const char* unit;
};

constexpr Quantity quantities[] = {{"energy", "Energy", "eV per atom"},
                                   {"force", "Force components", "eV/Å"},
                                   {"virial", "Virial", "eV per atom"}};

const Parity* find_parity(const Record& record, const ParityPoints& points) {
  for (const Parity& p : record.potential.parity)
    if (p.set == points.set && p.level == points.level && p.quantity == points.quantity) return &p;
  return nullptr;
}

/// Points of one set with their number in the legend.
Series parity_series(const ParityPoints& points, const Table& table, bool test,
                     const std::string& colour) {
  const std::vector<double>& label = *table.find("label");
  Series s =
      thinned(label, *table.find("predicted"), test ? most_points_test : most_points_training);
  s.label = fmt::format("{} {}: {}", points.level, points.set, label.size());
  s.mark = Mark::points;
  s.colour = colour;
  // Few points may be large.
  s.width = (test ? 1.3 : 1.0) * (label.size() < 300 ? 1.8 : 1);
  s.opacity = test ? 0.75 : 0.7;
  return s;
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
          table == tables.end())
        continue;
      if (table->second.rows() == 0 || !table->second.find("label") ||
          !table->second.find("predicted"))
        continue;
      const std::string colour = test                        ? palette::distinct(tests++)
                                 : points.level == "teacher" ? palette::light_grey
                                                             : palette::grey;
      panel.series.push_back(parity_series(points, table->second, test, colour));
      if (const Parity* p = test ? find_parity(record, points) : nullptr;
          p != nullptr && panel.note.empty())
        panel.note = fmt::format("{} test: RMSE {:.3g}, MAE {:.3g} {}", p->level, p->rmse, p->mae,
                                 unit_html(p->unit));
    }
  if (panel.series.empty()) return panel;

  // Equal limits: the middle of the energies differs from zero, so both axes span the same range.
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
  diagonal.mark = Mark::line;
  diagonal.colour = palette::ink;
  diagonal.width = 0.8;
  diagonal.x = diagonal.y = {low - margin, high + margin};
  panel.series.push_back(diagonal);
  return panel;
}

/// The columns of lcurve.out that a panel shows.
struct CurveColumns {
  const char* title;
  const char* label;
  const char* validation;
  const char* training;
  const char* alone;  ///< the training error's name where there is no validation
};

/// Root mean square over the 2 n + 1 rows around each, which is the error over their batches
/// together.
std::vector<double> running_rms(const std::vector<double>& y, std::size_t n) {
  std::vector<double> result(y.size());
  for (std::size_t i = 0; i < y.size(); ++i) {
    const std::size_t first = i < n ? 0 : i - n;
    const std::size_t last = std::min(y.size() - 1, i + n);
    double sum = 0;
    for (std::size_t k = first; k <= last; ++k) sum += y[k] * y[k];
    result[i] = std::sqrt(sum / static_cast<double>(last - first + 1));
  }
  return result;
}

/// One member's curve, its steps counted from `begin`.
void add_curve(const Table& table, const CurveColumns& columns, double begin,
               const std::string& colour, const std::string& label, Panel& panel) {
  std::vector<double> step = *table.find("step");
  for (double& x : step) x += begin;
  const auto add = [&](const std::vector<double>& y, bool thick) {
    Series s = thinned(step, y, 400);
    s.colour = colour;
    s.width = thick ? 1.8 : 0.6;
    s.opacity = thick ? 1 : 0.3;
    if (thick) s.label = label;
    panel.series.push_back(std::move(s));
  };
  const std::vector<double>* training = table.find(columns.training);
  if (training == nullptr) training = table.find(columns.alone);
  if (training != nullptr) add(*training, false);
  if (const std::vector<double>* validation = table.find(columns.validation))
    add(*validation, true);
  else if (training != nullptr)
    add(running_rms(*training, training->size() / 40), true);
}

}  // namespace

Figure parity_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "parity";
  figure.caption =
      "Predictions of the potential against its labels. In colour: held-back test frames that no "
      "training read; in grey: training frames. The legend counts the numbers compared; at most "
      "2500 of a set are drawn. On the line, prediction and label agree.";
  figure.panel_width = 373;
  figure.panel_height = 390;
  for (const Quantity& quantity : quantities) {
    Panel panel = parity_panel(record, tables, quantity);
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  figure.columns = static_cast<int>(std::max<std::size_t>(1, figure.panels.size()));
  return figure;
}

Figure learning_figure(const Record& record, const Tables& tables) {
  Figure figure;
  figure.name = "learning";
  figure.caption =
      "Errors while learning, as lcurve.out has them; a colour a phase, one after the other, a "
      "line a member. "
      "Thick: on validation frames, or where there are none the root mean square over the batches "
      "of a "
      "twentieth of the phase, which are drawn pale.";
  figure.columns = 2;
  figure.panel_width = 540;
  for (const CurveColumns& columns :
       {CurveColumns{"Force error", "RMSE (eV/Å)", "rmse_f_val", "rmse_f_trn", "rmse_f"},
        CurveColumns{"Energy error", "RMSE (eV per atom)", "rmse_e_val", "rmse_e_trn", "rmse_e"}}) {
    Panel panel;
    panel.title = columns.title;
    panel.x.label = "step, all phases";
    panel.y = {columns.label, true, {}, {}, {}};
    std::vector<std::string> phases;
    double begin = 0;  // of the phase
    double end = 0;
    for (const LearningCurve& curve : record.potential.learning_curves) {
      const auto table = tables.find(curve.file);
      if (table == tables.end() || table->second.rows() == 0 || !table->second.find("step"))
        continue;
      const bool new_phase = phases.empty() || phases.back() != curve.phase;
      if (new_phase) {
        phases.push_back(curve.phase);
        begin = end;
      }
      add_curve(table->second, columns, begin, palette::distinct(phases.size() - 1),
                new_phase ? curve.phase : std::string(), panel);
      end = std::max(end, begin + table->second.find("step")->back());
    }
    if (!panel.series.empty()) figure.panels.push_back(std::move(panel));
  }
  return figure;
}

}  // namespace vitrion::report
