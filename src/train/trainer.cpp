#include "train/trainer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/huge_pages.hpp"
#include "base/threads.hpp"
#include "potential/engine.hpp"
#include "potential/kernels/gemm.hpp"
#include "train/statistics.hpp"

namespace vitrion::train {

namespace {

using potential::Configuration;
using potential::LossSeeds;
using potential::Model;
using potential::Precision;
using potential::Result;
using structures::Frame;

/// The members of Errors as an array, for sums.
constexpr std::array members = {&Errors::loss,   &Errors::energy,      &Errors::force,
                                &Errors::virial, &Errors::atom_energy, &Errors::weighted_force};

Precision own_precision(const Model& model) {
  const bool single = model.descriptor.precision == Precision::float32 &&
                      model.fitting.precision == Precision::float32;
  return single ? Precision::float32 : Precision::float64;
}

Options completed(Options options, const Model& model) {
  if (!options.precision) options.precision = own_precision(model);
  if (options.gemm.empty()) options.gemm = potential::kernels::gemm_names().front();
  options.loss.validate();
  return options;
}

/// A restored run keeps what its bits depend on.
Options as_in_state(Options options, const State& state) {
  options.seed = state.seed;
  options.precision = state.precision;
  options.gemm = state.gemm;
  return options;
}

void check_fit(const Model& model, const Dataset& data) {
  if (data.type_map() != model.type_map)
    throw InputError(fmt::format("the data were mapped to types {}, the model has {}",
                                 fmt::join(data.type_map(), " "), fmt::join(model.type_map, " ")));
  if (data.cutoff() < model.descriptor.rcut)
    throw InputError(fmt::format("neighbour lists reach {:g} A, the model's rcut is {:g} A",
                                 data.cutoff(), model.descriptor.rcut));
}

/// A batch as the potential and the loss want it.
struct Prepared {
  std::vector<const Frame*> frames;
  std::vector<Configuration> configurations;
  std::vector<structures::NeighbourList> scratch;

  void take(const Dataset& data, const Batch& batch) {
    frames.clear();
    configurations.clear();
    scratch.resize(std::max(scratch.size(), batch.frames.size()));
    for (std::size_t k = 0; k < batch.frames.size(); ++k) {
      frames.push_back(&data.frame(batch.system, batch.frames[k]));
      configurations.push_back(data.configuration(batch.system, batch.frames[k], scratch[k]));
    }
  }
};

}  // namespace

struct Trainer::Implementation {
  Model model;  ///< its weights are those of the start; `parameters` holds the current ones
  std::shared_ptr<const Dataset> training;
  std::shared_ptr<const Dataset> validation;
  Options options;
  std::shared_ptr<ThreadPool> threads;
  LearningRate rate;
  Batches batches;
  std::optional<Batches> validation_batches;
  potential::BatchGradient net;
  std::vector<double> parameters;
  Adam adam;

  std::size_t step = 0;
  std::optional<std::size_t> saved;  ///< step of the last checkpoint
  Errors errors;
  std::vector<double> interval;  ///< sums of the members of Errors, then their number
  Prepared prepared;
  std::vector<Result> results;
  std::vector<LossSeeds> seeds;
  std::vector<double> gradient;  ///< empty where each part is moved at once

  Implementation(Model start, std::shared_ptr<const Dataset> data,
                 std::shared_ptr<const Dataset> other, Options wanted,
                 std::shared_ptr<ThreadPool> pool)
      : model(std::move(start)),
        training(std::move(data)),
        validation(std::move(other)),
        options(completed(std::move(wanted), model)),
        threads(std::move(pool)),
        rate(options.rate, options.steps),
        batches(*training, options.batch, options.sampling, options.seed, "train"),
        net(model, *options.precision, options.gemm, threads),
        parameters(potential::parameters(model)),
        adam(options.adam, potential::trainable_mask(model)),
        interval(members.size() + 1, 0.0) {
    prefer_huge_pages(parameters.data(), parameters.size() * sizeof(double));
    check_fit(model, *training);
    if (!validation) return;
    check_fit(model, *validation);
    validation_batches.emplace(*validation, options.validation_batch, options.validation_sampling,
                               options.seed, "validate");
  }

  void restore(const State& state) {
    if (state.step > options.steps)
      throw InputError(fmt::format("the checkpoint is at step {}, numb_steps = {} is less",
                                   state.step, options.steps));
    step = static_cast<std::size_t>(state.step);
    saved = step;
    adam.restore(state.step, state.first_moment, state.second_moment);
    batches.seek(state.training_position);
    if (validation_batches) validation_batches->seek(state.validation_position);
    if (state.interval.size() == interval.size()) interval = state.interval;
  }

  /// Predicts a batch and fills `seeds`.
  Errors evaluate(const Dataset& data, const Batch& batch, double at_rate) {
    prepared.take(data, batch);
    results.resize(std::max(results.size(), batch.frames.size()));
    seeds.resize(results.size());
    const std::span predicted(results.data(), batch.frames.size());
    net.predict(prepared.configurations, predicted);
    return evaluate_loss(options.loss, at_rate / rate.start(), prepared.frames, predicted,
                         std::span(seeds.data(), batch.frames.size()));
  }

  /// One update.
  void advance() {
    const Batch batch = batches.next();
    const double now = rate.at(step);
    errors = evaluate(*training, batch, now);
    if (!std::isfinite(errors.loss))
      throw Refused(fmt::format(
          "the loss is not finite at step {} ({}, frames {}): the training diverged; "
          "a smaller learning_rate.start_lr or other data may help",
          step + 1, training->systems()[batch.system].name, fmt::join(batch.frames, " ")));
    move(std::span(seeds.data(), batch.frames.size()), now);
    ++step;
    for (std::size_t k = 0; k < members.size(); ++k) interval[k] += errors.*members[k];
    interval.back() += 1;
  }

  /// Along the gradient of the batch just predicted.
  void move(std::span<const LossSeeds> of_batch, double now) {
    if (adam.clips()) {  // the length of the whole gradient comes before any move
      gradient.resize(parameters.size());
      net.gradient(of_batch, gradient);
      adam.step(parameters, gradient, now, *threads);
      net.set_parameters(parameters);
      return;
    }
    adam.begin(now);
    net.update(of_batch, parameters,
               [this](const potential::ParameterPart& part, const double* values) {
                 adam.move(part.begin, part.count, values, parameters);
               });
  }

  [[nodiscard]] bool row_is_due() const {
    return options.display_every > 0 && (step == 1 || step % options.display_every == 0);
  }

  /// The row of the step just done: the training errors are those before its update, the validation
  /// errors those after it, as in DeePMD-kit.
  CurveRow row() {
    CurveRow result{step, rate.at(step - 1), errors, std::nullopt};
    if (options.display_average)
      for (std::size_t k = 0; k < members.size(); ++k)
        result.training.*members[k] = interval[k] / interval.back();
    std::fill(interval.begin(), interval.end(), 0.0);
    if (validation_batches) result.validation = validate(result.rate);
    return result;
  }

  /// Mean over the validation batches, weighted by their atoms per frame.
  Errors validate(double at_rate) {
    std::array<double, members.size()> sums{};
    double weights = 0;
    for (std::size_t k = 0; k < options.validation_batches; ++k) {
      const Batch batch = validation_batches->next();
      const Errors e = evaluate(*validation, batch, at_rate);
      const auto atoms = static_cast<double>(prepared.frames.front()->size());
      for (std::size_t m = 0; m < members.size(); ++m) sums[m] += atoms * (e.*members[m]);
      weights += atoms;
    }
    Errors result;
    for (std::size_t m = 0; m < members.size(); ++m) result.*members[m] = sums[m] / weights;
    return result;
  }
};

Trainer::Trainer(Model model, std::shared_ptr<const Dataset> training,
                 std::shared_ptr<const Dataset> validation, Options options,
                 std::shared_ptr<ThreadPool> threads)
    : implementation_(std::make_unique<Implementation>(std::move(model), std::move(training),
                                                       std::move(validation), std::move(options),
                                                       std::move(threads))) {}

Trainer::Trainer(const State& state, std::shared_ptr<const Dataset> training,
                 std::shared_ptr<const Dataset> validation, Options options,
                 std::shared_ptr<ThreadPool> threads)
    : Trainer(state.model, std::move(training), std::move(validation),
              as_in_state(std::move(options), state), std::move(threads)) {
  implementation_->restore(state);
}

Trainer::~Trainer() = default;
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;

Ended Trainer::run(const Observers& observers, std::size_t until) {
  Implementation& t = *implementation_;
  const auto save = [&] {
    if (!observers.checkpoints || t.saved == t.step) return;
    observers.checkpoints->save(state());
    t.saved = t.step;
  };
  if (t.step == 0) save();
  const std::size_t end = until == 0 ? steps() : std::min(until, steps());
  while (t.step < end) {
    if (observers.stop && observers.stop()) {
      save();
      return Ended::stopped;
    }
    t.advance();
    if (t.row_is_due()) {
      const CurveRow row = t.row();
      if (observers.row) observers.row(row);
    }
    if (observers.step) observers.step(*this);
    const bool multiple = t.options.save_every > 0 && t.step % t.options.save_every == 0;
    if (multiple || t.step == steps()) save();
  }
  return Ended::done;
}

std::size_t Trainer::step() const {
  return implementation_->step;
}
std::size_t Trainer::steps() const {
  return implementation_->options.steps;
}
const Errors& Trainer::errors() const {
  return implementation_->errors;
}
const Options& Trainer::options() const {
  return implementation_->options;
}
std::string Trainer::description() const {
  return implementation_->net.description();
}

Model Trainer::model() const {
  Model model = implementation_->model;
  potential::set_parameters(model, implementation_->parameters);
  return model;
}

State Trainer::state() const {
  const Implementation& t = *implementation_;
  State state;
  state.model = model();
  state.step = t.step;
  state.seed = t.options.seed;
  state.precision = *t.options.precision;
  state.gemm = t.options.gemm;
  state.first_moment = t.adam.first_moment();
  state.second_moment = t.adam.second_moment();
  state.training_position = t.batches.position();
  if (t.validation_batches) state.validation_position = t.validation_batches->position();
  state.interval = t.interval;
  state.settings = t.options.settings;
  return state;
}

Model with_changed_bias(Model model, const Dataset& data, std::shared_ptr<ThreadPool> threads) {
  check_fit(model, data);
  std::vector<Batch> all;
  for (std::size_t s = 0; s < data.systems().size(); ++s) {
    Batch batch{s, {}};
    for (std::size_t f = 0; f < data.systems()[s].frames.size(); ++f)
      if (data.frame(s, f).labels.energy) batch.frames.push_back(f);
    all.push_back(std::move(batch));
  }
  std::vector<EnergyEquation> equations = energy_equations(data, all, model.atom_exclude_types);

  potential::Engine engine(model, {}, std::move(threads));
  Result result;
  structures::NeighbourList scratch;
  std::size_t row = 0;
  for (const Batch& batch : all)
    for (const std::size_t f : batch.frames) {
      engine.compute(data.configuration(batch.system, f, scratch), result);
      equations[row++].energy -= result.energy;
    }
  const std::vector<std::optional<double>> free(model.types());
  const std::vector<double> shift = energy_per_type(std::move(equations), free, -1);
  model.out_bias.resize(model.types(), 0.0);
  for (std::size_t t = 0; t < shift.size(); ++t) model.out_bias[t] += shift[t];
  return model;
}

}  // namespace vitrion::train
