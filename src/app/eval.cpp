// vitrion eval: energies, forces and virials of structures, and how far the models of an ensemble
// disagree.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "app/commands.hpp"
#include "app/predictor.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/threads.hpp"
#include "edges/formats/bytes/output_file.hpp"
#include "edges/formats/deepmd/npy.hpp"
#include "edges/formats/frames.hpp"
#include "md/model_deviation.hpp"

namespace vitrion::app {

namespace {

namespace fs = std::filesystem;
using potential::Result;
using structures::Frame;

struct EvalArguments {
  std::vector<std::string> models;
  std::vector<std::string> data;
  std::string out;
  std::string precision;
  bool strict = false;
  std::size_t threads = default_threads();
};

/// One input and its name below the output folder.
struct Input {
  std::string path;
  std::string name;
  std::vector<Frame> frames;
};

/// The last component of a path, also of "data/" and "..".
std::string name_of(const std::string& path) {
  fs::path whole = fs::absolute(path).lexically_normal();
  if (!whole.has_filename()) whole = whole.parent_path();
  return whole.filename().string();
}

std::vector<Input> read_inputs(const std::vector<std::string>& paths) {
  std::map<std::string, std::string> seen;
  std::vector<Input> inputs;
  for (const std::string& path : paths) {
    const std::string name = name_of(path);
    const auto [first, is_new] = seen.emplace(name, path);
    if (!is_new)
      throw InputError(
          fmt::format("{} and {} end in the same name '{}', which names the output: "
                      "evaluate them into two folders",
                      first->second, path, name));
    formats::ReadOptions options;
    options.keep_virtual = true;  // rows of the output are atoms of the file
    inputs.push_back({path, name, formats::read_frames(path, options)});
  }
  return inputs;
}

/// Predictions of one model on one input as arrays with a row per frame. Frames with fewer atoms
/// than the largest are filled up with zeros, as deepmd/npy/mixed does.
class Rows {
 public:
  explicit Rows(std::size_t atoms) : atoms_(atoms) {}

  void add(const Result& result) {
    energy_.push_back(result.energy);
    append(virial_, result.virial);
    for (std::size_t i = 0; i < atoms_; ++i) {
      const bool real = i < result.force.size();
      append(force_, real ? result.force[i] : Vec3{});
      append(atom_virial_, real ? result.atom_virial[i] : Mat3{});
      atom_energy_.push_back(real ? result.atom_energy[i] : 0.0);
    }
  }

  /// Into `folder`/set.000, which is made.
  void write(const fs::path& folder) const {
    const fs::path set = folder / "set.000";
    std::error_code error;
    fs::create_directories(set, error);
    if (error)
      throw InputError(fmt::format("{}: cannot be made: {}", set.string(), error.message()));
    const std::size_t frames = energy_.size();
    const auto put = [&](const char* name, const formats::Shape& shape,
                         const std::vector<double>& values) {
      formats::write_npy((set / name).string(), shape, values);
    };
    put("energy.npy", {frames}, energy_);
    put("force.npy", {frames, 3 * atoms_}, force_);
    put("virial.npy", {frames, 9}, virial_);
    put("atom_energy.npy", {frames, atoms_}, atom_energy_);
    put("atom_virial.npy", {frames, 9 * atoms_}, atom_virial_);
  }

 private:
  static void append(std::vector<double>& values, const Vec3& v) {
    values.insert(values.end(), v.begin(), v.end());
  }
  static void append(std::vector<double>& values, const Mat3& m) {
    for (const Vec3& row : m) append(values, row);
  }

  std::size_t atoms_;
  std::vector<double> energy_, force_, virial_, atom_energy_, atom_virial_;
};

/// A row of model_devi.out from the models' results on one frame; virtual atoms do not count.
std::string deviation_of(long step, const Frame& frame, const std::vector<Result>& results) {
  std::vector<std::vector<Vec3>> forces(results.size());
  std::vector<Mat3> virials;
  std::size_t atoms = 0;
  for (const int type : frame.species.of_atom) atoms += type >= 0 ? 1 : 0;
  for (std::size_t k = 0; k < results.size(); ++k) {
    for (std::size_t i = 0; i < frame.size(); ++i)
      if (frame.species.of_atom[i] >= 0) forces[k].push_back(results[k].force[i]);
    virials.push_back(1.0 / static_cast<double>(atoms) * results[k].virial);
  }
  const std::vector<std::span<const Vec3>> views(forces.begin(), forces.end());
  std::vector<double> eps(atoms);
  md::force_deviation(views, std::nullopt, eps);
  return md::deviation_row(step, md::virial_spread(virials, std::nullopt), md::force_spread(eps));
}

/// Says which frame of which input was at fault.
template <class Body>
void at_frame(const Input& input, std::size_t f, Body&& body) {
  try {
    body();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: frame {}: {}", input.path, f, error.what()));
  }
}

struct Predictions {
  std::vector<Rows> models;
  std::string deviations;
};

Predictions predict(const Input& input, std::vector<Predictor>& predictors, Progress& progress,
                    std::size_t& done) {
  std::size_t most = 0;
  std::size_t least = input.frames.front().size();
  for (const Frame& frame : input.frames) {
    most = std::max(most, frame.size());
    least = std::min(least, frame.size());
  }
  if (least < most)
    fmt::print(stderr, "vitrion: {}: frames of {} to {} atoms; shorter rows end in zeros\n",
               input.path, least, most);
  Predictions predictions{std::vector<Rows>(predictors.size(), Rows(most)),
                          md::deviation_header(false)};
  std::vector<Result> results(predictors.size());
  for (std::size_t f = 0; f < input.frames.size(); ++f) {
    const Frame& frame = input.frames[f];
    for (std::size_t k = 0; k < predictors.size(); ++k) {
      at_frame(input, f, [&] { predictors[k].predict(frame, results[k]); });
      predictions.models[k].add(results[k]);
    }
    if (predictors.size() > 1)
      predictions.deviations += deviation_of(static_cast<long>(f), frame, results);
    progress.update(++done);
  }
  return predictions;
}

void write(const Predictions& predictions, const fs::path& out, const std::string& name) {
  const bool many = predictions.models.size() > 1;
  for (std::size_t k = 0; k < predictions.models.size(); ++k)
    predictions.models[k].write(many ? out / fmt::format("model.{}", k) / name : out / name);
  if (!many) return;
  fs::create_directories(out / name);
  formats::OutputFile file((out / name / "model_devi.out").string());
  file.write(predictions.deviations);
  file.commit();
}

void run(const EvalArguments& a) {
  const auto threads = std::make_shared<ThreadPool>(a.threads);
  const potential::EngineOptions options{parse_precision(a.precision), "", true};
  std::vector<Predictor> predictors;
  for (const std::string& path : a.models) predictors.emplace_back(path, options, threads);
  const std::vector<Input> inputs = read_inputs(a.data);

  std::size_t total = 0;
  for (const Input& input : inputs) total += input.frames.size();
  Progress progress("eval", total);
  std::size_t done = 0;
  std::vector<Predictions> all;
  for (const Input& input : inputs) all.push_back(predict(input, predictors, progress, done));
  progress.finish();
  report_shortage(predictors, a.strict);
  for (std::size_t k = 0; k < inputs.size(); ++k) write(all[k], a.out, inputs[k].name);
  fmt::print("{} frames by {} model{} ({}) -> {}\n", total, predictors.size(),
             predictors.size() > 1 ? "s" : "", predictors.front().engine().description(), a.out);
}

}  // namespace

void add_eval(CLI::App& program) {
  auto a = std::make_shared<EvalArguments>();
  CLI::App* c = program.add_subcommand(
      "eval", "Energies, forces and virials of structures by one or several models");
  c->add_option("-m,--models", a->models, "model files, separated by commas")
      ->required()
      ->delimiter(',')
      ->allow_extra_args(false);
  c->add_option("DATA", a->data, "structures in any known format")->required();
  c->add_option("-o,--output", a->out, "folder for the results")->required();
  c->add_option("--precision", a->precision, "single or double (default: the model's own)");
  c->add_option("--threads", a->threads, "threads")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  c->add_flag("--strict", a->strict, "refuse a model whose sel is too small for the structures");
  c->footer(
      "Writes DIR/NAME/set.000/{energy,force,virial,atom_energy,atom_virial}.npy, NAME being the "
      "last\n"
      "component of DATA; eV, eV/A, atoms in the order of the input, all sets of an input in one. "
      "With\n"
      "several models DIR/model.K/NAME/set.000/ from K = 0, and DIR/NAME/model_devi.out with the "
      "columns of\n"
      "LAMMPS's pair style, the frame as step. Frames of unequal size are filled up with zeros.\n\n"
      "Examples:\n"
      "  vitrion eval -m model.dp frames.extxyz -o predictions\n"
      "  vitrion eval -m m0.dp,m1.dp,m2.dp,m3.dp systems/melt POSCAR -o predictions");
  c->callback([a] { run(*a); });
}

}  // namespace vitrion::app
