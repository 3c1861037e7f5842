#include "app/learn/loop.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "app/engine_labeller.hpp"
#include "app/study/interrupt.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/random.hpp"
#include "edges/engines/ase.hpp"
#include "edges/engines/gpaw.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/queue/local_queue.hpp"
#include "edges/queue/slurm.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using formats::Study;
using nlohmann::json;

namespace {

std::unique_ptr<learn::Queue> make_queue(const Pipeline& p) {
  const formats::StudyQueue& q = p.study.queue;
  if (q.kind == "local") return std::make_unique<queue::LocalQueue>(p.cores);
  queue::SlurmOptions options;
  options.folder = (fs::path(p.folder.path()) / "jobs").string();
  options.partition = q.partition;
  options.account = q.account;
  options.qos = q.qos;
  options.gres = q.gres;
  options.lines = q.lines;
  options.most_jobs = q.most_jobs;
  options.most_running = q.most_running;
  options.array = q.array;
  options.poll = q.poll[0];
  options.poll_most = q.poll[1];
  options.grace = q.grace;
  return std::make_unique<queue::SlurmQueue>(options);
}

std::unique_ptr<engines::LabelEngine> make_labeller(const Pipeline& p) {
  const Study& study = p.study;
  const formats::StudyLabel& l = study.label;
  if (l.engine == "potential") {
    const std::string model = study_path(study, l.model);
    if (!fs::exists(model))
      throw InputError(fmt::format("{}: {} does not exist", study.place("label.model"), model));
    const std::string content = fmt::format("{:016x}", hash64(formats::read_whole_file(model)));
    return engines::command_engine(
        {"potential", "model", "model " + content,
         fmt::format("'{}' label --engine potential --model '{}' input.extxyz -o output.extxyz",
                     p.program, model),
         content, 0.5});
  }
  if (l.engine == "command")
    return engines::command_engine(
        {"command", "command", l.command, l.command, l.command + "\n" + l.settings, 0.5});
  engines::WorkerEngine engine;
  if (l.engine == "ase") {
    engine = engines::ase_engine({l.calculator});
  } else {
    engines::GpawSettings settings;
    settings.cutoff_eV = l.cutoff_eV;
    settings.kpoints = l.kpoints;
    engine = engines::gpaw_engine(settings);
  }
  const std::string python = find_python(engine.venv);
  if (python.empty())
    throw InputError(fmt::format("{}: engine {}: {} is not there; {} makes it",
                                 study.place("label.engine"), engine.name, engine.venv,
                                 engine.installer));
  const std::string worker = (fs::path(p.folder.path()) / "workers" /
                              fmt::format("{}_{:08x}.py", engine.name, hash64(engine.worker) >> 32))
                                 .string();
  return engines::python_engine(std::move(engine), python, worker);
}

std::uintmax_t bytes_of(const fs::path& folder) {
  std::uintmax_t bytes = 0;
  std::error_code code;
  for (const auto& entry : fs::recursive_directory_iterator(folder, code))
    if (entry.is_regular_file(code)) bytes += entry.file_size(code);
  return bytes;
}

void heed_disk_budget(const Pipeline& p) {
  const double budget = p.study.loop->disk_GB;
  if (budget <= 0) return;
  const double used = static_cast<double>(bytes_of(p.folder.path())) / 1e9;
  if (used > budget)
    throw Refused(
        fmt::format("{}: {} holds {:.3g} GB, {:g} are allowed: raise the budget or remove "
                    "folders of iterations that are done",
                    p.study.place("learn.disk_GB"), p.folder.path(), used, budget));
}

/// Where the loop stands: which stage, for how many iterations.
struct Position {
  std::size_t stage = 0;
  std::size_t iterations = 0;
};

struct Iteration {
  json record;
  double selected = 1;               ///< share of the visited frames that are not accurate
  std::optional<double> test_error;  ///< of the RMS force
};

Iteration describe(int number, const formats::StudyStage& stage, const Stage& explored,
                   const Stage& judged) {
  const json& e = explored.results;
  Iteration i;
  i.selected = e.at("selected");
  i.record = {
      {"iteration", number}, {"stage", stage.name}, {"explored", e}, {"judged", judged.results}};
  if (judged.results.contains("force_relative"))
    i.test_error = judged.results.at("force_relative").get<double>();
  return i;
}

std::string text_of(const Iteration& i) {
  const json& e = i.record.at("explored");
  return fmt::format(
      "iteration {}, stage {}: {:.1f} % of {} frames are not known ({} candidates, {} failed, {} "
      "exploded), {} picked{}",
      i.record.at("iteration").get<int>(), i.record.at("stage").get<std::string>(),
      100 * i.selected, e.at("visited").get<std::size_t>(), e.at("candidates").get<std::size_t>(),
      e.at("failed").get<std::size_t>(), e.at("exploded").get<std::size_t>(),
      e.at("n_picked").get<std::size_t>(),
      i.test_error
          ? fmt::format("; test force error {:.3f} eV/A, {:.1f} % of its RMS",
                        i.record.at("judged").at("force").get<double>(), 100 * *i.test_error)
          : "");
}

/// The test error is as asked for, and has stopped falling.
bool good_enough(const formats::StudyLoop& loop, const std::vector<Iteration>& done) {
  if (loop.test_error <= 0) return true;
  const std::optional<double> now = done.back().test_error;
  return now && *now <= loop.test_error;
}

}  // namespace

std::vector<learn::TaskRow> Loop::run(const std::string& title,
                                      const std::vector<queue::Work>& works) {
  queue::ExecutorOptions options;
  options.root = pipeline.folder.path();
  options.policy.retries = static_cast<int>(pipeline.study.queue.retries);
  options.check = [] { InterruptGuard::check(); };
  Progress progress(title, works.size());
  options.seen = [&](std::size_t done, std::size_t failed, std::size_t) {
    progress.update(done + failed, failed > 0 ? fmt::format("{} failed", failed) : "");
  };
  const std::vector<learn::TaskRow> rows = queue::Executor(ledger, *jobs, options).run(works);
  progress.finish();
  for (const learn::TaskRow& row : rows)
    if (row.state != learn::TaskState::done)
      pipeline.say(fmt::format("{} {}: {}", row.name, learn::name_of(row.state), row.cause));
  return rows;
}

Loop make_loop(Pipeline& p) {
  return {p, p.folder.ledger(), make_queue(p), make_labeller(p)};
}

Ensemble run_loop(Pipeline& p) {
  const Study& study = p.study;
  Loop loop = make_loop(p);
  const Stage seed = loop_seed(p);
  std::vector<Stage> labels = {loop_label(loop, 0, seed, "frames")};
  std::optional<Ensemble> ensemble;
  std::vector<Iteration> done;
  Position at;
  json records = json::array();
  const auto number_of = [&] { return static_cast<int>(done.size()); };
  while (done.size() < study.loop->iterations) {
    heed_disk_budget(p);
    const Stage data = loop_data(p, number_of(), labels);
    ensemble = loop_train(loop, number_of(), data, ensemble ? &*ensemble : nullptr);
    const Stage judged = loop_judge(p, number_of(), *ensemble, data);
    const bool last_passed = at.stage == study.stages.size();
    const std::size_t stage = last_passed ? at.stage - 1 : at.stage;
    const formats::StudyStage& spec = study.stages[stage];
    if (spec.hold)
      throw Refused(fmt::format("{}: stage {} is on hold; without hold the loop goes on from here",
                                study.place("explore.hold"), spec.name));
    const Stage explored = loop_explore(loop, number_of(), stage, *ensemble, seed, data);
    done.push_back(describe(number_of(), spec, explored, judged));
    records.push_back(done.back().record);
    write_text((fs::path(p.folder.path()) / "learn.json").string(), records.dump(1) + "\n");
    const std::string said = text_of(done.back());
    p.say(said);
    loop.ledger.set_note("loop", said);
    ++at.iterations;
    if (done.back().selected < study.select.stop_below && at.iterations >= spec.iterations &&
        !last_passed)
      at = {at.stage + 1, 0};
    if (at.stage == study.stages.size() && good_enough(*study.loop, done)) {
      const std::string converged =
          fmt::format("converged after {} iterations: {}", done.size(), said);
      loop.ledger.set_note("loop", converged);
      p.say(converged);
      return *ensemble;
    }
    if (explored.results.at("n_picked").get<std::size_t>() > 0) {
      const Stage labelled = loop_label(loop, number_of(), explored, "picked");
      if (labelled.results.at("n_labelled").get<std::size_t>() > 0) labels.push_back(labelled);
    }
  }
  const std::string text =
      fmt::format("not converged after {} iterations: {}", done.size(), text_of(done.back()));
  loop.ledger.set_note("loop", text);
  throw Refused(fmt::format("{}: {}", study.place("learn.iterations"), text));
}

}  // namespace vitrion::app
