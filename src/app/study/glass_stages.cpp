// Stages pack, quench and pore: the glasses are made.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/study/batch.hpp"
#include "app/study/packing.hpp"
#include "app/study/path.hpp"
#include "app/study/quench_report.hpp"
#include "app/study/stages.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "glass/melt_quench.hpp"
#include "glass/pore.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using nlohmann::json;
using structures::Frame;

namespace {

constexpr double one_bar = 1.0;

/// ps between frames of a glass in the making: a hundred over its last segment, which is what the
/// structure is averaged over.
double frame_period(const std::vector<md::Segment>& segments) {
  return std::clamp(segments.back().time / 100, 0.1, 1.0);
}

Stage pack(Pipeline& p, const Trained& potential, const Case& what, std::size_t replica) {
  const std::string name = fmt::format("pack-{}-{}", what.key, replica + 1);
  learn::Identity identity("pack", 2);
  identity.add("potential", potential.stage.identity);
  identity.add("units", what.composition.description());
  identity.add("density", p.study.glass.density).add("seed", static_cast<double>(p.study.seed));
  identity.add("replica", static_cast<double>(replica));
  describe_dynamics(identity, p.study);
  return p.stage(name, identity, [&](const std::string& folder) {
    const Frame packed =
        pack_box(what.composition, p.study.glass.density, p.study.seed, "pack " + what.key, replica,
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
        {"end", "packed.extxyz"}, {"atoms", what.composition.atoms}, {"x", what.composition.x}};
    result.detail = fmt::format("{}, {} atoms at {} g/cm3", what.composition.description(),
                                what.composition.atoms, p.study.glass.density);
    return result;
  });
}

/// What a glass is and how it came to be, once for the quench and for the porous glass.
StageResult settle_glass(Pipeline& p, const BatchItem& item, const ChainResult& chain) {
  const fs::path folder = item.chain.folder;
  const md::Protocol& protocol = item.chain.protocol;
  formats::write_frames((folder / "relaxed.extxyz").string(), {chain.end});
  write_trace((folder / "trace.csv").string(), chain.rows, protocol.timestep);
  keep_path(p.study.elements, chain, protocol.timestep, 0, folder.string());
  const fs::path checks = folder / "quench.json";
  if (!fs::exists(checks))
    formats::write_whole_file(checks.string(),
                              quench_report(p.study.elements, chain, protocol).dump(1) + "\n");
  drop_steps_between(chain);
  StageResult result;
  result.results = {
      {"end", "relaxed.extxyz"},
      {"trace", "trace.csv"},
      {"path", "path.nc"},
      {"seed", protocol.seed},
      {"log", fs::path(chain.folders.back()).filename().string()},
      // The second half of the last segment: the first is the way there.
      {"structure_from_ps", protocol.total_time() - protocol.segments.back().time / 2},
      {"quench", json::parse(formats::read_whole_file(checks.string()))}};
  result.detail = fmt::format("{:.6g} ps, {:.3f} g/cm3 at the end", protocol.total_time(),
                              structures::density(chain.end));
  return result;
}

BatchItem quench_item(const Pipeline& p, const Trained& potential, const Case& what,
                      std::size_t replica, const Stage& packed,
                      const std::vector<md::Segment>& schedule) {
  learn::Identity identity("quench", 2);
  identity.add("start", packed.identity);
  for (const md::Segment& s : schedule)
    identity.add(md::name_of(s.kind), {s.from, s.to, s.pressure, s.time});
  describe_dynamics(identity, p.study);
  md::Protocol protocol = protocol_of(p.study, schedule, "quench-velocities " + what.key, replica);
  protocol.observers.thermo = 0.1;
  protocol.observers.trajectory = frame_period(schedule);
  return {fmt::format("quench-{}-{}", what.key, replica + 1),
          identity,
          {fmt::format("quench {}, glass {}", what.name, replica + 1),
           "",
           end_of(packed),
           protocol,
           {potential.models.front()}}};
}

/// The porous glass: a sphere of whole units is taken out of the relaxed one, then it relaxes.
BatchItem pore_item(const Pipeline& p, const Trained& potential, const Case& what,
                    std::size_t replica, const Stage& dense, double kelvin) {
  const formats::StudyPore& settings = *p.study.glass.pore;
  learn::Identity identity("pore", 1);
  identity.add("start", dense.identity).add("diameter", settings.diameter);
  identity.add("npt", {kelvin, one_bar, settings.time});
  describe_dynamics(identity, p.study);
  md::Protocol protocol = protocol_of(p.study, {md::Segment::npt(kelvin, one_bar, settings.time)},
                                      "pore-velocities " + what.key, replica);
  protocol.observers.thermo = 0.1;
  protocol.observers.trajectory = frame_period(protocol.segments);
  return {fmt::format("pore-{}-{}", what.key, replica + 1),
          identity,
          {fmt::format("pore {}, glass {}", what.name, replica + 1),
           "",
           {},
           protocol,
           {potential.models.front()}}};
}

json pore_record(const glass::Pore& pore, double diameter) {
  return {{"quantity", "pore"},
          {"formula", structures::formula(pore.frame.species)},
          {"atoms", pore.frame.size()},
          {"formula_units_removed", pore.formula_units},
          {"removed", pore.removed},
          {"diameter", diameter},
          {"volume_share", pore.volume_share},
          {"x_shift", pore.x_shift},
          {"density_g_cm3", structures::density(pore.frame)}};
}

std::vector<Stage> make_porous(Pipeline& p, const Trained& potential, const Case& what,
                               const std::vector<Stage>& dense, double kelvin) {
  glass::PoreOptions options;
  options.diameter = p.study.glass.pore->diameter;
  options.round = p.study.glass.round;
  std::vector<BatchItem> items;
  std::vector<json> records;
  for (std::size_t replica = 0; replica < dense.size(); ++replica) {
    items.push_back(pore_item(p, potential, what, replica, dense[replica], kelvin));
    const glass::Pore pore = glass::carve_pore(end_of(dense[replica]), options);
    records.push_back(pore_record(pore, options.diameter));
    items.back().chain.start = pore.frame;
  }
  return run_batch(p, "relax the porous glass", items,
                   [&](const BatchItem& item, const ChainResult& chain) {
                     StageResult result = settle_glass(p, item, chain);
                     json& quench = result.results["quench"];
                     const auto replica = static_cast<std::size_t>(
                         std::ranges::find(items, item.name, &BatchItem::name) - items.begin());
                     result.results["pore"] = records[replica];
                     // It was melted and cooled as the dense one; here it only relaxed.
                     json history = dense[replica].results.at("quench");
                     history["settled"] = quench.at("settled");
                     quench = std::move(history);
                     return result;
                   });
}

}  // namespace

std::vector<Glass> make_glasses(Pipeline& p, const Trained& potential) {
  const std::vector<md::Segment> schedule = study_schedule(p.study);
  std::vector<Glass> glasses;
  std::vector<BatchItem> items;
  for (const Case& what : study_cases(p.study)) {
    glasses.push_back({what, {}, {}, {}});
    if (what.porous) continue;
    for (std::size_t replica = 0; replica < p.study.glass.replicas; ++replica)
      items.push_back(
          quench_item(p, potential, what, replica, pack(p, potential, what, replica), schedule));
  }
  const std::vector<Stage> quenched = run_batch(
      p, "melt and quench", std::move(items), [&](const BatchItem& item, const ChainResult& chain) {
        StageResult result = settle_glass(p, item, chain);
        if (const json& melt = result.results["quench"]["melt"];
            melt.is_object() && !melt["equilibrated"].get<bool>())
          p.say(fmt::format("{}: {}", item.name, melt["verdict"].get<std::string>()));
        return result;
      });
  auto next = quenched.begin();
  for (Glass& glass : glasses) {
    if (glass.what.porous) continue;
    glass.relaxed.assign(next, next + static_cast<long>(p.study.glass.replicas));
    next += static_cast<long>(p.study.glass.replicas);
  }
  for (Glass& glass : glasses) {
    if (!glass.what.porous) continue;
    const auto dense = std::ranges::find_if(glasses, [&](const Glass& g) {
      return !g.what.porous && g.what.composition.x == glass.what.composition.x;
    });
    glass.relaxed = make_porous(p, potential, glass.what, dense->relaxed, schedule.back().to);
  }
  return glasses;
}

}  // namespace vitrion::app
