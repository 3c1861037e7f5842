#include "app/study/study_progress.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "app/study/plan.hpp"
#include "edges/engines/lammps_input.hpp"
#include "edges/engines/lammps_log.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t digits_of_identity = 8;

/// "measure-x0-423K-1-5c3a2b11" -> "measure-x0-423K-1".
std::string task_of(const fs::path& folder) {
  const std::string name = folder.filename().string();
  return name.size() > digits_of_identity + 1 ? name.substr(0, name.size() - digits_of_identity - 1)
                                              : name;
}

/// Steps that a run has done: the last row of the log of its last chunk.
double steps_done(const fs::path& folder) {
  std::vector<fs::path> chunks;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(folder, code))
    if (fs::exists(entry.path() / engines::lammps_names::log, code)) chunks.push_back(entry.path());
  std::ranges::sort(chunks);
  for (auto chunk = chunks.rbegin(); chunk != chunks.rend(); ++chunk) {
    const auto log = engines::read_lammps_log(
        formats::read_whole_file((*chunk / engines::lammps_names::log).string()));
    if (!log.rows.empty()) return static_cast<double>(log.rows.back().step);
  }
  return 0;
}

/// Folders of stages that were begun and not finished, by stage; the last begun of each.
std::map<std::string, fs::path> begun_folders(const RunFolder& run) {
  std::map<std::string, fs::path> found;
  std::error_code code;
  for (const auto& entry : fs::directory_iterator(run.path(), code)) {
    if (!entry.is_directory(code) || fs::exists(entry.path() / "manifest.json", code)) continue;
    fs::path& known = found[task_of(entry.path())];
    if (known.empty() || fs::last_write_time(entry.path(), code) > fs::last_write_time(known, code))
      known = entry.path();
  }
  return found;
}

/// Runs of molecular dynamics, by whose pace the others are foreseen: their steps are known, those
/// of a relaxation are a guess.
bool sets_the_pace(const std::string& kind) {
  return kind == "quench" || kind == "pore" || kind == "measure";
}

/// Seconds since a run began, if the driver that lives now began it; else its work is of several
/// drivers, and no pace.
std::optional<double> seconds_since_begin(const fs::path& stage, const fs::path& run) {
  std::error_code code;
  const auto begun = fs::last_write_time(stage / "start.data", code);
  if (code) return std::nullopt;
  const auto driver = fs::last_write_time(run / "study.json", code);
  if (code || begun < driver) return std::nullopt;
  return std::chrono::duration<double>(fs::file_time_type::clock::now() - begun).count();
}

}  // namespace

StudyProgress progress_of(const formats::Study& study, const RunFolder& folder) {
  std::map<std::string, double> seconds_of;
  for (const learn::Manifest& m : folder.all()) seconds_of[m.task] = m.seconds;
  const std::map<std::string, fs::path> begun = begun_folders(folder);
  StudyProgress progress;
  double work_done = 0;     // atom steps of finished runs
  double seconds_done = 0;  // of them
  double work_left = 0;
  double work_begun = 0;                                  // of unfinished runs that go side by side
  double seconds_begun = 0;                               // of the longest of them
  std::map<std::string, std::pair<double, double>> work;  // kind -> done, all
  for (const PlannedStage& stage : plan_of(study)) {
    auto kind = std::ranges::find(progress.kinds, stage.kind, &KindProgress::kind);
    if (kind == progress.kinds.end())
      kind = progress.kinds.insert(progress.kinds.end(), {stage.kind, 0, 0, 0, 0});
    ++kind->stages;
    const double all = std::max(1.0, stage.steps * static_cast<double>(stage.atoms));
    double share = 0;
    if (const auto done = seconds_of.find(stage.name); done != seconds_of.end()) {
      ++kind->done;
      kind->seconds += done->second;
      share = 1;
      if (sets_the_pace(stage.kind)) {
        work_done += all;
        seconds_done += done->second;
      }
    } else {
      const auto at = begun.find(stage.name);
      // A batch makes the folders of all its runs; a run has begun when it has a chunk.
      if (at != begun.end() && (!sets_the_pace(stage.kind) || fs::exists(at->second / "000"))) {
        if (stage.steps > 0) share = std::min(1.0, steps_done(at->second) / stage.steps);
        const auto seconds = seconds_since_begin(at->second, folder.path());
        if (sets_the_pace(stage.kind) && seconds && share > 0) {
          work_begun += share * all;
          seconds_begun = std::max(seconds_begun, *seconds);
        }
        progress.begun.push_back({stage.name, share});
      }
      if (stage.steps > 0) work_left += (1 - share) * all;
    }
    work[stage.kind].first += share * all;
    work[stage.kind].second += all;
  }
  for (KindProgress& kind : progress.kinds)
    kind.share = work[kind.kind].first / work[kind.kind].second;
  if (work_left == 0)
    progress.seconds_left = 0;
  else if (work_done > 0)
    progress.seconds_left = work_left * seconds_done / work_done;
  else if (work_begun > 0)
    progress.seconds_left = work_left * seconds_begun / work_begun;
  return progress;
}

}  // namespace vitrion::app
