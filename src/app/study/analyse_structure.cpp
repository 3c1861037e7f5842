// What a relaxed glass is: density, pair distributions, units, structure factor, stiffness, pore.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <optional>
#include <span>

#include "analysis/nonbonded.hpp"
#include "analysis/records.hpp"
#include "analysis/statistics.hpp"
#include "app/study/analyse.hpp"
#include "app/trajectory_input.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;
using structures::Frame;

namespace {

// A structure factor is smooth: so many frames of a replica say what more would.
constexpr std::size_t most_frames_of_sq = 20;

/// One accumulator a replica, each given its frames; every `stride`-th of them.
template <class Accumulator>
std::vector<Accumulator> over_replicas(const Glass& glass, std::size_t most_frames = 0) {
  std::vector<Accumulator> all(glass.relaxed.size());
  for (std::size_t r = 0; r < all.size(); ++r) {
    std::size_t frames = 0;
    if (most_frames > 0) for_each_relaxed_frame(glass.relaxed[r], [&](const Frame&) { ++frames; });
    const std::size_t stride =
        most_frames > 0 ? std::max<std::size_t>(1, (frames + most_frames - 1) / most_frames) : 1;
    std::size_t k = 0;
    for_each_relaxed_frame(glass.relaxed[r], [&](const Frame& frame) {
      if (k++ % stride == 0) all[r].add(frame);
    });
  }
  return all;
}

/// Relaxed glasses have cells of their own, so each has its own waves: the mean of the replicas'
/// curves on the waves of the first, where all have some.
analysis::StructureFactor mean_structure_factor(
    const std::vector<analysis::StructureFactorAccumulator>& replicas, const std::string& pair) {
  std::vector<analysis::StructureFactor> curves;
  for (const auto& one : replicas)
    curves.push_back(analysis::structure_factor(std::span(&one, 1), pair));
  const auto at = [](const analysis::StructureFactor& c, double q) -> std::optional<double> {
    const auto above = std::ranges::lower_bound(c.q, q);
    if (above == c.q.end() || (above == c.q.begin() && *above > q)) return std::nullopt;
    const auto k = static_cast<std::size_t>(above - c.q.begin());
    if (c.q[k] == q) return c.s[k];
    const double share = (q - c.q[k - 1]) / (c.q[k] - c.q[k - 1]);
    return (1 - share) * c.s[k - 1] + share * c.s[k];
  };
  if (curves.size() == 1) return curves.front();
  analysis::StructureFactor mean = curves.front();
  mean.q.clear();
  mean.s.clear();
  mean.s_error.clear();
  mean.replicas = curves.size();
  mean.frames = 0;
  for (const auto& c : curves) mean.frames += c.frames;
  for (const double q : curves.front().q) {
    std::vector<double> values;
    for (const auto& c : curves)
      if (const auto s = at(c, q)) values.push_back(*s);
    if (values.size() < curves.size()) continue;
    mean.q.push_back(q);
    mean.s.push_back(analysis::mean(values));
    mean.s_error.push_back(analysis::standard_deviation(values) /
                           std::sqrt(static_cast<double>(values.size())));
  }
  return mean;
}

/// Strain at 0 K of every replica as one estimate: each replica is a glass of its own.
json strain_of(const std::vector<Stage>& strained, const char* ions) {
  std::vector<analysis::ReplicaValue> values;
  std::string refused;
  for (const Stage& stage : strained) {
    if (!stage.results.contains("record")) {
      refused = stage.results.at("refused");
      continue;
    }
    const json record = json::parse(formats::read_whole_file(stage.file("record")));
    const analysis::Estimate K = analysis::estimate_from_json(record.at(ions).at("K"));
    if (K.is_refused() || !(*K.value > 0)) {
      refused = K.is_refused() ? K.refused : "K is not positive";
      continue;
    }
    const double dof = static_cast<double>(record.at(ions).at("points").size()) - 3;
    values.push_back({*K.value, K.half_width() / analysis::student_t95(dof) / *K.value, dof});
  }
  if (values.empty()) return to_json(analysis::Estimate::refusal(refused, std::nullopt, "GPa"));
  json combined = to_json(
      analysis::combine_replicas(values, "GPa", "strain of the cell at 0 K, quadratic fit"));
  combined["replicas"] = json::array();
  for (const auto& v : values) combined["replicas"].push_back(v.value);
  return combined;
}

json modulus_record(const GlassAnalysis& a, const std::vector<analysis::DensitySeries>& densities) {
  std::vector<std::vector<double>> volumes;
  for (const analysis::DensitySeries& d : densities) volumes.push_back(d.volume);
  const double kelvin = study_schedule(a.p.study).back().to;
  json record = {{"quantity", "modulus"}, {"temperature", kelvin}};
  analysis::Estimate fluctuation;
  try {
    fluctuation = analysis::fluctuation_modulus(volumes, kelvin);
  } catch (const InputError& e) {
    fluctuation = analysis::Estimate::refusal(e.what(), std::nullopt, "GPa");
  }
  record["K"] = to_json(fluctuation);
  if (a.glass.strained.empty()) return record;
  record["strain"] = {{"temperature", 0},
                      {"relaxed", strain_of(a.glass.strained, "relaxed")},
                      {"clamped", strain_of(a.glass.strained, "clamped")}};
  const analysis::Estimate strain = analysis::estimate_from_json(record["strain"]["relaxed"]);
  if (!strain.is_refused() && !fluctuation.is_refused()) {
    const analysis::Agreement agreement = analysis::compare(strain, fluctuation);
    record["agreement"] = {{"agree", agreement.agree}, {"statement", agreement.statement}};
  }
  return record;
}

void describe_replicas(GlassAnalysis& a, const std::vector<analysis::DensitySeries>& densities) {
  a.record["replicas"] = json::array();
  for (std::size_t k = 0; k < a.glass.relaxed.size(); ++k) {
    const Stage& stage = a.glass.relaxed[k];
    json entry = {{"replica", k + 1},
                  {"seed", stage.results.at("seed")},
                  {"trace", a.p.folder.relative(stage.file("trace"))},
                  {"snapshot", a.p.folder.relative(stage.file("end"))},
                  {"quench", stage.results.at("quench")}};
    a.make(entry["density"], "density of replica " + std::to_string(k + 1),
           [&] { return analysis::to_json(analysis::density(std::span(&densities[k], 1))); });
    a.record["replicas"].push_back(std::move(entry));
  }
}

/// Of each replica, or null; empty for pairs that have none.
json nonbonded_peaks(const std::vector<analysis::RdfAccumulator>& replicas,
                     const std::string& pair) {
  json peaks = json::array();
  const auto range = analysis::nonbonded_range(pair);
  if (!range) return peaks;
  for (const analysis::RdfAccumulator& replica : replicas) {
    const analysis::Rdf rdf = analysis::rdf(std::span(&replica, 1), pair);
    const std::optional<double> peak = analysis::nonbonded_peak(rdf.r, rdf.g, *range);
    peaks.push_back(peak ? json(*peak) : json(nullptr));
  }
  return peaks;
}

void analyse_pairs(GlassAnalysis& a) {
  a.record["rdf"] = json::array();
  const fs::path folder = fs::path(a.folder) / "rdf";
  fs::create_directories(folder);
  const auto rdfs = over_replicas<analysis::RdfAccumulator>(a.glass);
  for (const std::string& pair : analysis::all_pairs(rdfs.front())) {
    json record;
    a.make(record, "g(r) of " + pair, [&] {
      const analysis::Rdf rdf = analysis::rdf(rdfs, pair);
      formats::write_whole_file((folder / (pair + ".csv")).string(), analysis::to_csv(rdf));
      json found = to_json(rdf);
      found["nonbonded_peaks"] = nonbonded_peaks(rdfs, pair);
      return found;
    });
    if (!record.is_null()) a.record["rdf"].push_back(std::move(record));
  }
}

}  // namespace

void for_each_relaxed_frame(const Stage& relaxed, const std::function<void(const Frame&)>& body) {
  const double from = relaxed.results.at("structure_from_ps").get<double>();
  for_each_frame(relaxed.file("path"), {}, true, [&](const Frame& frame, double time) {
    if (time >= from) body(frame);
  });
}

void analyse_structure(GlassAnalysis& a) {
  const auto densities = over_replicas<analysis::DensitySeries>(a.glass);
  describe_replicas(a, densities);
  a.make(a.record["density"], "density", [&] { return to_json(analysis::density(densities)); });
  a.make(a.record["modulus"], "modulus", [&] { return modulus_record(a, densities); });
  a.make(a.record["units"], "units", [&] {
    return to_json(analysis::unit_census(over_replicas<analysis::UnitSeries>(a.glass)));
  });
  a.make(a.record["structure_factor"], "structure factor", [&] {
    return to_json(mean_structure_factor(
        over_replicas<analysis::StructureFactorAccumulator>(a.glass, most_frames_of_sq),
        "neutron"));
  });
  analyse_pairs(a);
  if (!a.glass.what.porous) return;
  a.record["pore"] = a.glass.relaxed.front().results.at("pore");
  for (const Stage& stage : a.glass.relaxed)
    a.record["pore"]["replicas"].push_back(stage.results.at("pore"));
}

}  // namespace vitrion::app
