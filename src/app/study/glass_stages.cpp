// Stages pack, quench and measure: the glass is made, and then its ions are watched.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <filesystem>

#include "analysis/statistics.hpp"
#include "app/study/dynamics.hpp"
#include "app/study/packing.hpp"
#include "app/study/quench_report.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/frames.hpp"
#include "glass/melt_quench.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using structures::Frame;

namespace {

constexpr double one_bar = 1.0;

md::Protocol protocol_of(const Study& study, std::vector<md::Segment> segments,
                         const std::string& stream, std::size_t index) {
  md::Protocol protocol;
  protocol.timestep = study.dynamics.timestep;
  protocol.segments = std::move(segments);
  protocol.seed = RandomStream(study.seed, stream, index).below(1'000'000'000);
  return protocol;
}

Frame last_frame(const Stage& stage) {
  return formats::read_frames(stage.file("end")).back();
}

/// Stages of one kind that run at the same time: those that are done are left out of the run, all
/// get their manifests when the run is over.
struct Batch {
  struct Item {
    std::string name;
    learn::Identity identity;
    Chain chain;
  };
  std::vector<Item> items;
};

/// Runs the chains of the stages that are not done yet together, then settles each stage.
std::vector<Stage> run_batch(
    Pipeline& p, const std::string& title, Batch batch,
    const std::function<StageResult(const Batch::Item&, const ChainResult&)>& settle) {
  std::vector<Chain> chains;
  std::vector<std::size_t> of(batch.items.size(), 0);
  for (std::size_t i = 0; i < batch.items.size(); ++i) {
    Batch::Item& item = batch.items[i];
    item.chain.folder = p.folder.folder_of(item.name, item.identity);
    if (p.folder.finished(item.name, item.identity)) continue;
    p.folder.make(item.name, item.identity);
    of[i] = chains.size();
    chains.push_back(item.chain);
  }
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<ChainResult> results =
      chains.empty() ? std::vector<ChainResult>() : run_chains(p, title, chains);
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::vector<Stage> stages;
  for (std::size_t i = 0; i < batch.items.size(); ++i)
    stages.push_back(p.stage(batch.items[i].name, batch.items[i].identity, [&](const std::string&) {
      StageResult result = settle(batch.items[i], results[of[i]]);
      result.seconds = seconds / static_cast<double>(chains.size());
      return result;
    }));
  return stages;
}

}  // namespace

std::vector<Stage> pack(Pipeline& p, const Trained& potential) {
  const glass::Composition composition = study_composition(p.study);
  std::vector<Stage> stages;
  for (std::size_t replica = 0; replica < p.study.glass.replicas; ++replica) {
    const std::string name = fmt::format("pack-{}", replica);
    learn::Identity identity("pack", 1);
    identity.add("potential", potential.stage.identity).add("units", composition.description());
    identity.add("density", p.study.glass.density).add("seed", static_cast<double>(p.study.seed));
    identity.add("replica", static_cast<double>(replica));
    describe_dynamics(identity, p.study);
    stages.push_back(p.stage(name, identity, [&](const std::string& folder) {
      const Frame packed =
          pack_box(composition, p.study.glass.density, p.study.seed, "pack", replica,
                   p.study.elements, (fs::path(folder) / "packmol").string());
      const std::vector<ChainResult> relaxed =
          run_chains(p, "minimise",
                     {{name,
                       (fs::path(folder) / "minimise").string(),
                       packed,
                       protocol_of(p.study, {md::Segment::minimise()}, "minimise", replica),
                       {potential.models.front()}}});
      Frame end = relaxed.front().end;
      end.velocities.clear();
      formats::write_frames((fs::path(folder) / "packed.extxyz").string(), {end});
      StageResult result;
      result.results = {
          {"end", "packed.extxyz"}, {"atoms", composition.atoms}, {"x", composition.x}};
      result.detail = fmt::format("{}, {} atoms at {} g/cm3", composition.description(),
                                  composition.atoms, p.study.glass.density);
      return result;
    }));
  }
  return stages;
}

std::vector<Stage> quench(Pipeline& p, const Trained& potential, const std::vector<Stage>& packed) {
  const std::vector<md::Segment> schedule = study_schedule(p.study);
  Batch batch;
  for (std::size_t replica = 0; replica < packed.size(); ++replica) {
    learn::Identity identity("quench", 1);
    identity.add("start", packed[replica].identity);
    for (const md::Segment& s : schedule)
      identity.add(md::name_of(s.kind), {s.from, s.to, s.pressure, s.time});
    describe_dynamics(identity, p.study);
    md::Protocol protocol = protocol_of(p.study, schedule, "quench-velocities", replica);
    protocol.observers.thermo = 0.1;
    // The last segment is what the glass is at the end: its structure is averaged.
    protocol.observers.trajectory = 0.2;
    batch.items.push_back({fmt::format("quench-{}", replica),
                           identity,
                           {fmt::format("quench {}", replica),
                            "",
                            last_frame(packed[replica]),
                            protocol,
                            {potential.models.front()}}});
  }
  return run_batch(
      p, "melt and quench", std::move(batch),
      [&](const Batch::Item& item, const ChainResult& chain) {
        const fs::path folder = item.chain.folder;
        Frame end = chain.end;
        formats::write_frames((folder / "relaxed.extxyz").string(), {end});
        write_trace((folder / "trace.csv").string(), chain.rows, p.study.dynamics.timestep);
        StageResult result;
        result.results = {{"end", "relaxed.extxyz"}, {"trace", "trace.csv"}};
        std::uint64_t last_segment_step = 0;
        for (std::size_t k = 0; k < chain.chunks.size(); ++k) {
          result.results["chunks"].push_back(fs::path(chain.folders[k]).filename().string());
          if (last_segment_step == 0 && chain.chunks[k].segment + 1 == schedule.size())
            last_segment_step = chain.chunks[k].first_step;
        }
        result.results["last_segment_step"] = last_segment_step;
        write_path(p.study.elements, chain, p.study.dynamics.timestep, 0, folder.string());
        result.results["path"] = "path.nc";
        result.results["quench"] = quench_report(p.study.elements, chain, item.chain.protocol);
        if (const nlohmann::json& melt = result.results["quench"]["melt"];
            melt.is_object() && !melt["equilibrated"].get<bool>())
          p.say(fmt::format("{}: {}", item.name, melt["verdict"].get<std::string>()));
        result.detail = fmt::format("{:.6g} ps, {:.3f} g/cm3 at the end",
                                    item.chain.protocol.total_time(), structures::density(end));
        return result;
      });
}

std::vector<Stage> measure(Pipeline& p, const Trained& potential,
                           const std::vector<Stage>& quenched) {
  const formats::StudyMeasure& m = p.study.measure;
  const double glass_end = study_schedule(p.study).back().to;  // K
  Batch batch;
  for (std::size_t t = 0; t < m.temperature.size(); ++t)
    for (std::size_t replica = 0; replica < quenched.size(); ++replica) {
      const double kelvin = m.temperature[t];
      std::vector<md::Segment> segments;
      if (kelvin != glass_end)
        segments.push_back(md::Segment::ramp(
            glass_end, kelvin, std::max(0.5, std::abs(kelvin - glass_end) / m.heat_rate)));
      segments.push_back(md::Segment::npt(kelvin, one_bar, m.settle_npt));
      segments.push_back(md::Segment::hold(kelvin, m.settle_nvt));
      segments.push_back(md::Segment::hold(kelvin, m.time));
      learn::Identity identity("measure", 1);
      identity.add("glass", quenched[replica].identity).add("temperature", kelvin);
      identity.add("plan", {m.heat_rate, m.settle_npt, m.settle_nvt, m.time, m.every});
      describe_dynamics(identity, p.study);
      md::Protocol protocol =
          protocol_of(p.study, segments, "measure-velocities", t * quenched.size() + replica);
      protocol.observers.trajectory = m.every;
      batch.items.push_back({fmt::format("measure-{:g}K-{}", kelvin, replica),
                             identity,
                             {fmt::format("{:g} K, glass {}", kelvin, replica),
                              "",
                              last_frame(quenched[replica]),
                              protocol,
                              {potential.models.front()}}});
    }
  return run_batch(
      p, "measure", std::move(batch), [&](const Batch::Item& item, const ChainResult& chain) {
        const fs::path folder = item.chain.folder;
        write_trace((folder / "trace.csv").string(), chain.rows, p.study.dynamics.timestep);
        const std::size_t production = item.chain.protocol.segments.size() - 1;
        StageResult result;
        result.results = {{"trace", "trace.csv"},
                          {"temperature", item.chain.protocol.segments.back().to}};
        std::uint64_t first_step = 0;
        for (std::size_t k = 0; k < chain.chunks.size(); ++k) {
          if (chain.chunks[k].segment != production) continue;
          if (result.results["chunks"].empty()) first_step = chain.chunks[k].first_step;
          result.results["chunks"].push_back(fs::path(chain.folders[k]).filename().string());
        }
        result.results["first_step"] = first_step;
        write_path(p.study.elements, chain, p.study.dynamics.timestep, first_step, folder.string());
        result.results["path"] = "path.nc";
        std::vector<double> kelvin;
        for (const md::ThermoRow& row : chain.rows)
          if (row.step >= first_step) kelvin.push_back(row.temperature);
        result.results["mean_temperature"] = analysis::mean(kelvin);
        result.detail = fmt::format("{:g} ps of production, {:.3f} g/cm3, mean {:.0f} K", m.time,
                                    structures::density(chain.end), analysis::mean(kelvin));
        return result;
      });
}

}  // namespace vitrion::app
