// A labeller made of an engine and the local queue: task folders by content, so that nothing runs
// twice.
#pragma once

#include <string>

#include "edges/engines/worker_engine.hpp"
#include "learn/labeller.hpp"

namespace vitrion::app {

struct LabelOptions {
  std::string tasks;     ///< folder of the task folders, made if missing
  std::string python;    ///< empty: that of the engine's venv
  std::size_t jobs = 1;  ///< processes at a time, one core each
  bool retry = false;    ///< compute frames again whose earlier result says unconverged
};

class EngineLabeller : public learn::Labeller {
 public:
  /// @throws InputError if the engine's Python is not found, naming the script that makes it.
  EngineLabeller(engines::WorkerEngine engine, LabelOptions options);

  /// Frames that an earlier run finished are answered first, from their folders.
  std::vector<learn::Labelled> label(
      const std::vector<structures::Frame>& frames,
      const std::function<void(std::size_t, const learn::Labelled&)>& done) override;

  /// The folder of a frame: TASKS/IDENTITY.
  [[nodiscard]] std::string folder_of(const structures::Frame& frame) const;

 private:
  engines::WorkerEngine engine_;
  LabelOptions options_;
};

/// PYTHON of a venv named relative to the repository: looked for upwards from the working folder,
/// from the program's own place, and in the source tree; empty if it is nowhere.
[[nodiscard]] std::string find_python(const std::string& venv);

}  // namespace vitrion::app
