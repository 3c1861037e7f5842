// Errors of the potential on frames that no training read, and on those that it did.
#include <fmt/format.h>

#include <filesystem>

#include "app/study/analyse.hpp"
#include "app/study/parity.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using nlohmann::json;
using structures::Frame;

void analyse_parity(Pipeline& p, const Stage& data, const Trained& potential,
                    const std::string& folder, json& out) {
  out["parity"] = json::array();
  out["parity_points"] = json::array();
  const json& truth = data.results.at("levels").back();
  const auto compare = [&](const std::string& set, const std::vector<Frame>& frames) {
    for (const ParitySeries& series : parity_of({potential.models.front()}, frames, p.threads)) {
      const fs::path csv = fs::path(folder) / fmt::format("parity_{}_{}.csv", set, series.quantity);
      formats::write_whole_file(csv.string(), to_csv(series));
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

}  // namespace vitrion::app
