// vitrion train: DeePMD-kit's input.json in, a model, a learning curve and checkpoints out.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <nlohmann/json.hpp>

#include "app/commands.hpp"
#include "app/training_data.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/formats/model/file.hpp"
#include "edges/formats/training/checkpoint.hpp"
#include "edges/formats/training/deepmd_input.hpp"
#include "edges/formats/training/lcurve.hpp"
#include "potential/slots.hpp"
#include "train/initial_model.hpp"
#include "train/trainer.hpp"

namespace vitrion::app {

namespace {

using potential::Model;
using potential::Precision;
using train::Dataset;

struct TrainArguments {
  std::string input;
  std::string initial;
  bool restart = false;
  std::string output = "model.dp";
  std::size_t threads = default_threads();
  std::string precision;
  std::string gemm;
  long seed = -1;
  bool json = false;
};

std::atomic<int> caught_signal{0};

extern "C" void on_signal(int signal) {
  caught_signal = signal;
}

/// The run was asked to end and left a checkpoint; the exit code is the shell's for the signal.
class Interrupted : public Error {
 public:
  Interrupted(const std::string& what, int signal) : Error(what), signal_(signal) {}
  [[nodiscard]] int exit_code() const override { return 128 + signal_; }

 private:
  int signal_;
};

/// Runs `body`; what is wrong with a key gets the input's name in front.
template <class Body>
auto in_input(const std::string& path, const Body& body) {
  try {
    return body();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path, error.what()));
  }
}

/// An initial model brings its own numbers; what the input says of its shape must agree.
void check_same_shape(const Model& wanted, const Model& model, const std::string& input,
                      const std::string& path) {
  const auto check = [&](bool same, const char* key) {
    if (!same)
      throw InputError(
          fmt::format("{}: {} differs from that of {}: --init-model takes weights of "
                      "the same shape",
                      input, key, path));
  };
  const potential::Descriptor& a = wanted.descriptor;
  const potential::Descriptor& b = model.descriptor;
  check(wanted.type_map == model.type_map, "model.type_map");
  check(a.rcut == b.rcut, "model.descriptor.rcut");
  check(a.rcut_smth == b.rcut_smth, "model.descriptor.rcut_smth");
  check(a.sel.empty() || a.sel == b.sel, "model.descriptor.sel");
  check(a.neuron == b.neuron, "model.descriptor.neuron");
  check(a.axis_neuron == b.axis_neuron, "model.descriptor.axis_neuron");
  check(a.resnet_dt == b.resnet_dt, "model.descriptor.resnet_dt");
  check(a.type_one_side == b.type_one_side, "model.descriptor.type_one_side");
  check(a.activation == b.activation, "model.descriptor.activation_function");
  check(a.exclude_types == b.exclude_types, "model.descriptor.exclude_types");
  check(a.env_protection == b.env_protection, "model.descriptor.env_protection");
  check(wanted.fitting.neuron == model.fitting.neuron, "model.fitting_net.neuron");
  check(wanted.fitting.resnet_dt == model.fitting.resnet_dt, "model.fitting_net.resnet_dt");
  check(wanted.fitting.activation == model.fitting.activation,
        "model.fitting_net.activation_function");
  check(wanted.pair_exclude_types == model.pair_exclude_types, "model.pair_exclude_types");
  check(wanted.atom_exclude_types == model.atom_exclude_types, "model.atom_exclude_types");
}

/// One `vitrion train`, from its arguments to its files.
class TrainCommand {
 public:
  explicit TrainCommand(TrainArguments arguments)
      : arguments_(std::move(arguments)),
        threads_(std::make_shared<ThreadPool>(arguments_.threads)),
        input_(formats::read_deepmd_input(arguments_.input)),
        checkpoints_(input_.checkpoint_prefix, input_.checkpoints_kept) {
    apply_arguments();
    for (const std::string& note : input_.notes) say("note: {}", note);
  }

  void run() {
    const auto state = restored_state();
    load_data();
    fix_steps();
    train::Trainer trainer = state ? restarted(*state) : fresh();
    say("{}, {} threads, {} parameters", trainer.description(), threads_->size(),
        potential::parameter_count(trainer.model()));
    say("learning rate {}",
        train::LearningRate(input_.options.rate, trainer.steps()).description());
    train_to_end(trainer);
    finish(trainer);
  }

 private:
  template <class... T>
  void say(fmt::format_string<T...> format, T&&... values) const {
    fmt::print(arguments_.json ? stderr : stdout, format, std::forward<T>(values)...);
    fmt::print(arguments_.json ? stderr : stdout, "\n");
    std::fflush(arguments_.json ? stderr : stdout);
  }

  void apply_arguments() {
    train::Options& options = input_.options;
    if (arguments_.seed >= 0) {
      const auto seed = static_cast<std::uint64_t>(arguments_.seed);
      options.seed = input_.model.descriptor_seed = input_.model.fitting_seed = seed;
    }
    if (!arguments_.precision.empty())
      options.precision =
          arguments_.precision == "single" ? Precision::float32 : Precision::float64;
    options.gemm = arguments_.gemm;
  }

  std::optional<train::State> restored_state() {
    if (!arguments_.restart) return std::nullopt;
    std::vector<std::string> notes;
    auto state = checkpoints_.newest(notes);
    if (!state && !notes.empty()) throw InputError(notes.front());
    for (const std::string& note : notes) say("note: {}", note);
    if (!state)
      say("note: no checkpoint {}-*.vck here: starting from step 0", input_.checkpoint_prefix);
    return state;
  }

  void load_data() {
    const potential::Model& shape = input_.model.shape;
    const auto load = [&](const formats::DataInput& data) {
      return load_dataset(data, input_.path, shape.type_map, shape.descriptor.rcut, *threads_);
    };
    training_ = load(input_.training);
    if (input_.validation) validation_ = load(*input_.validation);
    // A restart on other data goes on, but is told apart from an exact one.
    for (const auto& data : {training_, validation_})
      if (data)
        for (const train::System& system : data->systems())
          input_.options.settings += fmt::format("\n{} frames", system.frames.size());
  }

  [[nodiscard]] train::Batches batches() const {
    return in_input(input_.path, [&] {
      return train::Batches(*training_, input_.options.batch, input_.options.sampling,
                            input_.options.seed, "train");
    });
  }

  void fix_steps() {
    const train::Batches drawn = batches();
    if (!input_.steps) {
      const double steps = std::ceil(*input_.epochs * static_cast<double>(drawn.epoch()));
      formats::set_steps(input_, static_cast<std::size_t>(steps));
    }
    say("{} frames in {} systems, at most {} steps of {} to {} frames", training_->frames(),
        training_->systems().size(), *input_.steps,
        *std::min_element(drawn.sizes().begin(), drawn.sizes().end()),
        *std::max_element(drawn.sizes().begin(), drawn.sizes().end()));
  }

  train::Trainer restarted(const train::State& state) {
    if (state.settings != input_.options.settings)
      say("note: input or data changed since the checkpoint: the run goes on, but is not the run "
          "that "
          "would have come without the stop");
    say("restarting from step {}", state.step);
    warn_of_sel(state.model);
    return in_input(input_.path, [&] {
      return train::Trainer(state, training_, validation_, input_.options, threads_);
    });
  }

  train::Trainer fresh() {
    Model model = arguments_.initial.empty() ? new_model() : initial_model();
    model.definition =
        formats::definition_with_sel(input_.model.shape.definition, model.descriptor.sel);
    warn_of_sel(model);
    if (const std::size_t old = checkpoints_.set_aside(); old > 0)
      say("note: {} checkpoints of an earlier run renamed to {}-*.vck.old; --restart would have "
          "gone on",
          old, input_.checkpoint_prefix);
    return in_input(input_.path, [&] {
      return train::Trainer(std::move(model), training_, validation_, input_.options, threads_);
    });
  }

  Model new_model() {
    Model model = train::make_model(input_.model, *training_, batches(), *threads_);
    const std::vector<int>& most = training_->neighbours().most_neighbours;
    for (std::size_t t = 0; t < model.types(); ++t)
      say("{:>2}: at most {} neighbours within {:g} A, sel {}; davg {:.4f}, dstd {:.4f} {:.4f}; "
          "{:.4f} eV",
          model.type_map[t], most[t], model.descriptor.rcut, model.descriptor.sel[t],
          model.descriptor.davg[t][0], model.descriptor.dstd[t][0], model.descriptor.dstd[t][1],
          model.out_bias[t]);
    say("smallest distance {:.3f} A", training_->neighbours().min_distance);
    return model;
  }

  /// Weights and statistics of a model file; precision and what is trained as the input says.
  Model initial_model() {
    Model model = formats::read_model(arguments_.initial);
    const Model& wanted = input_.model.shape;
    check_same_shape(wanted, model, input_.path, arguments_.initial);
    model.descriptor.trainable = wanted.descriptor.trainable;
    model.fitting.trainable = wanted.fitting.trainable;
    say("weights and statistics of {}", arguments_.initial);
    return model;
  }

  void warn_of_sel(const Model& model) const {
    const std::string shortage =
        potential::sel_shortage(model, training_->neighbours().most_neighbours);
    if (!shortage.empty())
      fmt::print(stderr, "warning: {}: the farthest neighbours are dropped\n", shortage);
  }

  void train_to_end(train::Trainer& trainer) {
    const train::LossOptions& loss = trainer.options().loss;
    formats::CurveFile curve(input_.curve_file, {loss, validation_ != nullptr}, trainer.step());
    Progress progress("train", trainer.steps());
    progress.start(trainer.step());
    train::Observers observers;
    observers.row = [&](const train::CurveRow& row) { curve.add(row); };
    observers.step = [&](const train::Trainer& t) { progress.update(t.step(), note(t.errors())); };
    observers.stop = [] { return caught_signal != 0; };
    observers.checkpoints = &checkpoints_;
    const train::Ended ended = trainer.run(observers);
    progress.finish(note(trainer.errors()));
    if (ended == train::Ended::stopped)
      throw Interrupted(
          fmt::format("stopped by {} at step {} of {}: {} holds it, --restart goes on",
                      caught_signal == SIGINT ? "SIGINT" : "SIGTERM", trainer.step(),
                      trainer.steps(), checkpoints_.path(trainer.step())),
          caught_signal);
  }

  /// The current errors beside the progress bar.
  static std::string note(const train::Errors& errors) {
    std::string text = fmt::format("loss {:.2e}", errors.loss);
    if (std::isfinite(errors.energy)) text += fmt::format("  e {:.2e} eV/atom", errors.energy);
    if (std::isfinite(errors.force)) text += fmt::format("  f {:.2e} eV/A", errors.force);
    if (std::isfinite(errors.virial)) text += fmt::format("  v {:.2e} eV/atom", errors.virial);
    return text;
  }

  void finish(const train::Trainer& trainer) {
    Model model = trainer.model();
    if (input_.change_bias_after_training)
      model = train::with_changed_bias(std::move(model), *training_, threads_);
    formats::write_model(arguments_.output, model);
    say("{} after {} steps; learning curve {}", arguments_.output, trainer.step(),
        input_.curve_file);
    if (!arguments_.json) return;
    const nlohmann::json record = {{"model", arguments_.output},
                                   {"steps", trainer.step()},
                                   {"learning_curve", input_.curve_file},
                                   {"checkpoint", checkpoints_.path(trainer.step())},
                                   {"gemm", trainer.description()}};
    fmt::print("{}\n", record.dump());
  }

  TrainArguments arguments_;
  std::shared_ptr<ThreadPool> threads_;
  formats::DeepmdInput input_;
  formats::CheckpointFolder checkpoints_;
  std::shared_ptr<const Dataset> training_;
  std::shared_ptr<const Dataset> validation_;
};

void run_train(const TrainArguments& arguments) {
  std::signal(SIGINT, on_signal);
  std::signal(SIGTERM, on_signal);
  // A limit on the size of files then reports as a full disk does, instead of ending the process.
  std::signal(SIGXFSZ, SIG_IGN);
  TrainCommand(arguments).run();
}

}  // namespace

void add_train(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("train", "Train a deep potential from DeePMD-kit's input.json");
  auto arguments = std::make_shared<TrainArguments>();
  command->add_option("INPUT", arguments->input, "training input (DeePMD-kit's input.json)")
      ->required();
  command->add_option(
      "--init-model", arguments->initial,
      "start from the weights and statistics of this model, with a fresh optimiser");
  command->add_flag("--restart", arguments->restart,
                    "go on from the newest checkpoint, to the same bits as without the stop; "
                    "from step 0 where there is none");
  command->add_option("-o,--output", arguments->output, "the trained model (.dp or .yaml)")
      ->capture_default_str();
  command->add_option("--threads", arguments->threads, "threads; results do not depend on it")
      ->check(CLI::Range(1, 4096))
      ->default_str("all cores");
  command
      ->add_option("--precision", arguments->precision, "of the kernels; default: the model's own")
      ->check(CLI::IsMember({"single", "double"}));
  command->add_option("--gemm", arguments->gemm,
                      "matrix back end by name; default: by the processor's features");
  command
      ->add_option("--seed", arguments->seed,
                   "seed of weights and data order, in place of all seeds of the input")
      ->check(CLI::NonNegativeNumber);
  command->add_flag("--json", arguments->json, "print a JSON record at the end");
  command->footer(
      "Writes the model, the learning curve (lcurve.out) and checkpoints (model.ckpt-STEP.vck).\n"
      "Ended by SIGINT or SIGTERM it finishes the step, writes a checkpoint and exits with 130 or "
      "143.\n"
      "Example:\n"
      "  vitrion train input.json -o model.dp\n"
      "  vitrion train input.json --restart");
  command->callback([arguments] { run_train(*arguments); });
}

}  // namespace vitrion::app
