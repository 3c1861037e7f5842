// vitrion report: the figures and the page of a study, from its records.
#include "app/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/commands.hpp"
#include "app/movie.hpp"
#include "app/snapshot.hpp"
#include "app/table.hpp"
#include "base/error.hpp"
#include "base/threads.hpp"
#include "edges/engines/gnuplot.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/queue/local.hpp"
#include "report/figures.hpp"
#include "report/page.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

void warn(const std::string& text) {
  fmt::print(stderr, "vitrion: {}\n", text);
}

void save(const std::string& path, const std::string& text) {
  formats::OutputFile file(path);
  file.write(text);
  file.commit();
}

report::Tables read_tables(const report::Record& record, const fs::path& run) {
  std::vector<std::string> paths;
  for (const report::ParityPoints& p : record.potential.parity_points) paths.push_back(p.csv);
  for (const report::LearningCurve& c : record.potential.learning_curves) paths.push_back(c.file);
  for (const report::Glass& glass : record.glasses) {
    for (const report::GlassReplica& g : glass.replicas) paths.push_back(g.trace);
    for (const report::IonDynamics& d : glass.temperatures)
      for (const report::IonRun& ions : d.runs) paths.push_back(ions.msd);
  }
  report::Tables tables;
  for (const std::string& path : paths) {
    if (path.empty() || tables.count(path) > 0) continue;
    try {
      tables[path] = read_table((run / path).string());
    } catch (const InputError& e) {
      warn(fmt::format("{}: left out of the report", e.what()));
    }
  }
  return tables;
}

report::Snapshots read_snapshots(const report::Record& record, const fs::path& run) {
  report::Snapshots snapshots;
  for (const report::Glass& glass : record.glasses)
    for (const report::GlassReplica& g : glass.replicas) {
      if (g.snapshot.empty() || snapshots.count(glass.key) > 0) continue;
      try {
        const std::optional<structures::Frame> frame =
            formats::open_frames((run / g.snapshot).string())->next();
        if (frame)
          snapshots[glass.key] =
              snapshot_of(*frame, fmt::format("{}, replica {}", glass.name, g.replica));
      } catch (const InputError& e) {
        warn(fmt::format("{}: no snapshot", e.what()));
      }
    }
  return snapshots;
}

/// Draws all figures, one gnuplot each, as SVG, PDF and PNG; the page's own go into `inputs`.
void draw(const fs::path& folder, report::PageInputs& inputs) {
  const std::vector<report::Figure>& figures = inputs.figures;
  std::vector<std::string> scripts;
  for (const report::Figure& figure : figures) {
    const std::string base = (folder / figure.name).string();
    save(base + ".csv", engines::figure_csv(figure));
    save(base + ".json", to_json(figure).dump());
    const std::string script = base + ".gp";
    save(script, engines::gnuplot_script(figure, base + ".csv",
                                         {{engines::Drawing::svg, base + ".svg.part"},
                                          {engines::Drawing::pdf, base + ".pdf.part"},
                                          {engines::Drawing::png, base + ".png.part"}},
                                         script));
    scripts.push_back(script);
  }
  const queue::WorkerProcess process{
      {engines::gnuplot_program}, {}, (folder / "gnuplot.log").string()};
  try {
    queue::run_local(process, scripts, {default_threads(), false},
                     [&](std::size_t k, const queue::Outcome& outcome) {
                       const std::string base = (folder / figures[k].name).string();
                       std::error_code code;
                       for (const char* suffix : {".svg", ".pdf", ".png"})
                         if (outcome.answered && !code)
                           fs::rename(base + suffix + ".part", base + suffix, code);
                       if (!outcome.answered || code)
                         warn(fmt::format("figure {} could not be drawn ({}); see {}",
                                          figures[k].name, outcome.note, process.log));
                       else if (figures[k].picture)
                         inputs.png[figures[k].name] = formats::read_whole_file(base + ".png");
                       else
                         inputs.svg[figures[k].name] = formats::read_whole_file(base + ".svg");
                     });
  } catch (const Error& e) {
    warn(fmt::format("{}: figures are left out; gnuplot is package gnuplot-nox of Debian",
                     e.what()));
  }
}

/// The first of the paths that exists, as text.
std::string first_file(const std::vector<std::string>& paths) {
  for (const std::string& path : paths)
    if (fs::exists(path)) return formats::read_whole_file(path);
  return {};
}

fs::path run_folder_of(const std::string& argument) {
  fs::path path(argument);
  if (path.extension() == ".toml") path.replace_extension(".run");
  return path;
}

}  // namespace

std::string write_report(const std::string& run_folder) {
  const fs::path run = fs::absolute(run_folder).lexically_normal();
  const fs::path record_path = run / "record.json";
  if (!fs::exists(record_path))
    throw InputError(fmt::format("{} has no record.json: vitrion run writes it", run.string()));
  const nlohmann::json json =
      nlohmann::json::parse(formats::read_whole_file(record_path.string()), nullptr, false);
  if (json.is_discarded()) throw InputError(fmt::format("{} is not JSON", record_path.string()));
  const report::Record record = report::record_from_json(json, record_path.string());

  const fs::path folder = run / "figures";
  fs::create_directories(folder);
  report::PageInputs inputs;
  inputs.tables = read_tables(record, run);
  inputs.snapshots = read_snapshots(record, run);
  inputs.movies = read_movies(record, run.string());
  inputs.figures = report::figures(record, {inputs.tables, inputs.snapshots, inputs.movies});
  draw(folder, inputs);
  inputs.three_js = first_file(
      {"/usr/share/javascript/three/three.min.js", "/usr/share/nodejs/three/build/three.min.js"});
  inputs.controls_js =
      first_file({"/usr/share/javascript/three/examples/js/controls/OrbitControls.js",
                  "/usr/share/nodejs/three/examples/js/controls/OrbitControls.js"});
  const std::string out = (run / "report.html").string();
  save(out, report::page(record, inputs));
  return out;
}

void add_report(CLI::App& program) {
  const auto path = std::make_shared<std::string>();
  CLI::App* c =
      program.add_subcommand("report", "Makes figures and report.html anew from a study's records");
  c->add_option("STUDY", *path, "X.toml or its run folder X.run")->required();
  c->footer(
      "The report is one file that opens without a network. Figures lie in X.run/figures as SVG, "
      "PDF and PNG, with\ntheir data as CSV and JSON and the gnuplot script that drew them. The "
      "last "
      "line printed is the report's path.\n\n"
      "Example:\n  vitrion report studies/quickstart.toml");
  c->callback([path] { fmt::print("{}\n", write_report(run_folder_of(*path).string())); });
}

}  // namespace vitrion::app
