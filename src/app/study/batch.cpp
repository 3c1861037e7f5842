#include "app/study/batch.hpp"

#include "base/random.hpp"
#include "edges/formats/frames.hpp"

namespace vitrion::app {

std::vector<Stage> run_batch(
    Pipeline& p, const std::string& title, std::vector<BatchItem> items,
    const std::function<StageResult(const BatchItem&, const ChainResult&)>& settle) {
  std::vector<Stage> stages(items.size());
  std::vector<Chain> chains;
  std::vector<std::size_t> of;
  for (std::size_t i = 0; i < items.size(); ++i) {
    BatchItem& item = items[i];
    item.chain.folder = p.folder.folder_of(item.name, item.identity);
    if (p.folder.finished(item.name, item.identity)) {
      stages[i] =
          p.stage(item.name, item.identity, [](const std::string&) { return StageResult(); });
      continue;
    }
    p.folder.make(item.name, item.identity);
    chains.push_back(item.chain);
    of.push_back(i);
  }
  run_each_chain(p, title, chains, [&](std::size_t c, const ChainResult& result, double seconds) {
    const BatchItem& item = items[of[c]];
    stages[of[c]] = p.stage(item.name, item.identity, [&](const std::string&) {
      StageResult settled = settle(item, result);
      settled.seconds = seconds;
      return settled;
    });
  });
  return stages;
}

md::Protocol protocol_of(const formats::Study& study, std::vector<md::Segment> segments,
                         const std::string& stream, std::size_t index) {
  md::Protocol protocol;
  protocol.timestep = study.dynamics.timestep;
  protocol.segments = std::move(segments);
  protocol.seed = RandomStream(study.seed, stream, index).below(1'000'000'000);
  return protocol;
}

structures::Frame end_of(const Stage& stage) {
  return formats::read_frames(stage.file("end")).back();
}

}  // namespace vitrion::app
