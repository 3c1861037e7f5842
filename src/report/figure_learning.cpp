// Learning curves: the errors of every phase, one after the other.
#include <algorithm>
#include <cmath>

#include "report/figures.hpp"
#include "report/palette.hpp"

namespace vitrion::report {

namespace {

/// Every n-th point, so that at most 400 are drawn.
Series thinned(const std::vector<double>& x, const std::vector<double>& y) {
  Series s;
  const std::size_t stride = std::max<std::size_t>(1, (x.size() + 399) / 400);
  for (std::size_t i = 0; i < x.size(); i += stride) {
    s.x.push_back(x[i]);
    s.y.push_back(y[i]);
  }
  return s;
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
    Series s = thinned(step, y);
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
