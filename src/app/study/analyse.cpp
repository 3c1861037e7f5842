// Stage analysis: structure of the glasses, transport of the ions, parity of the potential; all as
// records.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "analysis/records.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/parity.hpp"
#include "app/study/stages.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;
using structures::Frame;

namespace {

std::vector<std::string> chunk_folders(const Stage& stage) {
  std::vector<std::string> folders;
  for (const json& chunk : stage.results.at("chunks"))
    folders.push_back((fs::path(stage.folder) / chunk.get<std::string>()).string());
  return folders;
}

/// Structure of the relaxed glasses, over the second half of the schedule's last segment.
void analyse_glasses(const Pipeline& p, const std::vector<Stage>& quenched, const fs::path& folder,
                     json& out) {
  std::vector<analysis::RdfAccumulator> rdfs;
  std::vector<analysis::UnitSeries> units;
  std::vector<analysis::DensitySeries> densities;
  out["glasses"] = json::array();
  const double timestep = p.study.dynamics.timestep;
  for (const Stage& stage : quenched) {
    const auto first = stage.results.at("last_segment_step").get<std::uint64_t>();
    std::vector<Frame> frames;
    for_each_path_frame(p.study.elements, chunk_folders(stage), timestep, first,
                        [&](const Frame& frame, double) { frames.push_back(frame); });
    analysis::RdfAccumulator rdf;
    analysis::UnitSeries census;
    analysis::DensitySeries density;
    for (std::size_t i = frames.size() / 2; i < frames.size(); ++i) {
      rdf.add(frames[i]);
      census.add(frames[i]);
      density.add(frames[i]);
    }
    rdfs.push_back(std::move(rdf));
    units.push_back(std::move(census));
    const json quench =
        stage.results.contains("quench") ? stage.results.at("quench") : json(nullptr);
    out["glasses"].push_back(
        {{"quench", quench},
         {"trace", p.folder.relative(stage.file("trace"))},
         {"snapshot", p.folder.relative(stage.file("end"))},
         {"density", analysis::to_json(analysis::density(std::span(&density, 1)))}});
    densities.push_back(std::move(density));
  }
  out["density"] = analysis::to_json(analysis::density(densities));
  out["rdf"] = json::array();
  fs::create_directories(folder / "rdf");
  for (const std::string& pair : analysis::all_pairs(rdfs.front())) {
    const analysis::Rdf rdf = analysis::rdf(rdfs, pair);
    write_text((folder / "rdf" / (pair + ".csv")).string(), analysis::to_csv(rdf));
    out["rdf"].push_back(analysis::to_json(rdf));
  }
  out["units"] = analysis::to_json(analysis::unit_census(units));
}

analysis::Trajectory path_of(const Pipeline& p, const Stage& stage) {
  analysis::TrajectoryOptions options;
  options.framework = p.study.measure.framework;
  options.unwrapped = true;
  analysis::TrajectoryBuilder builder(options);
  for_each_path_frame(p.study.elements, chunk_folders(stage), p.study.dynamics.timestep,
                      stage.results.at("first_step").get<std::uint64_t>(),
                      [&](const Frame& frame, double time) { builder.add(frame, time); });
  return std::move(builder).finish();
}

/// Diffusion and conductivity: runs of one temperature are combined.
void analyse_transport(const Pipeline& p, const std::vector<Stage>& measured,
                       const fs::path& folder, json& out) {
  const formats::StudyMeasure& m = p.study.measure;
  const std::size_t replicas = measured.size() / m.temperature.size();
  out["transport"] = json::array();
  std::vector<json> records;
  for (std::size_t t = 0; t < m.temperature.size(); ++t) {
    analysis::ConductivityOptions options;
    options.species = m.mobile;
    options.charge = m.charge;
    options.temperature = m.temperature[t];
    options.diffusion.threads = p.cores;
    std::vector<analysis::ConductivityRun> runs;
    std::vector<std::string> files;
    for (std::size_t r = 0; r < replicas; ++r) {
      const Stage& stage = measured[t * replicas + r];
      const analysis::Trajectory path = path_of(p, stage);
      const fs::path csv = folder / fmt::format("msd_{:g}K_{}.csv", m.temperature[t], r);
      write_text(csv.string(), analysis::to_csv(analysis::msd_table(path, p.cores)));
      out["transport"].push_back({{"temperature", m.temperature[t]},
                                  {"replica", r},
                                  {"msd", p.folder.relative(csv.string())},
                                  {"path", p.folder.relative(stage.file("path"))}});
      runs.push_back(analysis::conductivity_of_run(path, options));
      files.push_back(p.folder.relative(stage.folder));
    }
    records.push_back(analysis::to_json(analysis::combine(std::move(runs), options), files));
  }
  out["conductivity"] = records;
  analysis::ArrheniusOptions options;
  options.seed = p.study.seed;
  out["arrhenius"] =
      analysis::to_json(analysis::arrhenius(analysis::arrhenius_points(records), options));
}

/// Errors on frames that no training read, and on those that it did.
void analyse_parity(const Pipeline& p, const Stage& data, const Trained& potential,
                    const fs::path& folder, json& out) {
  out["parity"] = json::array();
  out["parity_points"] = json::array();
  const json& truth = data.results.at("levels").back();
  const auto compare = [&](const std::string& set, const std::vector<Frame>& frames) {
    for (const ParitySeries& series : parity_of({potential.models.front()}, frames, p.threads)) {
      const fs::path csv = folder / fmt::format("parity_{}_{}.csv", set, series.quantity);
      write_text(csv.string(), to_csv(series));
      out["parity"].push_back({{"set", set},
                               {"level", truth.at("name")},
                               {"quantity", series.quantity},
                               {"rmse", series.rmse()},
                               {"mae", series.mae()},
                               {"n", series.label.size()},
                               {"frames", frames.size()},
                               {"unit", series.unit}});
      out["parity_points"].push_back({{"set", set},
                                      {"level", truth.at("name")},
                                      {"quantity", series.quantity},
                                      {"csv", p.folder.relative(csv.string())}});
    }
  };
  if (truth.contains("test")) {
    const std::vector<Frame> test = formats::read_frames(
        (fs::path(data.folder) / truth.at("test").get<std::string>()).string());
    compare("test", test);
    out["ensemble_force_rmse"] = parity_of(potential.models, test, p.threads)[1].rmse();
  }
  std::vector<Frame> training;
  for (const json& file : truth.at("files"))
    for (Frame& frame :
         formats::read_frames((fs::path(data.folder) / file.get<std::string>()).string()))
      training.push_back(std::move(frame));
  compare("training", training);
}

}  // namespace

Stage analyse(Pipeline& p, const Stage& data, const Trained& potential,
              const std::vector<Stage>& quenched, const std::vector<Stage>& measured) {
  learn::Identity identity("analysis", 2);
  identity.add("data", data.identity).add("potential", potential.stage.identity);
  for (const Stage& stage : quenched) identity.add("glass", stage.identity);
  for (const Stage& stage : measured) identity.add("run", stage.identity);
  identity.add("mobile", p.study.measure.mobile).add("framework", p.study.measure.framework);
  identity.add("charge", p.study.measure.charge).add("seed", static_cast<double>(p.study.seed));
  return p.stage("analysis", identity, [&](const std::string& folder) {
    StageResult result;
    analyse_parity(p, data, potential, folder, result.results);
    analyse_glasses(p, quenched, folder, result.results);
    analyse_transport(p, measured, folder, result.results);
    for (const json& entry : result.results.at("parity"))
      if (entry.at("set") == "test" && entry.at("quantity") == "force")
        result.detail =
            fmt::format("force RMSE {:.3f} eV/A on {} unseen frames",
                        entry.at("rmse").get<double>(), entry.at("frames").get<std::size_t>());
    const json& ea = result.results.at("arrhenius").at("activation_energy");
    result.detail += ea.contains("value")
                         ? fmt::format("; Ea = {:.2f} eV", ea.at("value").get<double>())
                         : fmt::format("; Ea refused: {}", ea.at("refused").get<std::string>());
    return result;
  });
}

}  // namespace vitrion::app
