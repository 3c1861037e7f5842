#include "edges/queue/slurm.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/error.hpp"
#include "edges/queue/command.hpp"

namespace vitrion::queue {

namespace fs = std::filesystem;
using learn::Job;
using learn::JobNews;
using learn::JobState;

namespace {

std::vector<std::string> split(const std::string& line, char sign) {
  std::vector<std::string> parts;
  std::istringstream in(line);
  for (std::string part; std::getline(in, part, sign);) parts.push_back(part);
  return parts;
}

bool number(const std::string& word, int& value) {
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  return code == std::errc() && end == word.data() + word.size();
}

/// What sbatch says when the controller may have taken the job all the same.
bool doubtful(const Said& said) {
  if (said.timed_out || said.status >= 128) return true;
  for (const char* sign : {"timed out", "Unable to contact", "Connection refused",
                           "Communication connection failure", "Zero Bytes"})
    if (said.err.find(sign) != std::string::npos) return true;
  return false;
}

}  // namespace

void SlurmOptions::validate() const {
  if (most_jobs == 0) throw InputError("queue.most_jobs = 0 must be at least 1");
  if (array == 0) throw InputError("queue.array = 0 must be at least 1");
  if (!(poll > 0 && poll_most >= poll))
    throw InputError(fmt::format(
        "queue.poll = [{}, {}] s must be two positive numbers, the first not the larger", poll,
        poll_most));
}

std::vector<SlurmLine> read_squeue(const std::string& text) {
  std::vector<SlurmLine> lines;
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> words = split(line, '|');
    if (words.size() < 5) continue;
    SlurmLine read{words[0], 0, words[2], words[3], words[4], words.size() > 5 ? words[5] : ""};
    // A job that is no array has "N/A" here.
    if (!number(words[1], read.element) && words[1] != "N/A") continue;
    lines.push_back(read);
  }
  return lines;
}

bool understand(const std::string& state, JobNews& news) {
  namespace outcome = learn::outcome;
  const auto is = [&](std::initializer_list<const char*> words) {
    return std::ranges::any_of(words, [&](const char* word) { return state.starts_with(word); });
  };
  news.note = state;
  news.outcome.clear();
  if (is({"PENDING", "CONFIGURING", "SUSPENDED", "REQUEUE", "RESIZING", "STOPPED", "RESV_DEL",
          "SPECIAL_EXIT", "REVOKED"})) {
    news.state = JobState::pending;
    return true;
  }
  if (is({"RUNNING", "COMPLETING", "STAGE_OUT", "SIGNALING"})) {
    news.state = JobState::running;
    return true;
  }
  news.state = JobState::ended;
  if (is({"COMPLETED", "FAILED"})) return true;
  if (is({"TIMEOUT", "DEADLINE"})) news.outcome = outcome::timeout;
  if (is({"OUT_OF_MEMORY"})) news.outcome = outcome::out_of_memory;
  if (is({"NODE_FAIL", "BOOT_FAIL"})) news.outcome = outcome::node_failure;
  if (is({"PREEMPTED"})) news.outcome = outcome::preempted;
  if (is({"CANCELLED"})) news.outcome = outcome::cancelled;
  return !news.outcome.empty();
}

std::string ranges(const std::vector<int>& elements) {
  std::string text;
  for (std::size_t k = 0; k < elements.size();) {
    std::size_t last = k;
    while (last + 1 < elements.size() && elements[last + 1] == elements[last] + 1) ++last;
    text += fmt::format("{}{}", text.empty() ? "" : ",", elements[k]);
    if (last > k) text += fmt::format("-{}", elements[last]);
    k = last + 1;
  }
  return text;
}

SlurmQueue::SlurmQueue(SlurmOptions options)
    : options_(std::move(options)), interval_(options_.poll), next_(Clock::now()) {
  options_.validate();
  // A cluster may allow smaller arrays than we would make; if it does not answer, ours is kept.
  const Said said = run_command({"scontrol", "show", "config"}, options_.command_time);
  for (const std::string& line : split(said.out, '\n'))
    if (line.starts_with("MaxArraySize")) {
      int most = 0;
      const std::size_t digits = line.find_first_of("0123456789");
      if (digits != std::string::npos && number(line.substr(digits), most) && most > 0)
        options_.array = std::min(options_.array, static_cast<std::size_t>(most));
    }
}

std::size_t SlurmQueue::room() const {
  return live_.size() < options_.most_jobs ? options_.most_jobs - live_.size() : 0;
}

std::string SlurmQueue::write_script(const std::vector<Job>& jobs) const {
  const std::string& submission = jobs.front().submission;
  const learn::Resources& r = jobs.front().resources;
  const fs::path base = fs::path(options_.folder) / submission;
  fs::create_directories(options_.folder);
  std::vector<int> elements;
  std::string list;
  for (const Job& job : jobs) {
    elements.push_back(job.element);
    list += fmt::format("{} {}\n", job.element, job.folder);
  }
  std::string text = "#!/bin/sh\n";
  const auto head = [&](const char* key, const std::string& value) {
    if (!value.empty()) text += fmt::format("#SBATCH --{}={}\n", key, value);
  };
  head("job-name", submission);
  head("comment", submission);
  head("array", ranges(elements) +
                    (options_.most_running > 0 ? fmt::format("%{}", options_.most_running) : ""));
  head("partition", options_.partition);
  head("account", options_.account);
  head("qos", options_.qos);
  head("gres", options_.gres);
  head("ntasks", "1");
  head("cpus-per-task", fmt::format("{}", r.cores));
  if (r.minutes > 0) head("time", fmt::format("{:.0f}", std::ceil(r.minutes)));
  if (r.memory_GB > 0) head("mem", fmt::format("{:.0f}M", std::ceil(1024 * r.memory_GB)));
  head("output", base.string() + ".%a.out");
  for (const std::string& line : options_.lines)
    if (line.starts_with("#")) text += line + "\n";
  text += fmt::format("export VITRION_ATTEMPT={}.$SLURM_ARRAY_TASK_ID OMP_NUM_THREADS={}\n",
                      submission, r.cores);
  for (const std::string& line : options_.lines)
    if (!line.starts_with("#")) text += line + "\n";
  text += fmt::format(
      "while read -r element folder; do\n"
      "  [ \"$element\" = \"$SLURM_ARRAY_TASK_ID\" ] && break\n"
      "done < '{0}.list'\n"
      "sh \"$folder/run.sh\" \"$VITRION_ATTEMPT\"\n"
      "status=$?\n"
      "[ -s '{0}'.$SLURM_ARRAY_TASK_ID.out ] || rm -f '{0}'.$SLURM_ARRAY_TASK_ID.out\n"
      "exit $status\n",
      base.string());
  for (const auto& [suffix, content] : {std::pair(".list", &list), std::pair(".sh", &text)}) {
    std::ofstream out(base.string() + suffix, std::ios::binary | std::ios::trunc);
    out << *content;
    out.flush();
    if (!out)
      throw Error(fmt::format("cannot write {}{}: is the disk full?", base.string(), suffix));
  }
  return base.string() + ".sh";
}

expected<std::string, std::string> SlurmQueue::submit(const std::vector<Job>& jobs) {
  const std::string& submission = jobs.front().submission;
  const Said said =
      run_command({"sbatch", "--parsable", write_script(jobs)}, options_.command_time);
  std::string id;
  if (said.good()) {
    id = said.out.substr(0, said.out.find_first_of(";\n"));
  } else {
    // It may have been taken all the same: then it is known by its name.
    const auto lines = query();
    bool known = false;
    if (lines)
      for (const SlurmLine& line : *lines)
        if (line.name == submission || line.comment == submission) {
          known = true;
          id = line.job;
        }
    if (!known && !doubtful(said)) return unexpected<std::string>(said.complaint());
  }
  for (const Job& job : jobs) {
    Live live;
    live.job = job;
    live.id = id;
    live_[job.name()] = live;
  }
  interval_ = options_.poll;
  next_ = std::min(next_, Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                             std::chrono::duration<double>(interval_)));
  return id;
}

bool SlurmQueue::adopt(const Job& job) {
  Live live;
  live.job = job;
  live_[job.name()] = live;
  next_ = Clock::now();
  return true;  // whether it runs, the next query tells
}

std::optional<std::vector<SlurmLine>> SlurmQueue::query() const {
  const Said said =
      run_command({"squeue", "--me", "-h", "-r", "-t", "all", "-o", "%F|%K|%j|%T|%k|%r"},
                  options_.command_time);
  if (!said.good()) return std::nullopt;
  return read_squeue(said.out);
}

/// One name, two arrays: sbatch was obeyed twice. The one that we know stays, or the older.
void SlurmQueue::drop_twins(const std::vector<SlurmLine>& lines) {
  std::map<std::string, std::set<std::string>> arrays;
  for (const SlurmLine& line : lines)
    if (const auto found = live_.find(fmt::format("{}.{}", line.name, line.element));
        found != live_.end()) {
      JobNews news;
      if (understand(line.state, news) && news.state != JobState::ended)
        arrays[line.name].insert(line.job);
    }
  for (const auto& [name, jobs] : arrays) {
    if (jobs.size() < 2) continue;
    std::string keep = *std::ranges::min_element(jobs, [](const auto& a, const auto& b) {
      return a.size() != b.size() ? a.size() < b.size() : a < b;
    });
    for (const auto& [job, live] : live_)
      if (live.job.submission == name && jobs.contains(live.id)) keep = live.id;
    for (const std::string& job : jobs)
      if (job != keep && !dropped_[job]) {
        dropped_[job] = run_command({"scancel", job}, options_.command_time).good();
      }
    for (auto& [job, live] : live_)
      if (live.job.submission == name) live.id = keep;
  }
}

/// Of a job that squeue no longer shows: what accounting, where there is any, or the controller
/// remembers. The name is compared, for numbers are used again.
JobNews SlurmQueue::last_word(const Live& live) const {
  JobNews news{live.job.name(), JobState::ended, learn::outcome::lost,
               "squeue does not know it any more"};
  if (live.id.empty()) {
    news.note = "it never showed up in squeue";
    return news;
  }
  const std::string id = fmt::format("{}_{}", live.id, live.job.element);
  const Said told = run_command({"sacct", "-X", "-P", "-n", "-j", id, "-o", "JobName,State"},
                                options_.command_time);
  if (told.good())
    for (const std::string& line : split(told.out, '\n')) {
      const std::vector<std::string> words = split(line, '|');
      JobNews heard = news;
      if (words.size() >= 2 && words[0] == live.job.submission && understand(words[1], heard) &&
          heard.state == JobState::ended)
        return heard;
    }
  return news;
}

std::vector<JobNews> SlurmQueue::look(double patience) {
  const auto now = Clock::now();
  if (now < next_ || live_.empty()) {
    const double left = std::chrono::duration<double>(next_ - now).count();
    const double wait = live_.empty() ? patience : std::min(patience, left);
    (void)::poll(nullptr, 0, static_cast<int>(1000 * std::max(0.0, wait)));  // ends with a signal
    if (Clock::now() < next_ || live_.empty()) return {};
  }
  const auto lines = query();
  std::vector<JobNews> news;
  if (lines) {
    drop_twins(*lines);
    std::set<std::string> seen;
    for (const SlurmLine& line : *lines) {
      // By name; where a site writes its own names, by the comment.
      auto found = live_.find(fmt::format("{}.{}", line.name, line.element));
      if (found == live_.end())
        found = live_.find(fmt::format("{}.{}", line.comment, line.element));
      if (found == live_.end()) continue;
      Live& live = found->second;
      if (!live.id.empty() && live.id != line.job) continue;
      live.id = line.job;
      JobNews told{live.job.name(), live.state, "", ""};
      seen.insert(live.job.name());
      live.missing_since.reset();
      live.misses = 0;
      if (!understand(line.state, told) || told.state == live.state) continue;
      live.state = told.state;
      news.push_back(told);
    }
    for (auto& [name, live] : live_) {
      if (seen.contains(name)) continue;
      // One answer without it proves nothing: a controller that restarts shows an empty queue.
      if (!live.missing_since) live.missing_since = Clock::now();
      ++live.misses;
      const double missing =
          std::chrono::duration<double>(Clock::now() - *live.missing_since).count();
      if (live.misses < 3 || missing < options_.grace) continue;
      news.push_back(last_word(live));
    }
    for (const JobNews& told : news)
      if (told.state == JobState::ended) live_.erase(told.name);
  }
  interval_ =
      lines && !news.empty() ? options_.poll : std::min(options_.poll_most, 1.5 * interval_);
  next_ = Clock::now() +
          std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(interval_));
  return news;
}

void SlurmQueue::cancel(const std::string& name) {
  const auto found = live_.find(name);
  if (found == live_.end()) return;
  const Live& live = found->second;
  if (live.id.empty())
    (void)run_command({"scancel", "--name", live.job.submission}, options_.command_time);
  else
    (void)run_command({"scancel", fmt::format("{}_{}", live.id, live.job.element)},
                      options_.command_time);
}

}  // namespace vitrion::queue
