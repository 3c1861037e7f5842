// vitrion analyze: quantities of any trajectory, as text, JSON records, CSV or a picture.
#include "app/analyze.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/draw.hpp"
#include "report/palette.hpp"

namespace vitrion::app {

using analysis::Estimate;

std::string text_of(const Estimate& e) {
  if (!e.is_refused())
    return fmt::format("{:.4g} [{:.4g}, {:.4g}] {}", *e.value, e.low, e.high, e.unit);
  if (e.upper95)
    return fmt::format("refused (under {:.3g} {}, 95 %): {}", *e.upper95, e.unit, e.refused);
  return "refused: " + e.refused;
}

void print_line(const std::string& name, const Estimate& e) {
  fmt::print("{:<24} {}\n", name, text_of(e));
}

void print_record(nlohmann::json record, const AnalyzeArguments& a) {
  record["input"] = {{"files", a.files}, {"frames", a.input.frames}};
  record["vitrion"] = VITRION_VERSION;
  fmt::print("{}\n", record.dump());
}

void print_csv(const std::string& header, const std::vector<const std::vector<double>*>& columns) {
  std::string text = header + "\n";
  for (std::size_t i = 0; i < columns.front()->size(); ++i)
    for (std::size_t c = 0; c < columns.size(); ++c)
      text += fmt::format("{}{}", (*columns[c])[i], c + 1 < columns.size() ? "," : "\n");
  fmt::print("{}", text);
}

report::Panel panel(const std::string& x, const std::string& y) {
  report::Panel p;
  p.x.label = x;
  p.y.label = y;
  return p;
}

void add_curve(report::Panel& panel, const std::string& label, const std::vector<double>& x,
               const std::vector<double>& y, const std::vector<double>& error, std::size_t k) {
  report::Series line;
  line.label = label;
  line.colour = report::palette::distinct(k);
  line.x = x;
  line.y = y;
  if (error.size() == x.size()) {
    report::Series band = line;
    band.label.clear();
    band.mark = report::Mark::band;
    band.opacity = 0.25;
    for (std::size_t i = 0; i < x.size(); ++i) {
      band.low.push_back(y[i] - error[i]);
      band.high.push_back(y[i] + error[i]);
    }
    panel.series.push_back(std::move(band));
  }
  panel.series.push_back(std::move(line));
}

void add_estimate(report::Panel& panel, double x, const Estimate& e) {
  report::Series point;
  point.colour = report::palette::ink;
  point.x = {x};
  if (e.is_refused()) {
    if (!e.upper95) return;
    point.mark = report::Mark::upper_limit;
    point.y = {*e.upper95};
  } else {
    point.mark = report::Mark::points;
    point.y = {*e.value};
    point.low = {e.low};
    point.high = {e.high};
  }
  panel.series.push_back(std::move(point));
}

void plot(const AnalyzeArguments& a, std::vector<report::Panel> panels) {
  if (a.plot.empty()) return;
  report::Figure figure;
  figure.name = std::filesystem::path(a.plot).stem().string();
  figure.panel_width = 560;
  figure.panel_height = 400;
  figure.panels = std::move(panels);
  draw_figure(figure, a.plot);
}

CLI::App* quantity(CLI::App* analyze, const Shared& a, const char* name, const char* what) {
  CLI::App* c = analyze->add_subcommand(name, what);
  c->add_option("TRAJ", a->files, "trajectories; several are replicas")->required();
  c->add_option("--elements", a->input.elements,
                "names of the types, for files with types only: Na,P,S,O")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("--frames", a->input.frames, "Python slice of the frames, A:B:S")
      ->capture_default_str();
  CLI::Option* as_json = c->add_flag("--json", a->json, "print the record (docs/report_record.md)");
  c->add_flag("--csv", a->csv, "print CSV")->excludes(as_json);
  c->add_option("--plot", a->plot, "draw to this SVG file (by gnuplot)");
  return c;
}

void add_transport_words(CLI::App* c, const Shared& a) {
  c->add_option("--frame-time", a->input.frame_time,
                "ps between frames, where the file holds no time");
  c->add_option("--drift", a->input.drift,
                "what stands still: framework, com (centre of mass), none; auto is "
                "framework, and com if there is none")
      ->check(CLI::IsMember({"auto", "framework", "com", "none"}))
      ->capture_default_str();
  c->add_option("--framework", a->input.framework,
                "species of the framework (default: P if there is any, "
                "else all that are not mobile)")
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_flag("--unwrapped", a->input.unwrapped, "the positions are unwrapped already (xu, xsu)");
  c->add_option("--threads", a->threads, "threads (default: all cores)");
}

void add_species_word(CLI::App* c, const Shared& a, const char* what) {
  c->add_option("--species", a->species, what)->delimiter(',')->allow_extra_args(false);
}

void add_analyze(CLI::App& program) {
  CLI::App* analyze =
      program.add_subcommand("analyze", "Structure, stiffness and transport of any trajectory");
  analyze->require_subcommand(1);
  analyze->footer("Example:\n  vitrion analyze rdf glass.extxyz --pair P-S");
  const auto a = std::make_shared<AnalyzeArguments>();
  add_structure(analyze, a);
  add_modulus_by_fluctuation(analyze, a);
  add_transport(analyze, a);
  add_motion(analyze, a);
  add_space(analyze, a);
  add_network(analyze, a);
  add_mechanism(analyze, a);
  add_framework(analyze, a);
  add_pathways(analyze, a);
}

}  // namespace vitrion::app
