// The pipeline: what every stage of `vitrion run` is given, and how a stage is run once and
// remembered.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "app/study/run_folder.hpp"
#include "app/study/scale.hpp"
#include "base/threads.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

/// What a stage says of itself when it is done.
struct StageResult {
  std::string detail;
  nlohmann::json results = nlohmann::json::object();
  double seconds = 0;  ///< of its work that was done before, together with other stages
};

/// A stage that is done, now or in an earlier run.
struct Stage {
  std::string name;
  std::string folder;  ///< absolute
  std::string identity;
  double seconds = 0;
  std::string finished;  ///< ISO 8601
  std::string detail;
  nlohmann::json results;

  /// A file of the stage: results[key] names it relative to the folder.
  [[nodiscard]] std::string file(const char* key) const;
};

class Pipeline {
 public:
  Pipeline(const formats::Study& study, RunFolder& folder, std::size_t cores, std::string program);

  const formats::Study& study;
  RunFolder& folder;
  const std::size_t cores;
  const std::shared_ptr<ThreadPool> threads;
  const std::string program;  ///< this program's path, to start `vitrion lmp`
  Scale scale;                ///< by which `study` was made smaller

  /// Runs `work` in the task's folder unless it is done; its manifest is written last. What `work`
  /// finds in the folder is its own, from an attempt that was cut short.
  Stage stage(const std::string& name, const learn::Identity& identity,
              const std::function<StageResult(const std::string& folder)>& work);
  /// A line about the stage that is running.
  void say(const std::string& text) const;

  /// All stages so far, in the order of the pipeline.
  [[nodiscard]] const std::vector<Stage>& stages() const { return stages_; }

 private:
  std::vector<Stage> stages_;
};

}  // namespace vitrion::app
