#include "app/study/analyse.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// Numbers of a scaled study say so wherever they go: in each record, with the cooling rate.
void mark_scaled(const Scale& scale, json& value, const json& rate) {
  if (value.is_object() && value.contains("quantity"))
    value["scaled"] = {{"size", scale.size}, {"time", scale.time}, {"cooling_rate_K_per_s", rate}};
  if (value.is_object() || value.is_array())
    for (json& inside : value)
      if (inside.is_object() || (inside.is_array() && !inside.empty() && inside[0].is_object()))
        mark_scaled(scale, inside, rate);
}

json describe_glass(const Glass& glass) {
  const structures::Frame frame = formats::read_frames(glass.relaxed.front().file("end")).back();
  return {{"key", glass.what.key},
          {"name", glass.what.name},
          {"formula", structures::formula(frame.species)},
          {"x", glass.what.composition.x},
          {"porous", glass.what.porous},
          {"atoms", frame.size()}};
}

}  // namespace

void GlassAnalysis::missing(const std::string& what, const std::string& why) {
  const bool says_which = what.find(glass.what.name) != std::string::npos;
  checks.push_back({{"name", says_which ? what : fmt::format("{}, {}", glass.what.name, what)},
                    {"state", "not run"},
                    {"detail", why}});
}

Stage analyse_glass(Pipeline& p, const Trained& potential, const Glass& glass) {
  learn::Identity identity("analyse", analysis_version);
  for (const Stage& stage : glass.relaxed) identity.add("glass", stage.identity);
  for (const Stage& stage : glass.strained) identity.add("strain", stage.identity);
  for (const auto& runs : glass.measured)
    for (const Stage& stage : runs) identity.add("run", stage.identity);
  identity.add("mobile", p.study.measure.mobile).add("framework", p.study.measure.framework);
  identity.add("charge", p.study.measure.charge).add("seed", static_cast<double>(p.study.seed));
  identity.add("scale", p.scale.name());
  return p.stage("analyse-" + glass.what.key, identity, [&](const std::string& folder) {
    GlassAnalysis a{p, potential, glass, folder, describe_glass(glass), json::array()};
    analyse_structure(a);
    analyse_transport(a);
    analyse_mechanism(a);
    analyse_space(a);
    if (p.scale.changes_numbers())
      mark_scaled(p.scale, a.record,
                  glass.relaxed.front().results.at("quench").at("cooling_rate_K_per_s"));
    formats::write_whole_file((fs::path(folder) / "glass.json").string(),
                              json{{"glass", a.record}, {"checks", a.checks}}.dump() + "\n");
    StageResult result;
    result.results = {{"record", "glass.json"}};
    const json& ea = a.record["arrhenius"];
    result.detail =
        ea.is_object() && ea.at("activation_energy").contains("value")
            ? fmt::format("Ea = {:.2f} eV", ea["activation_energy"]["value"].get<double>())
            : "no activation energy";
    return result;
  });
}

json record_of(const Stage& analysed) {
  return json::parse(formats::read_whole_file(analysed.file("record")));
}

}  // namespace vitrion::app
