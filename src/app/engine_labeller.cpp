#include "app/engine_labeller.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>

#include "app/source_tree.hpp"
#include "base/error.hpp"
#include "edges/queue/local.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
using learn::Failure;
using learn::Labelled;
using structures::Frame;

std::string find_python(const std::string& venv) {
  std::error_code code;
  const fs::path relative = fs::path(venv) / "bin" / "python";
  for (fs::path start : {fs::current_path(code),
                         fs::read_symlink("/proc/self/exe", code).parent_path(), source_tree()})
    for (fs::path p = start; !p.empty(); p = p.parent_path()) {
      if (fs::exists(p / relative, code)) return (p / relative).string();
      if (p == p.root_path()) break;
    }
  return {};
}

EngineLabeller::EngineLabeller(engines::WorkerEngine engine, LabelOptions options)
    : engine_(std::move(engine)), options_(std::move(options)) {
  if (options_.python.empty()) options_.python = find_python(engine_.venv);
  if (options_.python.empty())
    throw InputError(fmt::format("engine {}: {} is not there; {} makes it", engine_.name,
                                 engine_.venv, engine_.installer));
  std::error_code code;
  fs::create_directories(options_.tasks, code);
  if (code)
    throw InputError(fmt::format("cannot make the folder {}: {}", options_.tasks, code.message()));
  // Absolute: the folder's name is what a worker is given and answers with.
  options_.tasks = fs::absolute(options_.tasks).string();
}

std::string EngineLabeller::folder_of(const Frame& frame) const {
  return (fs::path(options_.tasks) / task_identity(engine_, frame)).string();
}

std::vector<Labelled> EngineLabeller::label(
    const std::vector<Frame>& frames,
    const std::function<void(std::size_t, const Labelled&)>& done) {
  std::vector<Labelled> answers(frames.size(),
                                unexpected<Failure>({Failure::Kind::incomplete, "not run"}));
  std::map<std::string, std::vector<std::size_t>> frames_of;  // equal frames share a folder
  std::vector<std::string> todo;
  const auto answer = [&](std::size_t i, const std::string& folder, const std::string& note) {
    answers[i] = read_result(engine_, frames[i], folder);
    if (!answers[i] && answers[i].error().kind == Failure::Kind::incomplete && !note.empty())
      answers[i] = unexpected<Failure>(
          {Failure::Kind::incomplete, answers[i].error().cause + " (" + note + ")"});
    done(i, answers[i]);
  };
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const std::string folder = folder_of(frames[i]);
    const auto [entry, fresh] = frames_of.try_emplace(folder);
    entry->second.push_back(i);
    if (!fresh) continue;
    const Labelled earlier = read_result(engine_, frames[i], folder);
    const bool settled =
        earlier || (!options_.retry && earlier.error().kind == Failure::Kind::unconverged);
    if (settled) continue;
    write_task(engine_, frames[i], folder);
    std::error_code code;
    fs::remove(fs::path(folder) / "result.json", code);
    todo.push_back(folder);
  }
  const std::vector<std::string> open = todo;
  for (const auto& [folder, members] : frames_of)
    if (std::find(open.begin(), open.end(), folder) == open.end())
      for (std::size_t i : members) answer(i, folder, {});
  if (todo.empty()) return answers;

  const std::string worker = (fs::path(options_.tasks) / (engine_.name + "_worker.py")).string();
  std::ofstream(worker, std::ios::binary) << engine_.worker;
  queue::WorkerProcess process;
  process.arguments = engines::command(options_.python, worker);
  process.environment = {"OMP_NUM_THREADS=1"};
  process.log = (fs::path(options_.tasks) / "worker.log").string();
  queue::run_local(process, todo, {std::min(options_.jobs, todo.size()), engine_.keep_alive},
                   [&](std::size_t k, const queue::Outcome& outcome) {
                     for (std::size_t i : frames_of.at(todo[k]))
                       answer(i, todo[k], outcome.answered ? std::string() : outcome.note);
                   });
  return answers;
}

}  // namespace vitrion::app
