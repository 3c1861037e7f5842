// Labels by any engine that a queue can run: tasks on this machine, with a ledger of their own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "edges/engines/label_engine.hpp"
#include "learn/labeller.hpp"
#include "learn/queue.hpp"

namespace vitrion::app {

struct QueueLabelOptions {
  std::string tasks;     ///< folder of the ledger and the tasks, made if missing
  std::size_t jobs = 1;  ///< tasks at a time
  learn::Resources resources;
  bool retry = false;  ///< compute again what failed before
};

class QueueLabeller : public learn::Labeller {
 public:
  QueueLabeller(std::unique_ptr<engines::LabelEngine> engine, QueueLabelOptions options);

  /// What an earlier run finished is not computed again. `done` is called when all have ended.
  std::vector<learn::Labelled> label(
      const std::vector<structures::Frame>& frames,
      const std::function<void(std::size_t, const learn::Labelled&)>& done) override;

 private:
  std::unique_ptr<engines::LabelEngine> engine_;
  QueueLabelOptions options_;
};

}  // namespace vitrion::app
