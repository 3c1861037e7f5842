#include "app/study/quench_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/estimate_json.hpp"
#include "analysis/melt.hpp"
#include "analysis/statistics.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

// 1100 K in 500 ps (Luo et al., 10.1039/D4TA05071A).
constexpr double paper_K_per_ps = 2.2;
constexpr double per_ps_in_per_s = 1e12;

/// Steps of a segment, from its first to behind its last.
struct Stretch {
  std::uint64_t from = 0;
  std::uint64_t to = 0;
};

Stretch steps_of(const ChainResult& chain, std::size_t segment) {
  Stretch stretch;
  bool found = false;
  for (const md::Chunk& chunk : chain.chunks) {
    if (chunk.segment != segment) continue;
    if (!found) stretch.from = chunk.first_step;
    found = true;
    stretch.to = chunk.first_step + chunk.steps;
  }
  return stretch;
}

std::optional<std::size_t> longest_hot_hold(const std::vector<md::Segment>& segments) {
  std::optional<std::size_t> best;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    const md::Segment& s = segments[k];
    if (s.kind == md::Kind::minimise || s.from != s.to) continue;
    if (!best || s.to > segments[*best].to ||
        (s.to == segments[*best].to && s.time > segments[*best].time))
      best = k;
  }
  return best;
}

json melt_record(const std::vector<std::string>& elements, const ChainResult& chain,
                 const md::Protocol& protocol, std::size_t segment) {
  const Stretch stretch = steps_of(chain, segment);
  analysis::MeltCheck check;
  std::size_t frames = 0;
  for_each_path_frame(elements, chain.folders, protocol.timestep, stretch.from,
                      [&](const structures::Frame& frame, double time) {
                        if (time > static_cast<double>(stretch.to) * protocol.timestep + 1e-9)
                          return;
                        check.add(frame);
                        ++frames;
                      });
  if (frames < 2) return nullptr;
  const analysis::MeltReport r = check.report();
  return {{"temperature", protocol.segments[segment].to},
          {"time_ps", protocol.segments[segment].time},
          {"equilibrated", r.equilibrated()},
          {"verdict", r.verdict()},
          {"exchanged_anions_per_P", r.exchanged},
          {"memory_of_bonds", r.memory},
          {"msd", r.msd}};
}

bool has_settled(const std::vector<double>& x) {
  const analysis::Drift drift = analysis::drift_of(x);
  return std::abs(drift.value) <= 2 * drift.error;
}

}  // namespace

json quench_report(const std::vector<std::string>& elements, const ChainResult& chain,
                   const md::Protocol& protocol) {
  const std::vector<md::Segment>& segments = protocol.segments;
  json record = {{"cooling_rate_K_per_s", nullptr},
                 {"times_the_paper", nullptr},
                 {"melt", nullptr},
                 {"glass_transition", nullptr},
                 {"settled", nullptr}};
  double cooled = 0;
  double time = 0;
  std::vector<double> kelvin;
  std::vector<double> energy;
  for (std::size_t k = 0; k < segments.size(); ++k) {
    if (segments[k].to >= segments[k].from) continue;
    cooled += segments[k].from - segments[k].to;
    time += segments[k].time;
    const Stretch stretch = steps_of(chain, k);
    for (const md::ThermoRow& row : chain.rows)
      if (row.step > stretch.from && row.step <= stretch.to) {
        kelvin.push_back(row.temperature);
        energy.push_back(row.potential_energy);
      }
  }
  if (time > 0) {
    record["cooling_rate_K_per_s"] = cooled / time * per_ps_in_per_s;
    record["times_the_paper"] = cooled / time / paper_K_per_ps;
    record["glass_transition"] = to_json(analysis::glass_transition(kelvin, energy));
  }
  if (const auto hold = longest_hot_hold(segments))
    record["melt"] = melt_record(elements, chain, protocol, *hold);
  const Stretch last = steps_of(chain, segments.size() - 1);
  std::vector<double> energies;
  std::vector<double> volumes;
  for (const md::ThermoRow& row : chain.rows)
    if (row.step > last.from) {
      energies.push_back(row.potential_energy);
      volumes.push_back(row.volume);
    }
  record["settled"] = {{"energy", has_settled(energies)}, {"volume", has_settled(volumes)}};
  return record;
}

}  // namespace vitrion::app
