// Figure 1: the study's way, with the counts of the run itself.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "report/figure_parts.hpp"
#include "report/figures.hpp"

namespace vitrion::report {

namespace {

constexpr double box_width = 1.72;
constexpr double step = 2.05;
constexpr double box_height = 1.9;

void add_box(Panel& panel, double left, double bottom, const std::string& fill,
             const std::string& title, const std::vector<std::string>& lines) {
  const double right = left + box_width;
  const double top = bottom + box_height;
  panel.shapes.push_back(
      {{left, right, right, left}, {bottom, bottom, top, top}, 0, fill, "#9aa5b1", 1});
  panel.words.push_back({left + box_width / 2, top - 0.24, title, 13, true, true});
  double y = top - 0.6;
  for (const std::string& line : lines) {
    panel.words.push_back({left + box_width / 2, y, line, 11, true, false});
    y -= 0.26;
  }
}

std::string of(std::size_t n, const std::string& one, const std::string& many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

std::vector<std::string> ion_lines(const Record& record) {
  std::size_t runs = 0;
  for (const Glass& g : record.glasses)
    for (const IonDynamics& d : g.temperatures) runs += d.runs.size();
  const std::vector<double> T = temperatures_of(record);
  std::vector<std::string> lines = {of(runs, "run", "runs")};
  if (!T.empty())
    lines.push_back(T.size() == 1 ? fmt::format("at {:g} K", T[0])
                                  : fmt::format("{:g} to {:g} K", T.front(), T.back()));
  return lines;
}

std::vector<std::string> claim_lines(const Record& record) {
  std::vector<std::string> lines;
  for (const char* verdict : {"reproduced", "not resolved", "contradicted", "not testable"}) {
    const auto n = std::count_if(record.claims.begin(), record.claims.end(),
                                 [&](const Claim& c) { return c.verdict == verdict; });
    if (n > 0) lines.push_back(fmt::format("{} {}", n, verdict));
  }
  if (lines.empty()) lines.push_back("no claims tested");
  return lines;
}

}  // namespace

Figure workflow_figure(const Record& record) {
  Figure figure;
  figure.name = "fig1";
  figure.panel_of_paper = "figure 1";
  figure.caption =
      "The study's way, with the counts of this run. The loop asks for labels where the members of "
      "the ensemble disagree.";
  if (record.potential.levels.empty() && record.glasses.empty()) return figure;
  figure.panel_width = 1080;
  figure.panel_height = 270;
  Panel panel;
  panel.bare = true;
  panel.legend = false;
  panel.x.low = -0.1;
  panel.x.high = 5 * step + box_width + 0.1;
  panel.y.low = -0.75;
  panel.y.high = 2.15;

  std::vector<std::string> labels;
  for (const Level& l : record.potential.levels)
    labels.push_back(fmt::format("{}: {}", l.name, of(l.frames, "frame", "frames")));
  if (labels.size() > 4) labels.resize(4);
  if (labels.empty()) labels.emplace_back("the models were given");
  add_box(panel, 0, 0, "#e6f0f8", "Labels", labels);
  std::vector<std::string> potential = {
      of(static_cast<std::size_t>(record.potential.members), "member", "members")};
  for (const Parity& p : record.potential.parity)
    if (p.set == "test" && p.quantity == "force")
      potential.push_back(fmt::format("test RMSE {:.3g} eV/Å", p.rmse));
  add_box(panel, step, 0, "#e6f0f8", "Deep potential", potential);
  const Selection& s = record.potential.selection;
  add_box(
      panel, 2 * step, 0, "#e4f4ee", "Exploration",
      {of(s.visited, "frame", "frames") + " visited", fmt::format("{} candidates", s.candidates),
       fmt::format("{} failed", s.failed), fmt::format("{} labelled", s.labelled)});
  std::size_t replicas = 0;
  std::size_t largest = 0;
  bool porous = false;
  for (const Glass& g : record.glasses) {
    replicas += g.replicas.size();
    largest = std::max(largest, g.atoms);
    porous = porous || g.porous;
  }
  std::vector<std::string> glasses = {of(record.glasses.size(), "composition", "compositions"),
                                      of(replicas, "glass", "glasses"),
                                      of(largest, "atom", "atoms") + " at most"};
  if (porous) glasses.push_back("one with a pore");
  add_box(panel, 3 * step, 0, "#fdf3dc", "Melt and quench", glasses);
  add_box(panel, 4 * step, 0, "#fdf3dc", "Ion dynamics", ion_lines(record));
  add_box(panel, 5 * step, 0, "#f7e9f1", "Claims", claim_lines(record));
  for (int k = 0; k < 5; ++k)
    panel.arrows.push_back({{k * step + box_width + 0.04, (k + 1) * step - 0.04},
                            {box_height / 2, box_height / 2},
                            true});
  // The loop back from the exploration to the labels.
  const double back = -0.42;
  const double from = 2 * step + box_width / 2;
  const double to = box_width / 2;
  panel.arrows.push_back({{from, from}, {-0.02, back}, false});
  panel.arrows.push_back({{from, to}, {back, back}, false});
  panel.arrows.push_back({{to, to}, {back, -0.03}, true});
  panel.words.push_back(
      {(from + to) / 2, back - 0.17, "new labels where the ensemble disagrees", 11, true, false});
  figure.panels.push_back(std::move(panel));
  return figure;
}

}  // namespace vitrion::report
