// What compares the glasses of a study, and what its potential is worth.
#include <fmt/format.h>

#include <filesystem>

#include "app/claims/findings.hpp"
#include "app/claims/judge.hpp"
#include "app/study/analyse.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

/// "force RMSE 0.216 eV/A on 11 unseen frames", if there were any.
std::string parity_text(const json& record) {
  for (const json& entry : record.at("parity"))
    if (entry.at("set") == "test" && entry.at("quantity") == "force")
      return fmt::format("force RMSE {:.3f} eV/A on {} unseen frames",
                         entry.at("rmse").get<double>(), entry.at("frames").get<std::size_t>());
  return "no frame to judge the potential by";
}

/// Rises when the same records come to be judged otherwise.
constexpr int judgement_version = 1;

/// Claims, checks and uncertainty from the records of all glasses.
void judge_study(const Pipeline& p, const std::vector<json>& glasses, json& record) {
  json view = {{"study", {{"seed", p.study.seed}, {"scale", nullptr}}}, {"glasses", glasses}};
  if (p.scale.changes_numbers())
    view["study"]["scale"] = {{"size", p.scale.size}, {"time", p.scale.time}};
  judge(view, p.folder.path(), reference_files_beside(p.study.path));
  for (const char* key : {"reference", "claims", "uncertainty", "checks"})
    record[key] = std::move(view[key]);
}

}  // namespace

Stage analyse_study(Pipeline& p, const Stage* data, const Trained& potential,
                    const std::vector<Stage>& glasses) {
  learn::Identity identity("analysis", analysis_version);
  identity.add("potential", potential.stage.identity);
  if (data != nullptr) identity.add("data", data->identity);
  for (const Stage& glass : glasses) identity.add("glass", glass.identity);
  identity.add("judgement", static_cast<double>(judgement_version));
  for (const std::string& file : reference_files_beside(p.study.path))
    identity.add("reference", formats::read_whole_file(file));
  return p.stage("analysis", identity, [&](const std::string& folder) {
    json record = {{"parity", json::array()}, {"parity_points", json::array()}};
    std::vector<json> of_glasses;
    for (const Stage& glass : glasses) of_glasses.push_back(record_of(glass).at("glass"));
    record["doorway_model"] = doorway_model(of_glasses);
    if (data != nullptr) analyse_parity(p, *data, potential, folder, record);
    judge_study(p, of_glasses, record);
    formats::write_whole_file((fs::path(folder) / "study.json").string(), record.dump() + "\n");
    StageResult result;
    result.results = {{"record", "study.json"}};
    result.detail = fmt::format("{} glass{}; {}", glasses.size(), glasses.size() > 1 ? "es" : "",
                                parity_text(record));
    return result;
  });
}

}  // namespace vitrion::app
