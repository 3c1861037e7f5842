// The concurrent loop: explore, select, label, train, judge, advance. docs/learn.md tells its
// stages and what each folder holds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/study/pipeline.hpp"
#include "app/study/stages.hpp"
#include "edges/engines/label_engine.hpp"
#include "edges/queue/executor.hpp"
#include "learn/queue.hpp"

namespace vitrion::app {

/// What every step of the loop works with.
struct Loop {
  Pipeline& pipeline;
  learn::TaskLedger& ledger;
  std::unique_ptr<learn::Queue> jobs;
  std::unique_ptr<engines::LabelEngine> labeller;

  /// Runs tasks to their ends with a bar.
  std::vector<learn::TaskRow> run(const std::string& title, const std::vector<queue::Work>& works);
};

/// @throws InputError naming the key of the study that is wrong.
[[nodiscard]] Loop make_loop(Pipeline& pipeline);

/// An ensemble that a training left, and what it stands on.
struct Ensemble {
  std::string identity;
  std::vector<std::string> models;  ///< absolute
};

/// Crystals and their perturbed copies: results "crystals" and "frames" are files.
[[nodiscard]] Stage loop_seed(Pipeline& pipeline);
/// Labels of the frames of `file`, a file of `asked`: result "labelled" is a file, or none came.
[[nodiscard]] Stage loop_label(Loop& loop, int iteration, const Stage& asked,
                               const std::string& key);
/// All labels so far, split into training and test frames by the run that they come from.
[[nodiscard]] Stage loop_data(Pipeline& pipeline, int iteration, const std::vector<Stage>& labels);
/// One task per member; `before` is where the weights start, or null.
[[nodiscard]] Ensemble loop_train(Loop& loop, int iteration, const Stage& data,
                                  const Ensemble* before);
/// The runs of a stage, then the frames that are worth a label: counts, and the file "picked".
[[nodiscard]] Stage loop_explore(Loop& loop, int iteration, std::size_t stage,
                                 const Ensemble& ensemble, const Stage& seed, const Stage& data);
/// Errors on the frames that no training saw.
[[nodiscard]] Stage loop_judge(Pipeline& pipeline, int iteration, const Ensemble& ensemble,
                               const Stage& data);

/// The whole loop. @throws Refused if it ends without having converged.
[[nodiscard]] Ensemble run_loop(Pipeline& pipeline);

}  // namespace vitrion::app
