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
  std::unique_ptr<engines::LabelEngine> labeller;    ///< of the exploration: the teacher, if any
  std::unique_ptr<engines::LabelEngine> truth;       ///< second level; null without a teacher
  std::unique_ptr<engines::LabelEngine> dispersion;  ///< added to the teacher; null for none

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

/// Who labels, and what a stage of labels is called.
struct Labelling {
  const engines::LabelEngine& engine;
  const formats::StudyLabel& settings;
  std::string name;     ///< "label": its stages are label-000, ...
  bool needed = false;  ///< without a single label there is nothing to go on with
};

/// Crystals and their perturbed copies: results "crystals" and "frames" are files.
[[nodiscard]] Stage loop_seed(Pipeline& pipeline);
/// Labels of the frames of a file of `asked`: result "labelled" is a file, or none came.
[[nodiscard]] Stage loop_label(Loop& loop, const Labelling& by, int iteration, const Stage& asked,
                               const std::string& key);
/// All labels so far, split into training and test frames by the run that they come from.
[[nodiscard]] Stage loop_data(Pipeline& pipeline, int iteration, const std::vector<Stage>& labels);
/// How an ensemble is trained.
struct LoopTraining {
  const formats::StudyTraining& settings;
  const Ensemble* before = nullptr;  ///< where the weights start; null: random
  /// Share of the batches that come from the last of the data's groups, where there are two.
  double weight = 1;
};
/// One task per member on the files of `data`.
[[nodiscard]] Ensemble loop_train(Loop& loop, int iteration, const Stage& data,
                                  const LoopTraining& training);
/// The runs of a stage, then the frames that are worth a label: counts, and the file "picked".
[[nodiscard]] Stage loop_explore(Loop& loop, int iteration, std::size_t stage,
                                 const Ensemble& ensemble, const Stage& seed, const Stage& data);
/// Errors on the frames that no training saw, as a stage of this name.
[[nodiscard]] Stage loop_judge(Pipeline& pipeline, const std::string& name,
                               const Ensemble& ensemble, const Stage& data);
/// Whole runs are held back, never single frames of one: neighbours in time know each other.
/// Crystals always train.
[[nodiscard]] bool held_back(const formats::Study& study, const structures::Frame& frame);

/// Rounds of the second level are told from iterations of the first by their numbers.
inline constexpr int truth_iteration = 1000;
/// The second level, from an ensemble that the teacher's loop left. @throws Refused if its rounds
/// end without having converged.
[[nodiscard]] Ensemble run_truth(Loop& loop, const Ensemble& taught, const Stage& data);

/// The whole loop. @throws Refused if it ends without having converged.
[[nodiscard]] Ensemble run_loop(Pipeline& pipeline);

}  // namespace vitrion::app
