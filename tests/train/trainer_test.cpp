// The trainer: states restore bit by bit, threads do not change bits, ensembles equal solo runs.
#include "train/trainer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "edges/formats/training/checkpoint.hpp"
#include "potential/engine.hpp"
#include "train/ensemble.hpp"
#include "train/initial_model.hpp"
#include "train/small_data.hpp"

namespace vitrion::train {
namespace {

using potential::Model;

std::shared_ptr<const Dataset> small_dataset(std::uint64_t seed = 1) {
  std::vector<System> systems;
  for (const std::vector<int>& types : {std::vector<int>{0, 0, 1}, {0, 1, 1, 1, 0}}) {
    System system{"system", {}};
    for (std::uint64_t f = 0; f < 5; ++f)
      system.frames.push_back(random_frame(100 * seed + 10 * types.size() + f, {"Na", "S"}, types));
    systems.push_back(std::move(system));
  }
  systems[1].frames[2].labels.virial.reset();
  ThreadPool threads(1);
  return std::make_shared<const Dataset>(std::move(systems), std::vector<std::string>{"Na", "S"},
                                         5.0, threads);
}

Options small_options() {
  Options options;
  options.loss.virial = {0.02, 1};
  options.rate.stop = 1e-4;
  options.rate.decay_steps = 5;
  options.batch.kind = BatchRule::Kind::each;
  options.batch.sizes = {2};
  options.validation_batch = options.batch;
  options.validation_batches = 2;
  options.steps = 30;
  options.display_every = 4;
  options.display_average = true;
  options.save_every = 7;
  options.seed = 5;
  return options;
}

Model small_model(const Dataset& data, std::uint64_t seed = 3) {
  ModelPlan plan;
  plan.shape.type_map = {"Na", "S"};
  plan.shape.descriptor.rcut = 5.0;
  plan.shape.descriptor.neuron = {3, 6};
  plan.shape.descriptor.axis_neuron = 2;
  plan.shape.fitting.neuron = {5, 5};
  plan.descriptor_seed = plan.fitting_seed = seed;
  ThreadPool threads(1);
  return make_model(plan, data, Batches(data, small_options().batch, {}, 1, "train"), threads);
}

/// Keeps checkpoints as bytes, by step.
class Memory : public CheckpointSink {
 public:
  void save(const State& state) override { saved[state.step] = formats::checkpoint_bytes(state); }
  std::map<std::uint64_t, std::string> saved;
};

struct Outcome {
  std::string end;  ///< the last state's bytes
  std::vector<CurveRow> rows;
  std::map<std::uint64_t, std::string> saved;
};

/// Runs to the end; `from` holds a checkpoint, or nothing for a fresh run.
Outcome run(const Options& options, std::size_t thread_count, const std::string& from = {},
            std::size_t stop_at = 0) {
  const auto data = small_dataset();
  const auto validation = small_dataset(2);
  auto threads = std::make_shared<ThreadPool>(thread_count);
  Trainer trainer = from.empty() ? Trainer(small_model(*data), data, validation, options, threads)
                                 : Trainer(formats::checkpoint_state(from, "memory"), data,
                                           validation, options, threads);
  Outcome result;
  Memory memory;
  Observers observers;
  observers.row = [&](const CurveRow& row) { result.rows.push_back(row); };
  observers.stop = [&] { return stop_at > 0 && trainer.step() == stop_at; };
  observers.checkpoints = &memory;
  const Ended ended = trainer.run(observers);
  EXPECT_EQ(ended, stop_at > 0 ? Ended::stopped : Ended::done);
  result.end = formats::checkpoint_bytes(trainer.state());
  result.saved = std::move(memory.saved);
  return result;
}

void expect_same(const CurveRow& a, const CurveRow& b) {
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.rate, b.rate);
  EXPECT_EQ(a.training.loss, b.training.loss);
  EXPECT_EQ(a.training.force, b.training.force);
  EXPECT_EQ(a.validation->loss, b.validation->loss);
}

TEST(Trainer, RowsAndCheckpointsComeWhenDue) {
  const Outcome whole = run(small_options(), 1);
  std::vector<std::size_t> steps;
  for (const CurveRow& row : whole.rows) steps.push_back(row.step);
  EXPECT_THAT(steps, ::testing::ElementsAre(1, 4, 8, 12, 16, 20, 24, 28));
  std::vector<std::uint64_t> saved;
  for (const auto& [step, bytes] : whole.saved) saved.push_back(step);
  EXPECT_THAT(saved, ::testing::ElementsAre(0, 7, 14, 21, 28, 30));
  EXPECT_LT(whole.rows.back().training.loss, whole.rows.front().training.loss);
}

TEST(Trainer, EveryCheckpointLeadsToTheSameBits) {
  const Outcome whole = run(small_options(), 1);
  for (const auto& [step, bytes] : whole.saved) {
    const Outcome rest = run(small_options(), 1, bytes);
    EXPECT_EQ(rest.end, whole.end) << "from step " << step;
    for (std::size_t k = 1; k <= rest.rows.size(); ++k)
      expect_same(rest.rows[rest.rows.size() - k], whole.rows[whole.rows.size() - k]);
  }
}

TEST(Trainer, StoppedAtAnyStepItGoesOnToTheSameBits) {
  const std::string end = run(small_options(), 1).end;
  for (const std::size_t at : {1, 4, 13}) {
    const Outcome stopped = run(small_options(), 1, {}, at);
    ASSERT_TRUE(stopped.saved.contains(at));
    EXPECT_EQ(run(small_options(), 1, stopped.saved.at(at)).end, end) << at;
  }
}

TEST(Trainer, BitsDoNotDependOnThreads) {
  EXPECT_EQ(run(small_options(), 1).end, run(small_options(), 3).end);
}

TEST(Trainer, SinglePrecisionRestartsExactlyToo) {
  Options options = small_options();
  options.precision = potential::Precision::float32;
  const Outcome whole = run(options, 1);
  EXPECT_EQ(run(options, 1, whole.saved.at(14)).end, whole.end);
  EXPECT_NE(whole.end, run(small_options(), 1).end);
}

TEST(Trainer, SeedsMatter) {
  Options options = small_options();
  options.seed = 6;
  EXPECT_NE(run(options, 1).end, run(small_options(), 1).end);
}

TEST(Trainer, RefusesWhatDoesNotFit) {
  const auto data = small_dataset();
  auto threads = std::make_shared<ThreadPool>(1);
  Model model = small_model(*data);
  model.descriptor.rcut = 6.0;
  EXPECT_THROW(Trainer(model, data, nullptr, small_options(), threads), InputError);
  model = small_model(*data);
  model.type_map = {"S", "Na"};
  EXPECT_THROW(Trainer(model, data, nullptr, small_options(), threads), InputError);
  const std::string checkpoint = run(small_options(), 1).saved.at(14);
  Options shorter = small_options();
  shorter.steps = 10;
  EXPECT_THROW((void)run(shorter, 1, checkpoint), InputError);
}

TEST(Trainer, DivergenceStopsTheRun) {
  const auto data = small_dataset();
  Options options = small_options();
  options.rate.start = 1e200;
  Trainer trainer(small_model(*data), data, nullptr, options, std::make_shared<ThreadPool>(1));
  EXPECT_THROW((void)trainer.run({}), Refused);
}

TEST(ChangedBias, LeavesNoMeanResidual) {
  const auto data = small_dataset();
  auto threads = std::make_shared<ThreadPool>(1);
  Model model = small_model(*data);
  model.out_bias = {10, -20};
  const Model changed = with_changed_bias(model, *data, threads);
  potential::Engine engine(changed, {}, threads);
  potential::Result result;
  structures::NeighbourList scratch;
  // Normal equations of the regression: residuals are orthogonal to the counts of each type.
  std::vector<double> sums(2, 0.0);
  for (std::size_t s = 0; s < 2; ++s)
    for (std::size_t f = 0; f < 5; ++f) {
      engine.compute(data->configuration(s, f, scratch), result);
      const auto counts = data->frame(s, f).species.counts();
      const double residual = *data->frame(s, f).labels.energy - result.energy;
      for (std::size_t t = 0; t < 2; ++t) sums[t] += counts[t] * residual;
    }
  for (const double sum : sums) EXPECT_NEAR(sum, 0, 1e-10);  // rounding of energies near 100 eV
}

TEST(Ensemble, MembersEqualSoloRuns) {
  const auto data = small_dataset();
  std::vector<std::string> solo;
  std::vector<Member> members;
  for (const std::uint64_t seed : {1, 2, 3}) {
    Options options = small_options();
    options.seed = seed;
    const auto make = [&] {
      return Trainer(small_model(*data, seed), data, nullptr, options,
                     std::make_shared<ThreadPool>(threads_per_member(3, 2)));
    };
    Trainer alone = make();
    (void)alone.run({});
    solo.push_back(formats::checkpoint_bytes(alone.state()));
    members.push_back({make(), {}});
  }
  EXPECT_EQ(train_ensemble(members, 2), Ended::done);
  for (std::size_t k = 0; k < members.size(); ++k)
    EXPECT_EQ(formats::checkpoint_bytes(members[k].trainer.state()), solo[k]);
}

TEST(Ensemble, AFailureStopsTheOthersWithACheckpoint) {
  const auto data = small_dataset();
  Memory memory;
  std::vector<Member> members;
  for (const double rate : {1e-3, 1e200}) {
    Options options = small_options();
    options.rate.start = rate;
    options.steps = 100000;
    Trainer trainer(small_model(*data), data, nullptr, options, std::make_shared<ThreadPool>(1));
    members.push_back({std::move(trainer), {}});
  }
  members[0].observers.checkpoints = &memory;
  EXPECT_THROW((void)train_ensemble(members, 2), Refused);
  EXPECT_TRUE(memory.saved.contains(members[0].trainer.step()));
}

TEST(Ensemble, SharesCores) {
  EXPECT_EQ(threads_per_member(4, 2), 1U);
  EXPECT_EQ(threads_per_member(2, 8), 4U);
  EXPECT_EQ(threads_per_member(1, 3), 3U);
}

}  // namespace
}  // namespace vitrion::train
