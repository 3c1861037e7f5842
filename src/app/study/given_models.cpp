// Stage potential: models that the study names, in place of a training.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/model/file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

Trained given_models(Pipeline& p) {
  std::vector<std::string> files;
  learn::Identity identity("potential", 1);
  for (const std::string& model : p.study.potential.models) {
    files.push_back(study_path(p.study, model));
    identity.add("model", fmt::format("{:016x}", hash64(formats::read_whole_file(files.back()))));
  }
  Trained result;
  result.stage = p.stage("potential", identity, [&](const std::string& folder) {
    StageResult stage;
    for (std::size_t k = 0; k < files.size(); ++k) {
      const potential::Model model = formats::read_model(files[k]);
      for (const std::string& element : p.study.elements)
        if (std::ranges::find(model.type_map, element) == model.type_map.end())
          throw InputError(fmt::format("{}: {} knows no {}", p.study.place("potential.models"),
                                       files[k], element));
      // A copy: the runs go on with it whatever becomes of the original.
      const std::string own = fmt::format("model_{}.dp", k);
      formats::write_model((fs::path(folder) / own).string(), model);
      stage.results["models"].push_back(own);
      stage.results["from"].push_back(files[k]);
    }
    stage.detail = fmt::format("{} model{} as given, {}", files.size(), files.size() > 1 ? "s" : "",
                               fs::path(files.front()).filename().string());
    return stage;
  });
  for (const nlohmann::json& file : result.stage.results.at("models"))
    result.models.push_back((fs::path(result.stage.folder) / file.get<std::string>()).string());
  return result;
}

}  // namespace vitrion::app
