// Trainer: one model, its data, its optimiser; a run that can be stopped at any step and goes on
// bit by bit.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "potential/gradient.hpp"
#include "potential/model.hpp"
#include "train/adam.hpp"
#include "train/batches.hpp"
#include "train/dataset.hpp"
#include "train/loss.hpp"
#include "train/schedule.hpp"

namespace vitrion::train {

struct Options {
  LossOptions loss;
  RateOptions rate;
  AdamOptions adam;
  BatchRule batch;
  SamplingRule sampling;
  BatchRule validation_batch;
  SamplingRule validation_sampling;
  std::size_t validation_batches = 1;  ///< batches per row of the learning curve
  std::size_t steps = 1000;
  std::size_t display_every = 1000;  ///< rows at step 1 and multiples; 0: no rows
  bool display_average = false;      ///< rows hold the mean since the last row
  std::size_t save_every = 1000;  ///< checkpoints at multiples, and at the end; 0: only at the end
  std::uint64_t seed = 1;         ///< order of the data
  std::optional<potential::Precision> precision;  ///< of the kernels; absent: the model's own
  std::string gemm;      ///< matrix back end by name; empty: by the processor
  std::string settings;  ///< kept in each State, so that whoever restores it can notice a change
};

/// A row of the learning curve: errors before the update of `step`, which counts from 1.
struct CurveRow {
  std::size_t step = 0;
  double rate = 0;
  Errors training;
  std::optional<Errors> validation;
};

/// All that a run needs to go on with the same bits. The model holds the current weights.
struct State {
  potential::Model model;
  std::uint64_t step = 0;  ///< updates done
  std::uint64_t seed = 0;
  potential::Precision precision = potential::Precision::float64;
  std::string gemm;
  std::vector<double> first_moment;  ///< (parameters) of Adam
  std::vector<double> second_moment;
  std::vector<std::uint64_t> training_position;
  std::vector<std::uint64_t> validation_position;
  std::vector<double> interval;  ///< sums since the last row, for display_average
  std::string settings;          ///< the input's text, to notice a change
};

/// The port through which checkpoints leave; the room train knows no files.
class CheckpointSink {
 public:
  virtual ~CheckpointSink() = default;
  virtual void save(const State& state) = 0;
};

class Trainer;

/// Who watches a run; each part may be empty.
struct Observers {
  std::function<void(const CurveRow&)> row;
  /// After each step: for a progress bar.
  std::function<void(const Trainer&)> step;
  /// Asked before each step: true ends the run here, with a checkpoint.
  std::function<bool()> stop;
  CheckpointSink* checkpoints = nullptr;
};

enum class Ended { done, stopped };

class Trainer {
 public:
  /// A fresh run from `model` (its weights and statistics as they are), at step 0.
  /// `validation` may be null.
  Trainer(potential::Model model, std::shared_ptr<const Dataset> training,
          std::shared_ptr<const Dataset> validation, Options options,
          std::shared_ptr<ThreadPool> threads);
  /// Goes on from a state: seed, precision and matrix back end are the state's.
  /// @throws InputError where state and data do not fit.
  Trainer(const State& state, std::shared_ptr<const Dataset> training,
          std::shared_ptr<const Dataset> validation, Options options,
          std::shared_ptr<ThreadPool> threads);
  ~Trainer();
  Trainer(Trainer&&) noexcept;
  Trainer& operator=(Trainer&&) noexcept;

  /// Steps until all are done, the observers ask for a stop, or `step` == until (0: no such limit).
  /// A checkpoint is saved at step 0, at multiples of save_every, when stopped and at the end.
  /// @throws Refused if the loss is not finite, naming step, system and frame.
  Ended run(const Observers& observers, std::size_t until = 0);

  [[nodiscard]] std::size_t step() const;   ///< updates done
  [[nodiscard]] std::size_t steps() const;  ///< updates in all
  [[nodiscard]] bool done() const { return step() >= steps(); }
  [[nodiscard]] const Errors& errors() const;    ///< of the last batch
  [[nodiscard]] potential::Model model() const;  ///< with the current weights
  [[nodiscard]] State state() const;
  [[nodiscard]] const Options& options() const;
  /// For example "double, libxsmm (avx512)".
  [[nodiscard]] std::string description() const;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

/// Fine-tuning's first move: regresses label - prediction of the frame energies on the counts of
/// each type and adds the result to out_bias (DeePMD's change-bias).
[[nodiscard]] potential::Model with_changed_bias(potential::Model model, const Dataset& data,
                                                 std::shared_ptr<ThreadPool> threads);

}  // namespace vitrion::train
