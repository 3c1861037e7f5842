#include "app/study/record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>

#include "base/random.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// The text between the first `open` and the next `close`; empty if there is none.
std::string between(const std::string& text, const std::string& open, const std::string& close) {
  const std::size_t begin = text.find(open);
  if (begin == std::string::npos) return {};
  const std::size_t end = text.find(close, begin + open.size());
  return text.substr(begin + open.size(), end - begin - open.size());
}

std::string network_text(const formats::StudyPotential& p) {
  return fmt::format("se_e2_a {:g} A (from {:g} A), embedding {}, axis {}, fitting {}", p.cutoff,
                     p.smooth, fmt::join(p.embedding, "-"), p.axis, fmt::join(p.fitting, "-"));
}

void add_levels(const Stage& data, const Stage* labelled, report::Potential& out) {
  for (const json& level : data.results.at("levels"))
    out.levels.push_back({level.at("name"), level.at("frames"), level.at("treatment")});
  if (labelled != nullptr)
    out.levels.push_back(
        {out.levels.back().name, labelled->results.at("labelled"), "asked for by the exploration"});
}

void add_curves(const Pipeline& p, const Trained& trained, report::Potential& out) {
  int member = 0;
  for (const json& curve : trained.stage.results.at("curves"))
    out.learning_curves.push_back(
        {member++, trained.stage.results.at("phase"),
         p.folder.relative((fs::path(trained.stage.folder) / curve.get<std::string>()).string())});
}

void add_selection(const Pipeline& p, const Stage* explored, const Stage* labelled,
                   report::Selection& out) {
  if (explored == nullptr) return;
  out.visited = explored->results.at("visited");
  out.candidates = explored->results.at("candidates");
  out.failed = explored->results.at("failed");
  out.labelled = labelled == nullptr ? 0 : labelled->results.at("labelled").get<std::size_t>();
  out.low = p.study.select.force[0];
  out.high = p.study.select.force[1];
}

std::map<std::string, std::string> versions(const RecordInputs& in) {
  std::map<std::string, std::string> found{{"vitrion", VITRION_VERSION}};
  const Stage& quench = in.quenched.front();
  const fs::path log = fs::path(quench.folder) /
                       quench.results.at("chunks").at(0).get<std::string>() /
                       engines::lammps_names::log;
  if (const std::string v = between(formats::read_whole_file(log.string()), "LAMMPS (", ")");
      !v.empty())
    found["lammps"] = v;
  if (in.labelled != nullptr) {
    const fs::path file =
        fs::path(in.labelled->folder) / in.labelled->results.at("files").at(0).get<std::string>();
    const auto info = formats::read_frames(file.string()).front().info;
    if (const auto v = info.find("version"); v != info.end()) found["label"] = v->second;
  }
  return found;
}

/// The study's glass, from what the stage `analysis` found.
report::Glass glass_record(const Pipeline& p, const json& analysis) {
  const glass::Composition composition = study_composition(p.study);
  report::Glass g;
  g.key = fmt::format("x{:g}", composition.x);
  g.name = fmt::format("x = {:g}", composition.x);
  g.x = composition.x;
  g.atoms = composition.atoms;
  for (const json& e : analysis.at("glasses")) {
    const fs::path snapshot = fs::path(p.folder.path()) / e.at("snapshot").get<std::string>();
    if (g.formula.empty())
      g.formula = structures::formula(formats::read_frames(snapshot.string()).front().species);
    report::GlassReplica& replica = g.replicas.emplace_back();
    replica.replica = static_cast<int>(g.replicas.size());
    replica.trace = e.at("trace");
    replica.snapshot = e.at("snapshot");
    replica.density = e.at("density");
    replica.quench = e.at("quench");
  }
  g.density = analysis.at("density");
  g.units = analysis.at("units");
  g.rdf = analysis.at("rdf").get<std::vector<json>>();
  // By temperature, then replica.
  for (const json& conductivity : analysis.at("conductivity")) {
    report::IonDynamics& d = g.temperatures.emplace_back();
    d.temperature = conductivity.at("temperature");
    d.conductivity = conductivity;
    for (const json& e : analysis.at("transport"))
      if (e.at("temperature") == d.temperature)
        d.runs.push_back({e.at("replica").get<int>() + 1, e.at("msd"), e.value("path", ""), ""});
  }
  g.arrhenius = analysis.at("arrhenius");
  return g;
}

std::vector<std::string> notes(const Pipeline& p, const RecordInputs& in) {
  std::vector<std::string> lines;
  const json& a = in.analysis.results;
  if (a.contains("ensemble_force_rmse"))
    lines.push_back(fmt::format(
        "Parity is that of the model that drives all runs; the mean of the {} members has a "
        "force RMSE of {:.3f} eV/A on the test frames.",
        in.final.models.size(), a.at("ensemble_force_rmse").get<double>()));
  if (in.explored != nullptr && in.explored->results.at("from_window") < p.study.select.frames)
    lines.push_back(
        "The trust window held fewer frames than were to be labelled: the nearest ones outside of "
        "it "
        "were taken.");
  if (p.study.dynamics.repulsion)
    lines.push_back(fmt::format(
        "A screened nuclear repulsion (ZBL) between {:g} and {:g} A lies over the potential: "
        "under any bond length.",
        (*p.study.dynamics.repulsion)[0], (*p.study.dynamics.repulsion)[1]));
  return lines;
}

}  // namespace

std::string machine_text(std::size_t cores) {
  std::ifstream info("/proc/cpuinfo");
  std::string line;
  std::string name = "unknown processor";
  while (std::getline(info, line))
    if (line.rfind("model name", 0) == 0) {
      name = line.substr(std::min(line.size(), line.find(':') + 2));
      break;
    }
  return fmt::format("{} cores, {}", cores, name);
}

report::Record gather_record(const Pipeline& p, const RecordInputs& in) {
  const formats::Study& study = p.study;
  report::Record r;
  r.study.name = study.name;
  r.study.seed = study.seed;
  r.study.demonstration = study.demonstration;
  r.study.statement = study.statement;
  r.study.file = fs::path(study.path).filename().string();
  r.study.settings_hash = fmt::format("{:016x}", hash64(formats::read_whole_file(study.path)));
  r.study.machine = machine_text(p.cores);
  for (const Stage& stage : p.stages()) {
    r.stages.push_back({stage.name, stage.seconds, stage.detail});
    r.study.seconds += stage.seconds;
    r.study.finished = std::max(r.study.finished, stage.finished);
  }
  // The first stage takes a blink, so its end is the study's start; a run that only resumes changes
  // neither.
  r.study.started = in.data.finished;
  r.potential.network = network_text(study.potential);
  r.potential.members = static_cast<int>(in.final.models.size());
  add_levels(in.data, in.labelled, r.potential);
  add_curves(p, in.first, r.potential);
  if (in.finished.stage.identity != in.first.stage.identity)
    add_curves(p, in.finished, r.potential);
  if (in.final.stage.identity != in.finished.stage.identity) add_curves(p, in.final, r.potential);
  add_selection(p, in.explored, in.labelled, r.potential.selection);

  const json& a = in.analysis.results;
  for (const json& e : a.at("parity"))
    r.potential.parity.push_back({e.at("set"), e.at("level"), e.at("quantity"), e.at("rmse"),
                                  e.at("mae"), e.at("n"), e.at("frames"), e.at("unit")});
  for (const json& e : a.at("parity_points"))
    r.potential.parity_points.push_back(
        {e.at("set"), e.at("level"), e.at("quantity"), e.at("csv")});
  r.glasses.push_back(glass_record(p, a));
  r.versions = versions(in);
  r.notes = notes(p, in);
  return r;
}

}  // namespace vitrion::app
