#include "app/study/record.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <fstream>

#include "app/study/analyse.hpp"
#include "app/study/methods.hpp"
#include "base/random.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/model/file.hpp"

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

/// The net of the model that drives the runs: as trained, or as given.
std::string network_text(const potential::Model& model) {
  const potential::Descriptor& d = model.descriptor;
  return fmt::format("se_e2_a {:g} A (from {:g} A), embedding {}, axis {}, fitting {}", d.rcut,
                     d.rcut_smth, fmt::join(d.neuron, "-"), d.axis_neuron,
                     fmt::join(model.fitting.neuron, "-"));
}

json levels(const RecordInputs& in) {
  json list = json::array();
  if (in.data == nullptr) return list;
  for (const json& level : in.data->results.at("levels"))
    list.push_back({{"name", level.at("name")},
                    {"frames", level.at("frames")},
                    {"detail", level.at("treatment")}});
  if (in.labelled != nullptr)
    list.push_back({{"name", list.back().at("name")},
                    {"frames", in.labelled->results.at("labelled")},
                    {"detail", "asked for by the exploration"}});
  return list;
}

json learning_curves(const Pipeline& p, const RecordInputs& in) {
  json list = json::array();
  for (const Trained* trained : in.trainings) {
    int member = 0;
    for (const json& curve : trained->stage.results.at("curves"))
      list.push_back(
          {{"member", member++},
           {"phase", trained->stage.results.at("phase")},
           {"file", p.folder.relative(
                        (fs::path(trained->stage.folder) / curve.get<std::string>()).string())}});
  }
  return list;
}

json selection(const Pipeline& p, const RecordInputs& in) {
  if (in.explored == nullptr) return nullptr;
  const json& e = in.explored->results;
  return {{"visited", e.at("visited")},
          {"candidates", e.at("candidates")},
          {"failed", e.at("failed")},
          {"labelled", in.labelled == nullptr ? json(0) : in.labelled->results.at("labelled")},
          {"low", p.study.select.force[0]},
          {"high", p.study.select.force[1]}};
}

json potential_record(const Pipeline& p, const RecordInputs& in, const json& analysis) {
  return {{"network", network_text(formats::read_model(in.final->models.front()))},
          {"members", in.final->models.size()},
          {"levels", levels(in)},
          {"parity", analysis.at("parity")},
          {"parity_points", analysis.at("parity_points")},
          {"learning_curves", learning_curves(p, in)},
          {"selection", selection(p, in)}};
}

std::map<std::string, std::string> versions(const RecordInputs& in) {
  std::map<std::string, std::string> found{{"vitrion", VITRION_VERSION}};
  const Stage& glass = in.glasses.front().relaxed.front();
  const fs::path log = fs::path(glass.folder) / glass.results.at("log").get<std::string>() /
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

std::vector<std::string> notes(const Pipeline& p, const RecordInputs& in, const json& analysis) {
  std::vector<std::string> lines = in.notes;
  if (!p.study.potential.models.empty())
    lines.emplace_back(
        "The potential was given, not trained here: which frames it has seen is what the study "
        "file says of it.");
  if (analysis.contains("ensemble_force_rmse") && in.final->models.size() > 1)
    lines.push_back(fmt::format(
        "Parity is that of the model that drives all runs; the mean of the {} members has a "
        "force RMSE of {:.3f} eV/A on the test frames.",
        in.final->models.size(), analysis.at("ensemble_force_rmse").get<double>()));
  if (in.explored != nullptr && in.explored->results.at("from_window") < p.study.select.frames)
    lines.emplace_back(
        "The trust window held fewer frames than were to be labelled: the nearest ones outside of "
        "it were taken.");
  if (p.study.dynamics.repulsion)
    lines.push_back(fmt::format(
        "A screened nuclear repulsion (ZBL) between {:g} and {:g} A lies over the potential: "
        "under any bond length.",
        (*p.study.dynamics.repulsion)[0], (*p.study.dynamics.repulsion)[1]));
  return lines;
}

/// Name, seed and machine, and the time that all stages took.
json study_record(const Pipeline& p) {
  const formats::Study& study = p.study;
  const bool scaled = p.scale.changes_numbers();
  json record = {
      {"name", study.name},
      {"seed", study.seed},
      {"demonstration", study.demonstration || scaled},
      {"statement", study.statement},
      {"file", fs::path(study.path).filename().string()},
      {"settings_hash", fmt::format("{:016x}", hash64(formats::read_whole_file(study.path)))},
      {"machine", machine_text(p.cores)},
      {"scale", nullptr}};
  if (scaled)
    record["scale"] = {{"size", p.scale.size}, {"time", p.scale.time}, {"train", p.scale.train}};
  // The first stage takes a blink, so its end is the study's start; a run that only resumes
  // changes neither.
  std::string started;
  std::string finished;
  double seconds = 0;
  for (const Stage& stage : p.stages()) {
    seconds += stage.seconds;
    started = started.empty() ? stage.finished : std::min(started, stage.finished);
    finished = std::max(finished, stage.finished);
  }
  record["started"] = started;
  record["finished"] = finished;
  record["seconds"] = seconds;
  return record;
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

json gather_record(const Pipeline& p, const RecordInputs& in) {
  const json analysis = record_of(*in.analysis);
  json record = {{"schema", 2},
                 {"study", study_record(p)},
                 {"stages", json::array()},
                 {"potential", potential_record(p, in, analysis)},
                 {"glasses", json::array()},
                 {"doorway_model", analysis.at("doorway_model")},
                 {"uncertainty", analysis.at("uncertainty")},
                 {"methods", methods_of(p, in.final->models)},
                 {"reference", analysis.at("reference")},
                 {"claims", analysis.at("claims")},
                 {"checks", analysis.at("checks")},
                 {"versions", versions(in)},
                 {"notes", notes(p, in, analysis)}};
  for (const Stage& stage : p.stages())
    record["stages"].push_back(
        {{"name", stage.name}, {"seconds", stage.seconds}, {"detail", stage.detail}});
  for (const Stage& stage : in.glass_records) {
    json one = record_of(stage);
    record["glasses"].push_back(std::move(one.at("glass")));
    for (json& check : one.at("checks")) record["checks"].push_back(std::move(check));
  }
  return record;
}

}  // namespace vitrion::app
