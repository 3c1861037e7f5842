#include "app/claims/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "analysis/label_tests.hpp"
#include "app/claims/parts.hpp"
#include "app/source_tree.hpp"
#include "app/table.hpp"
#include "base/error.hpp"
#include "edges/formats/frames.hpp"
#include "edges/formats/reference.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using analysis::CompositionFindings;
using analysis::Estimate;
using analysis::GlassFindings;
using analysis::RunFindings;
using nlohmann::json;

namespace {

constexpr double farthest_look = 3;   // A: something is always nearer
constexpr double paper_share = 0.45;  // of a run, from 50 to 95 %

/// A table beside the record; empty if it cannot be read, as one that was never written.
report::Table table_at(const fs::path& folder, const json& object, const std::string& key) {
  const std::string path = parts::text(object, key);
  if (path.empty() || !fs::exists(folder / path)) return {};
  return read_table((folder / path).string());
}

const std::vector<double>* column(const report::Table& table, const std::string& name) {
  const auto found = std::ranges::find(table.names, name);
  if (found == table.names.end()) return nullptr;
  return &table.columns[static_cast<std::size_t>(found - table.names.begin())];
}

analysis::TimeSeries series(const report::Table& table, const std::string& time,
                            const std::string& name) {
  const std::vector<double>* t = column(table, time);
  const std::vector<double>* y = column(table, name);
  if (t == nullptr || y == nullptr) return {};
  return {*t, *y};
}

/// Mean over the last tenth of a column: of the trace of a glass, the end of its last segment.
std::optional<analysis::CorrelatedMean> at_the_end(const report::Table& table,
                                                   const std::string& name) {
  const std::vector<double>* all = column(table, name);
  if (all == nullptr || all->size() < 40) return std::nullopt;
  const std::size_t last = all->size() / 10;
  return analysis::correlated_mean(std::span(*all).last(last));
}

void read_structure(const fs::path& path, GlassFindings& glass) {
  if (!fs::is_regular_file(path)) return;
  const structures::Frame frame = formats::read_frames(path.string()).front();
  const std::vector<int> counts = frame.species.counts();
  for (std::size_t s = 0; s < counts.size(); ++s) glass.atoms[frame.species.names[s]] = counts[s];
  double least = farthest_look;
  const structures::NeighbourList list =
      structures::neighbour_list(frame.cell, frame.positions, farthest_look);
  for (const Vec3& d : list.displacement) least = std::min(least, norm(d));
  glass.smallest_distance = least;
}

GlassFindings glass_of(const json& replica, const fs::path& folder) {
  GlassFindings g;
  g.replica = static_cast<int>(parts::number(replica, "replica").value_or(0));
  const json& density = parts::at(replica, "density");
  g.density = parts::value(density, "density");
  g.volume_per_atom = parts::value(density, "volume_per_atom");
  g.settled = parts::truth(density, "settled");
  const json& quench = parts::at(replica, "quench");
  g.energy_settled = parts::truth(parts::at(quench, "settled"), "energy");
  const json& melt = parts::at(quench, "melt");
  g.melt_equilibrated = parts::truth(melt, "equilibrated");
  g.melt = parts::text(melt, "verdict");
  if (const std::string path = parts::text(replica, "snapshot"); !path.empty())
    read_structure(folder / path, g);
  const report::Table trace = table_at(folder, replica, "trace");
  g.mean_temperature = at_the_end(trace, "temperature_K");
  g.mean_pressure = at_the_end(trace, "pressure_GPa");
  return g;
}

/// D, sigma and their guards of one run, from the record `conductivity`.
void read_transport(const json& entry, RunFindings& run) {
  if (!entry.is_object()) {
    run.refused = "the run was not analysed";
    return;
  }
  const Estimate D = parts::estimate(entry, "D");
  if (D.is_refused()) {
    run.refused = D.refused;
  } else {
    run.D = D.value;
    // Student's t on the logarithm; its factor is that of many ions.
    run.relative_error = std::log(D.high / D.low) / (2 * 1.96);
  }
  run.sigma = parts::value(entry, "sigma_NE");
  run.guard = parts::text(entry, "guard");
  run.duration = parts::number(entry, "duration_ps").value_or(0);
  run.volume = parts::number(entry, "volume").value_or(0);
  run.ions = parts::number(entry, "ions").value_or(0);
  run.cage_plateau = parts::number(entry, "cage_plateau").value_or(0);
  run.framework_flow = parts::number(entry, "framework_msd");
}

void read_curves(const json& entry, const fs::path& folder, const std::string& mobile,
                 RunFindings& run) {
  const report::Table msd = table_at(folder, entry, "msd");
  run.mobile_msd = series(msd, "lag_ps", mobile + "_first");
  run.phosphorus_first = series(msd, "lag_ps", "P_first");
  const analysis::TimeSeries phosphorus = series(msd, "lag_ps", "P");
  if (run.duration <= 0 && !phosphorus.empty()) run.duration = phosphorus.time.back();
  run.phosphorus_msd = phosphorus.at(paper_share * run.duration);
  const json& unwrapping = parts::at(entry, "unwrapping");
  run.framework_msd = parts::number(unwrapping, "framework_msd");
  run.framework_msd_cartesian = parts::number(unwrapping, "framework_msd_cartesian");
}

/// The entry of a pooled record's "replicas" that is of this trajectory, or null: a run that could
/// not be analysed has none.
const json& entry_of(const json& record, const std::string& trajectory) {
  static const json nothing;
  for (const json& entry : parts::at(record, "replicas"))
    if (parts::text(entry, "file") == trajectory) return entry;
  return nothing;
}

/// Adds the runs of one temperature to their glasses.
void read_temperature(const json& t, const fs::path& folder, CompositionFindings& c) {
  const double kelvin = parts::number(t, "temperature").value_or(0);
  const json& conductivity = parts::at(t, "conductivity");
  const std::string species = parts::text(conductivity, "species");
  const json& runs = parts::at(t, "runs");
  for (const json& entry : runs) {
    const double replica = parts::number(entry, "replica").value_or(0);
    const auto glass =
        std::ranges::find(c.glasses, static_cast<int>(replica), &GlassFindings::replica);
    if (glass == c.glasses.end()) continue;
    RunFindings& run = glass->runs.emplace_back();
    run.temperature = kelvin;
    const std::string path = parts::text(entry, "trajectory");
    read_transport(entry_of(conductivity, path), run);
    read_curves(entry, folder, species.empty() ? "Na" : species, run);
    run.hops = parts::number(entry_of(parts::at(t, "hops"), path), "hops");
    const json& doorway = entry_of(parts::at(t, "doorways"), path);
    run.gate_radius = parts::number(doorway, "radius");
    run.gate_flexibility = parts::number(doorway, "fluctuation");
  }
  const json& bonded = parts::at(parts::at(t, "hops"), "bonded_anions");
  const double hops = parts::number(bonded, "hops").value_or(0);
  if (const auto elsewhere = parts::number(bonded, "units_changed"); elsewhere && hops > 0)
    c.shuttling.push_back({kelvin, analysis::wilson_share(*elsewhere, hops)});
  const json& pathways = parts::at(t, "pathways");
  if (const std::optional<double> paths = parts::value(parts::at(pathways, "void"), "crossings")) {
    const double all = *paths * parts::number(pathways, "replicas").value_or(1);
    c.void_crossing.push_back({kelvin, Estimate::of(all, all, all, "paths", "counted")});
  }
}

/// The share of P in classes with four anions and no other bond, as an interval that is no narrower
/// than that of any one class.
analysis::UnitFindings units_of(const json& units) {
  analysis::UnitFindings u;
  const Estimate none = Estimate::of(0, 0, 0, "1", "none was seen");
  u.PS4 = none;
  double four = 0;
  double half = 0;
  for (const json& k : parts::at(units, "classes")) {
    const std::string name = parts::text(k, "name");
    const Estimate share = parts::estimate(k, "fraction");
    if (name == "PS4") u.PS4 = share;
    const bool tetrahedral =
        name == "PS4" || name == "PS3O" || name == "PS2O2" || name == "PSO3" || name == "PO4";
    if (!tetrahedral || share.is_refused()) continue;
    four += *share.value;
    half = std::max(half, share.half_width());
  }
  u.four_coordinated = Estimate::of(four, std::max(0.0, four - half), std::min(1.0, four + half),
                                    "1", "sum of the classes");
  const json& anions = parts::at(units, "anions");
  u.free_sulfur = parts::estimate(parts::at(anions, "free"), "S");
  if (u.free_sulfur.is_refused()) u.free_sulfur = none;
  double oxygen = 0;
  for (const char* kind : {"terminal", "bridging", "free"}) {
    u.sulfur += parts::value(parts::at(anions, kind), "S").value_or(0);
    oxygen += parts::value(parts::at(anions, kind), "O").value_or(0);
  }
  const Estimate free_oxygen = parts::estimate(parts::at(anions, "free"), "O");
  if (oxygen <= 0)
    u.bound_oxygen = Estimate::refusal("there is no oxygen", std::nullopt, "1");
  else if (free_oxygen.is_refused())
    u.bound_oxygen = Estimate::of(1, 1, 1, "1", "no free O was seen");
  else
    u.bound_oxygen =
        Estimate::of(1 - *free_oxygen.value / oxygen, std::max(0.0, 1 - free_oxygen.high / oxygen),
                     std::min(1.0, 1 - free_oxygen.low / oxygen), "1", "1 - free O / all O");
  const json& distribution = parts::at(units, "oxygen");
  for (const json& n : parts::at(distribution, "observed"))
    if (n.is_number()) u.oxygen_on_P.push_back(n.get<double>());
  u.oxygen_share = parts::number(distribution, "share").value_or(0);
  u.frames = static_cast<std::size_t>(parts::number(units, "frames").value_or(0));
  u.frames_broken = static_cast<std::size_t>(
      parts::number(parts::at(units, "identity"), "frames_broken").value_or(0));
  return u;
}

/// K of each replica by strain with relaxed ions; left out where a replica has none, for then it is
/// not said whose are left.
void read_moduli(const json& modulus, CompositionFindings& c) {
  c.target_temperature = parts::number(modulus, "temperature");
  const json& values = parts::at(parts::at(parts::at(modulus, "strain"), "relaxed"), "replicas");
  if (values.is_array() && values.size() == c.glasses.size())
    for (std::size_t k = 0; k < values.size(); ++k)
      if (values[k].is_number()) c.glasses[k].bulk_modulus = values[k].get<double>();
  const json& agreement = parts::at(modulus, "agreement");
  if (const std::optional<bool> agree = parts::truth(agreement, "agree"))
    c.modulus_agreement = analysis::Agreement{*agree, parts::text(agreement, "statement")};
}

void read_peaks(const json& rdfs, CompositionFindings& c) {
  for (const json& rdf : rdfs) {
    const json& peaks = parts::at(rdf, "nonbonded_peaks");
    if (!peaks.is_array() || peaks.size() != c.glasses.size()) continue;
    for (std::size_t k = 0; k < peaks.size(); ++k)
      if (peaks[k].is_number())
        c.glasses[k].peaks[parts::text(rdf, "pair")] = peaks[k].get<double>();
  }
}

CompositionFindings composition_of(const json& glass, const fs::path& folder) {
  CompositionFindings c;
  c.key = parts::text(glass, "key");
  c.name = parts::text(glass, "name");
  c.x = parts::number(glass, "x").value_or(0);
  c.porous = parts::truth(glass, "porous").value_or(false);
  for (const json& replica : parts::at(glass, "replicas"))
    c.glasses.push_back(glass_of(replica, folder));
  read_moduli(parts::at(glass, "modulus"), c);
  read_peaks(parts::at(glass, "rdf"), c);
  if (const json& units = parts::at(glass, "units"); units.is_object()) c.units = units_of(units);
  for (const json& t : parts::at(glass, "temperatures")) read_temperature(t, folder, c);
  return c;
}

void read_reference(const json& list, analysis::Findings& f) {
  for (const json& r : list) {
    analysis::ReferenceValue v;
    v.quantity = parts::text(r, "quantity");
    v.x = parts::number(r, "x");
    v.temperature = parts::number(r, "temperature");
    v.value = parts::number(r, "value").value_or(0);
    v.upper_bound = parts::truth(r, "upper_bound").value_or(false);
    v.unit = parts::text(r, "unit");
    v.error = parts::number(r, "error");
    v.confidence = parts::text(r, "confidence");
    v.source = parts::text(r, "source");
    f.reference.push_back(std::move(v));
  }
}

/// The .csv files of a folder by name; none if there is no folder.
std::vector<std::string> csv_files(const fs::path& folder) {
  std::vector<std::string> files;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (entry.path().extension() == ".csv") files.push_back(entry.path().string());
  std::ranges::sort(files);
  return files;
}

}  // namespace

analysis::Findings findings_of(const json& record, const std::string& run_folder) {
  analysis::Findings f;
  const json& scale = parts::at(parts::at(record, "study"), "scale");
  f.size_scale = parts::number(scale, "size").value_or(1);
  f.time_scale = parts::number(scale, "time").value_or(1);
  for (const json& glass : parts::at(record, "glasses"))
    f.compositions.push_back(composition_of(glass, run_folder));
  std::ranges::stable_sort(f.compositions, {}, &CompositionFindings::x);
  std::ranges::stable_partition(f.compositions,
                                [](const CompositionFindings& c) { return !c.porous; });
  read_reference(parts::at(record, "reference"), f);
  return f;
}

std::vector<std::string> reference_files_beside(const std::string& study) {
  return csv_files(fs::path(study).replace_extension(".reference"));
}

json reference_record(const std::vector<std::string>& files) {
  std::vector<std::string> all = csv_files(source_tree() / "data" / "reference");
  all.insert(all.end(), files.begin(), files.end());
  json list = json::array();
  const auto number = [](const std::optional<double>& x) { return x ? json(*x) : json(nullptr); };
  for (const std::string& file : all)
    for (const formats::ReferencePoint& p : formats::read_reference(file))
      list.push_back({{"quantity", p.quantity},
                      {"x", number(p.x)},
                      {"temperature", number(p.temperature)},
                      {"value", p.value},
                      {"upper_bound", p.upper_bound},
                      {"unit", p.unit},
                      {"error", number(p.error)},
                      {"confidence", p.confidence},
                      {"source", p.source},
                      {"note", p.note}});
  return list;
}

}  // namespace vitrion::app
