#include "app/learn/loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "app/label_engines.hpp"
#include "app/study/interrupt.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
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

EngineSurroundings surroundings(const Pipeline& p, const std::string& section) {
  EngineSurroundings around;
  around.program = p.program;
  around.workers = (fs::path(p.folder.path()) / "workers").string();
  around.path = [&study = p.study](const std::string& path) { return study_path(study, path); };
  around.place = [&study = p.study, section](const std::string& key) {
    return study.place(section + "." + key);
  };
  return around;
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

/// Of the share of a motif.
double largest_change(const json& before, const json& now) {
  double largest = 0;
  for (const auto& [motif, share] : now.items())
    largest = std::max(largest, std::abs(share.get<double>() - before.value(motif, 0.0)));
  return largest;
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

/// The test error is as asked for, and has stopped falling; all motifs that the runs visit have
/// labels, and their shares have settled.
bool good_enough(const formats::StudyLoop& loop, const std::vector<Iteration>& done) {
  const Iteration& now = done.back();
  if (loop.test_error > 0 && !(now.test_error && *now.test_error <= loop.test_error)) return false;
  const json& explored = now.record.at("explored");
  if (loop.structure > 0 && !explored.at("unlabelled").empty()) return false;
  if (done.size() < 2) return true;
  const Iteration& before = done[done.size() - 2];
  if (now.test_error && before.test_error &&
      *before.test_error - *now.test_error > loop.flat * *before.test_error)
    return false;
  return loop.structure <= 0 || before.record.at("stage") != now.record.at("stage") ||
         largest_change(before.record.at("explored").at("motifs"), explored.at("motifs")) <=
             loop.structure;
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
  const Study& study = p.study;
  auto label = make_label_engine(study.label, surroundings(p, "label"));
  if (!study.teacher) return {p, p.folder.ledger(), make_queue(p), std::move(label), {}, {}};
  const formats::StudyLabel& teacher = study.teacher->label;
  const auto has_dispersion = [](const formats::StudyLabel& l) {
    return l.dispersion == "D3(0)" &&
           (l.engine == "gpaw" || l.engine == "vasp" || l.engine == "cp2k");
  };
  // Where the truth has D3 and the teacher is a bare functional's, its labels get it too.
  const bool adds =
      teacher.engine == "ase" && teacher.dispersion == "D3(0)" && has_dispersion(study.label);
  return {p,
          p.folder.ledger(),
          make_queue(p),
          make_label_engine(teacher, surroundings(p, "teacher")),
          std::move(label),
          adds ? make_dispersion_engine(surroundings(p, "teacher")) : nullptr};
}

Ensemble run_loop(Pipeline& p) {
  const Study& study = p.study;
  Loop loop = make_loop(p);
  const Stage seed = loop_seed(p);
  const Labelling seeds{*loop.labeller, study.teacher ? study.teacher->label : study.label, "label",
                        true};
  const Labelling picks{seeds.engine, seeds.settings, seeds.name, false};
  std::vector<Stage> labels = {loop_label(loop, seeds, 0, seed, "frames")};
  std::optional<Ensemble> ensemble;
  std::vector<Iteration> done;
  Position at;
  json records = json::array();
  const auto number_of = [&] { return static_cast<int>(done.size()); };
  while (done.size() < study.loop->iterations) {
    heed_disk_budget(p);
    const Stage data = loop_data(p, number_of(), labels);
    const bool fresh = !ensemble || study.loop->fresh;
    ensemble = loop_train(
        loop, number_of(), data,
        {fresh ? study.train.first : study.train.retrain, fresh ? nullptr : &*ensemble, 1});
    const Stage judged = loop_judge(p, fmt::format("judge-{:03}", number_of()), *ensemble, data);
    const bool last_passed = at.stage == study.stages.size();
    const std::size_t stage = last_passed ? at.stage - 1 : at.stage;
    const formats::StudyStage& spec = study.stages[stage];
    if (spec.hold)
      throw Refused(fmt::format("{}: stage {} is on hold; without hold the loop goes on from here",
                                study.place("explore.hold"), spec.name));
    const Stage explored = loop_explore(loop, number_of(), stage, *ensemble, seed, data);
    done.push_back(describe(number_of(), spec, explored, judged));
    records.push_back(done.back().record);
    formats::write_whole_file((fs::path(p.folder.path()) / "learn.json").string(),
                              records.dump(1) + "\n");
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
      return study.teacher ? run_truth(loop, *ensemble, data) : *ensemble;
    }
    if (explored.results.at("n_picked").get<std::size_t>() > 0) {
      const Stage labelled = loop_label(loop, picks, number_of(), explored, "picked");
      if (labelled.results.at("n_labelled").get<std::size_t>() > 0) labels.push_back(labelled);
    }
  }
  const std::string text =
      fmt::format("not converged after {} iterations: {}", done.size(), text_of(done.back()));
  loop.ledger.set_note("loop", text);
  throw Refused(fmt::format("{}: {}", study.place("learn.iterations"), text));
}

}  // namespace vitrion::app
