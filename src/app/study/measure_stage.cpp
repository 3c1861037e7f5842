// Stage measure: each glass is brought to each temperature, and its ions are watched.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/statistics.hpp"
#include "app/study/batch.hpp"
#include "app/study/path.hpp"
#include "app/study/stages.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

constexpr double one_bar = 1.0;
constexpr double shortest_ramp = 0.5;  // ps

std::vector<md::Segment> segments_of(const formats::StudyMeasure& m, std::size_t t,
                                     double glass_kelvin) {
  const double kelvin = m.temperature[t];
  std::vector<md::Segment> segments;
  if (kelvin != glass_kelvin)
    segments.push_back(
        md::Segment::ramp(glass_kelvin, kelvin,
                          std::max(shortest_ramp, std::abs(kelvin - glass_kelvin) / m.heat_rate)));
  segments.push_back(md::Segment::npt(kelvin, one_bar, m.settle_npt));
  if (m.ensemble == "npt") {
    segments.push_back(md::Segment::npt(kelvin, one_bar, m.time[t]));
  } else {
    segments.push_back(md::Segment::hold(kelvin, m.settle_nvt));
    segments.push_back(md::Segment::hold(kelvin, m.time[t]));
  }
  return segments;
}

BatchItem measure_item(const Pipeline& p, const Trained& potential, const Glass& glass,
                       std::size_t t, std::size_t replica, double glass_kelvin) {
  const formats::StudyMeasure& m = p.study.measure;
  const double kelvin = m.temperature[t];
  learn::Identity identity("measure", 2);
  identity.add("glass", glass.relaxed[replica].identity).add("temperature", kelvin);
  identity.add("plan", {m.heat_rate, m.settle_npt, m.settle_nvt, m.time[t], m.every});
  identity.add("ensemble", m.ensemble);
  describe_dynamics(identity, p.study);
  md::Protocol protocol =
      protocol_of(p.study, segments_of(m, t, glass_kelvin),
                  fmt::format("measure {} {:g}K", glass.what.key, kelvin), replica);
  protocol.observers.trajectory = m.every;
  protocol.observers.thermo = std::max(protocol.observers.thermo, m.every);
  return {fmt::format("measure-{}-{:g}K-{}", glass.what.key, kelvin, replica + 1),
          identity,
          {fmt::format("{}, {:g} K, glass {}", glass.what.name, kelvin, replica + 1),
           "",
           end_of(glass.relaxed[replica]),
           protocol,
           {potential.models.front()}}};
}

StageResult settle(const Pipeline& p, const BatchItem& item, const ChainResult& chain) {
  const fs::path folder = item.chain.folder;
  const md::Protocol& protocol = item.chain.protocol;
  write_trace((folder / "trace.csv").string(), chain.rows, protocol.timestep);
  std::uint64_t first_step = 0;
  for (const md::Chunk& chunk : chain.chunks)
    if (chunk.segment + 1 == protocol.segments.size()) {
      first_step = chunk.first_step;
      break;
    }
  keep_path(p.study.elements, chain, protocol.timestep, first_step, folder.string());
  keep_viewer(p.study.elements, folder.string());
  drop_steps_between(chain);
  std::vector<double> kelvin;
  for (const md::ThermoRow& row : chain.rows)
    if (row.step >= first_step) kelvin.push_back(row.temperature);
  const double mean = analysis::mean(kelvin);
  StageResult result;
  result.results = {{"trace", "trace.csv"},
                    {"path", "path.nc"},
                    {"viewer", "viewer.nc"},
                    {"temperature", protocol.segments.back().to},
                    {"mean_temperature", mean}};
  result.detail = fmt::format("{:g} ps of production, {:.3f} g/cm3, mean {:.0f} K",
                              protocol.segments.back().time, structures::density(chain.end), mean);
  return result;
}

}  // namespace

void measure(Pipeline& p, const Trained& potential, std::vector<Glass>& glasses) {
  const double glass_kelvin = study_schedule(p.study).back().to;
  const std::size_t temperatures = p.study.measure.temperature.size();
  std::vector<BatchItem> items;
  for (const Glass& glass : glasses)
    for (std::size_t t = 0; t < temperatures; ++t)
      for (std::size_t replica = 0; replica < glass.relaxed.size(); ++replica)
        items.push_back(measure_item(p, potential, glass, t, replica, glass_kelvin));
  const std::vector<Stage> stages = run_batch(
      p, "measure", std::move(items),
      [&](const BatchItem& item, const ChainResult& chain) { return settle(p, item, chain); });
  auto next = stages.begin();
  for (Glass& glass : glasses) {
    glass.measured.assign(temperatures, {});
    for (std::vector<Stage>& runs : glass.measured)
      for (std::size_t replica = 0; replica < glass.relaxed.size(); ++replica)
        runs.push_back(*next++);
  }
}

}  // namespace vitrion::app
