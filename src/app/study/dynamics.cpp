#include "app/study/dynamics.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "app/study/interrupt.hpp"
#include "base/error.hpp"
#include "base/progress.hpp"
#include "base/units.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/engines/lammps_log.hpp"
#include "edges/formats/bytes/whole_file.hpp"
#include "edges/formats/frames.hpp"
#include "edges/queue/local.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;
namespace names = engines::lammps_names;

namespace {

constexpr const char* done_name = "done";
constexpr const char* exploded_mark = "exploded: ";
constexpr const char* start_name = "start.data";

/// A chain on its way: which chunk comes next.
struct Progressing {
  const Chain* chain = nullptr;
  std::vector<md::Chunk> chunks;
  std::size_t next = 0;
  std::string exploded;  ///< cause; the chunks behind the one that exploded are dropped

  [[nodiscard]] std::string folder(std::size_t k) const {
    return (fs::path(chain->folder) / fmt::format("{:03}", k)).string();
  }
  [[nodiscard]] bool finished() const { return next == chunks.size(); }
  /// Goes on behind the chunks that are done.
  void skip_done() {
    while (!finished()) {
      const std::string mark = formats::read_if_there(fs::path(folder(next)) / done_name);
      if (mark.empty()) return;
      advance(mark.starts_with(exploded_mark) ? mark.substr(std::strlen(exploded_mark)) : "");
    }
  }
  /// The next chunk is done, or it exploded and is the last.
  void advance(const std::string& cause) {
    ++next;
    exploded = cause;
    if (!exploded.empty()) chunks.resize(next);
  }
  [[nodiscard]] std::uint64_t total_steps() const {
    return chunks.empty() ? 0 : chunks.back().first_step + chunks.back().steps;
  }
  /// Steps done, the running chunk's by the last row of its log.
  [[nodiscard]] std::uint64_t steps_done() const {
    if (finished()) return total_steps();
    const std::string log = formats::read_if_there(fs::path(folder(next)) / names::log);
    const engines::LammpsLog read = engines::read_lammps_log(log);
    return std::max(chunks[next].first_step, read.rows.empty() ? 0 : read.rows.back().step);
  }
};

std::uint64_t total_steps(const std::vector<Progressing>& chains) {
  std::uint64_t sum = 0;
  for (const Progressing& c : chains) sum += c.total_steps();
  return sum;
}

/// A bar that follows the logs of the running chunks, beside the queue's loop. `chains` are changed
/// only under `mutex`.
class LogWatcher {
 public:
  LogWatcher(const std::string& title, const std::vector<Progressing>& chains, std::mutex& mutex)
      : progress_(title, total_steps(chains)),
        chains_(chains),
        mutex_(mutex),
        thread_([this] { watch(); }) {}
  ~LogWatcher() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    wake_.notify_all();
    thread_.join();
  }
  LogWatcher(const LogWatcher&) = delete;
  LogWatcher& operator=(const LogWatcher&) = delete;

 private:
  void watch() {
    std::unique_lock lock(mutex_);
    const auto done = [&] {
      std::uint64_t sum = 0;
      for (const Progressing& c : chains_) sum += c.steps_done();
      return sum;
    };
    progress_.start(done());
    while (!stop_) {
      wake_.wait_for(lock, std::chrono::seconds(1), [&] { return stop_; });
      progress_.update(done(), "steps");
    }
  }

  Progress progress_;
  const std::vector<Progressing>& chains_;
  std::mutex& mutex_;
  std::condition_variable wake_;
  bool stop_ = false;
  std::thread thread_;
};

void write_chunk(const Pipeline& p, const Progressing& at) {
  const Chain& chain = *at.chain;
  const fs::path folder = at.folder(at.next);
  const auto seen_from_chunk = [&](const std::string& path) {
    return fs::path(path).lexically_relative(folder).string();
  };
  engines::LammpsPotential potential;
  for (const std::string& model : chain.models) potential.models.push_back(seen_from_chunk(model));
  potential.elements = p.study.elements;
  potential.precision = p.study.dynamics.precision;
  if (p.study.dynamics.repulsion)
    potential.repulsion = {(*p.study.dynamics.repulsion)[0], (*p.study.dynamics.repulsion)[1]};

  const md::Chunk& chunk = at.chunks[at.next];
  engines::LammpsStart start{std::string("../") + start_name, false};
  if (at.next > 0) {
    // What follows a minimisation has no velocities yet: it starts from the data file that it left.
    const bool minimised = at.chunks[at.next - 1].steps == 0;
    start = {fmt::format("../{:03}/{}", at.next - 1, minimised ? "end.data" : names::restart),
             !minimised};
  }
  engines::write_lammps_chunk(folder.string(), p.program,
                              engines::lammps_input(chain.protocol, chunk, potential, start));
  std::error_code code;
  for (const char* left :
       {names::log, names::screen, names::trajectory, names::deviation, names::end_frame})
    fs::remove(folder / left, code);
}

structures::Frame read_end(const Pipeline& p, const std::string& folder) {
  formats::ReadOptions options;
  options.elements = p.study.elements;
  return formats::read_frames((fs::path(folder) / names::end_frame).string(), options).back();
}

/// Why the chunk that ran last exploded, where its chain may; empty if it ended well.
/// @throws Refused, Error with chunk, cause and folder.
std::string judge(const Progressing& at) {
  const fs::path folder = at.folder(at.next);
  const md::Observed observed =
      engines::judge_lammps_chunk(at.chunks[at.next], formats::read_if_there(folder / names::log),
                                  formats::read_if_there(folder / names::screen));
  if (observed) return {};
  const md::Failure& failure = observed.error();
  const bool exploded = failure.kind == md::Failure::Kind::exploded;
  if (exploded && at.chain->may_explode) return failure.cause;
  const std::string text =
      fmt::format("{}: {} {}: {} ({})", at.chain->name, md::name_of(at.chunks[at.next].kind),
                  md::name_of(failure.kind), failure.cause, folder.string());
  if (exploded) throw Refused(text);
  throw Error(text);
}

/// A chunk counts from here on.
void settle(const Pipeline& p, Progressing& at, const std::string& exploded, std::mutex& mutex) {
  const fs::path folder = at.folder(at.next);
  if (at.chunks[at.next].steps == 0 && exploded.empty()) {
    formats::WriteOptions options;
    options.elements = p.study.elements;
    formats::write_frames((folder / "end.data").string(), {read_end(p, folder.string())}, options);
  }
  formats::write_whole_file((folder / done_name).string(),
                            exploded.empty() ? now_text() + "\n" : exploded_mark + exploded);
  const std::lock_guard lock(mutex);
  at.advance(exploded);
}

std::uint64_t step_of(const structures::Frame& frame) {
  const std::string& text = frame.info.at("timestep");
  std::uint64_t step = 0;
  std::from_chars(text.data(), text.data() + text.size(), step);
  return step;
}

ChainResult result_of(const Pipeline& p, const Progressing& at) {
  ChainResult result;
  result.chunks = at.chunks;
  for (std::size_t k = 0; k < at.chunks.size(); ++k) {
    result.folders.push_back(at.folder(k));
    if (at.chunks[k].steps == 0) continue;
    const auto log =
        engines::read_lammps_log(formats::read_if_there(fs::path(at.folder(k)) / names::log));
    for (const md::ThermoRow& row : log.rows)
      if (result.rows.empty() || row.step > result.rows.back().step) result.rows.push_back(row);
  }
  result.exploded = at.exploded;
  result.end = at.exploded.empty() ? read_end(p, result.folders.back()) : at.chain->start;
  return result;
}

Progressing begin(const Pipeline& p, const Chain& chain) {
  Progressing at{&chain, md::chunks_of(chain.protocol, p.study.dynamics.chunk), 0, {}};
  fs::create_directories(chain.folder);
  const fs::path start = fs::path(chain.folder) / start_name;
  if (!fs::exists(start)) {
    formats::WriteOptions options;
    options.elements = p.study.elements;
    formats::write_frames(start.string(), {chain.start}, options);
  }
  at.skip_done();
  return at;
}

}  // namespace

void run_each_chain(const Pipeline& p, const std::string& title, const std::vector<Chain>& chains,
                    const std::function<void(std::size_t, const ChainResult&, double)>& ended) {
  std::vector<Progressing> progressing;
  for (const Chain& chain : chains) progressing.push_back(begin(p, chain));
  std::mutex mutex;
  std::optional<LogWatcher> watcher;  // none for minimisations, whose end cannot be foreseen
  if (total_steps(progressing) > 0) watcher.emplace(title, progressing, mutex);
  std::vector<double> seconds(chains.size(), 0);
  std::vector<bool> told(chains.size(), false);
  while (true) {
    InterruptGuard::check();
    // To its end before the next begins: what is done is settled early, and its dumps need room no
    // longer.
    std::vector<std::size_t> active;
    for (std::size_t c = 0; c < chains.size() && active.size() < p.cores; ++c) {
      if (!progressing[c].finished()) {
        active.push_back(c);
      } else if (!told[c]) {
        told[c] = true;
        ended(c, result_of(p, progressing[c]), seconds[c]);
      }
    }
    if (active.empty()) break;
    std::vector<std::string> scripts;
    for (const std::size_t c : active) {
      write_chunk(p, progressing[c]);
      scripts.push_back(
          (fs::path(progressing[c].folder(progressing[c].next)) / names::script).string());
    }
    queue::WorkerProcess process;
    process.arguments = {"/bin/sh"};
    // One thread each: a small cell has no work for two, and the cores are shared by processes.
    process.environment = {
        fmt::format("OMP_NUM_THREADS={}", std::max<std::size_t>(1, p.cores / active.size()))};
    const auto start = std::chrono::steady_clock::now();
    queue::run_local(process, scripts, {active.size(), false},
                     [&](std::size_t k, const queue::Outcome&) {
                       Progressing& at = progressing[active[k]];
                       settle(p, at, judge(at), mutex);
                     });
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    for (const std::size_t c : active) seconds[c] += wall / static_cast<double>(active.size());
  }
}

std::vector<ChainResult> run_chains(const Pipeline& p, const std::string& title,
                                    const std::vector<Chain>& chains) {
  std::vector<ChainResult> results(chains.size());
  run_each_chain(p, title, chains,
                 [&](std::size_t c, const ChainResult& result, double) { results[c] = result; });
  return results;
}

void for_each_path_frame(const std::vector<std::string>& elements,
                         const std::vector<std::string>& folders, double timestep,
                         std::uint64_t from_step,
                         const std::function<void(const structures::Frame&, double)>& see) {
  formats::ReadOptions options;
  options.elements = elements;
  std::optional<std::uint64_t> last;
  for (const std::string& folder : folders) {
    const fs::path path = fs::path(folder) / names::trajectory;
    if (!fs::exists(path)) continue;
    const auto reader = formats::open_frames(path.string(), options);
    while (const auto frame = reader->next()) {
      const std::uint64_t step = step_of(*frame);
      // A chunk's first frame is the last of the chunk before.
      if (step < from_step || (last && step <= *last)) continue;
      last = step;
      see(*frame, static_cast<double>(step) * timestep);
    }
  }
}

void write_trace(const std::string& path, const std::vector<md::ThermoRow>& rows, double timestep) {
  std::string text = "time_ps,temperature_K,density_g_cm3,energy_eV,pressure_GPa\n";
  for (const md::ThermoRow& row : rows)
    text += fmt::format("{:.6g},{:.6g},{:.6g},{:.10g},{:.6g}\n",
                        static_cast<double>(row.step) * timestep, row.temperature, row.density,
                        row.potential_energy,
                        row.pressure / units::eV_per_A3_in_bar * units::eV_per_A3_in_GPa);
  formats::write_whole_file(path, text);
}

}  // namespace vitrion::app
