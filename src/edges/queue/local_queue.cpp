#include "edges/queue/local_queue.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/error.hpp"
#include "edges/queue/wrapper.hpp"

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgets to say that it is C
}

extern char** environ;  // POSIX declares it nowhere

namespace vitrion::queue {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;
using learn::Job;
using learn::JobNews;
using learn::JobState;

namespace {

constexpr const char* attempt_variable = "VITRION_ATTEMPT";
constexpr std::chrono::seconds mercy{2};

std::string ending(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

/// Whether somebody holds the lock of a task's folder.
bool locked(const std::string& folder) {
  const int file = ::open((fs::path(folder) / lock_file).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool held = ::flock(file, LOCK_EX | LOCK_NB) != 0;
  ::close(file);
  return held;
}

expected<pid_t, std::string> start(const Job& job) {
  const std::string script = (fs::path(job.folder) / "run.sh").string();
  const std::string complaints = (fs::path(job.folder) / "wrapper.txt").string();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, complaints.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                   0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (const int s : {SIGINT, SIGTERM, SIGPIPE, SIGXFSZ}) sigaddset(&defaults, s);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);  // a group of its own: Ctrl-C reaches it through us
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments = {"/bin/sh", script, job.name()};
  std::vector<std::string> own = {fmt::format("{}={}", attempt_variable, job.name()),
                                  fmt::format("OMP_NUM_THREADS={}", job.resources.cores)};
  std::vector<char*> argv, envp;
  for (std::string& a : arguments) argv.push_back(a.data());
  for (std::string& e : own) envp.push_back(e.data());
  for (char** e = environ; *e != nullptr; ++e)
    if (!std::string_view(*e).starts_with("OMP_NUM_THREADS=")) envp.push_back(*e);
  argv.push_back(nullptr);
  envp.push_back(nullptr);
  pid_t pid = -1;
  const int code = ::posix_spawn(&pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code != 0)
    return unexpected<std::string>(fmt::format("cannot start {}: {}", script, std::strerror(code)));
  return pid;
}

}  // namespace

/// A wrapper that runs: our child, or one that an earlier driver left.
struct LocalQueue::Process {
  Job job;
  pid_t pid = -1;
  int descriptor = -1;  ///< readable when it has ended
  bool child = true;
  Clock::time_point begun = Clock::now();
  std::string ended_by_us;  ///< the outcome, where we ended it

  ~Process() {
    if (descriptor >= 0) ::close(descriptor);
  }
  void signal(int number) const {
    if (pid > 0) ::kill(-pid, number);
  }
  /// After the wrapper's end: what is left of its group must not go on writing. @return how it
  /// ended.
  std::string reap() {
    int status = 0;
    if (child)
      while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
      }
    signal(SIGKILL);
    return child ? ending(status) : "ended";
  }
};

void kill_remains(const std::string& attempt) {
  const std::string mark = fmt::format("{}={}", attempt_variable, attempt);
  std::error_code code;
  for (const auto& entry : fs::directory_iterator("/proc", code)) {
    const std::string name = entry.path().filename().string();
    pid_t pid = 0;
    const auto [end, wrong] = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (wrong != std::errc() || end != name.data() + name.size() || pid == ::getpid()) continue;
    std::ifstream in(entry.path() / "environ", std::ios::binary);
    for (std::string variable; std::getline(in, variable, '\0');)
      if (variable == mark) {
        ::kill(pid, SIGKILL);
        break;
      }
  }
}

LocalQueue::LocalQueue(std::size_t cores) : cores_(cores) {
  if (cores == 0) throw InputError("queue.cores = 0 must be at least 1");
}

LocalQueue::~LocalQueue() {
  leave();
}

std::size_t LocalQueue::cores_used() const {
  std::size_t used = 0;
  for (const auto& p : processes_) used += std::min(cores_, p->job.resources.cores);
  return used;
}

std::size_t LocalQueue::room() const {
  const std::size_t used = cores_used();
  return used < cores_ ? cores_ - used : 0;
}

/// A job that wants more cores than there are gets them all.
bool LocalQueue::fits(const learn::Resources& resources) const {
  return std::min(cores_, resources.cores) <= room();
}

expected<std::string, std::string> LocalQueue::submit(const std::vector<Job>& jobs) {
  const Job& job = jobs.front();
  const auto pid = start(job);
  if (!pid) return unexpected<std::string>(pid.error());
  auto process = std::make_unique<Process>();
  process->job = job;
  process->pid = *pid;
  process->descriptor = ::pidfd_open(*pid, 0);
  processes_.push_back(std::move(process));
  return fmt::format("{}", *pid);
}

bool LocalQueue::adopt(const Job& job) {
  // A wrapper that was just started may hold the lock and not yet have said who it is.
  for (int tries = 0; tries < 40 && locked(job.folder); ++tries) {
    const auto runner = read_runner(job.folder);
    if (runner && runner->attempt == job.name()) {
      if (start_of(runner->process) != runner->started) break;  // its children hold the lock
      const int descriptor = ::pidfd_open(static_cast<pid_t>(runner->process), 0);
      if (descriptor < 0) break;
      auto process = std::make_unique<Process>();
      process->job = job;
      process->pid = static_cast<pid_t>(runner->process);
      process->descriptor = descriptor;
      process->child = false;
      processes_.push_back(std::move(process));
      return true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(25));
  }
  kill_remains(job.name());
  return false;
}

void LocalQueue::end_overdue() {
  const auto now = Clock::now();
  for (const auto& p : processes_) {
    const double limit = 60 * p->job.resources.minutes;
    if (limit <= 0) continue;
    const double seconds = std::chrono::duration<double>(now - p->begun).count();
    if (seconds < limit) continue;
    p->ended_by_us = learn::outcome::timeout;
    p->signal(seconds < limit + static_cast<double>(mercy.count()) ? SIGTERM : SIGKILL);
  }
}

std::vector<JobNews> LocalQueue::look(double patience) {
  end_overdue();
  std::vector<pollfd> polled;
  for (const auto& p : processes_) polled.push_back({p->descriptor, POLLIN, 0});
  // Limits are looked at now and then; an end is told at once.
  const int wait = static_cast<int>(1000 * std::min(patience, 0.5));
  if (::poll(polled.data(), polled.size(), wait) < 0) return {};  // a signal: the driver looks
  std::vector<JobNews> news;
  for (std::size_t k = polled.size(); k-- > 0;) {
    if (polled[k].revents == 0) continue;
    Process& p = *processes_[k];
    const std::string how = p.reap();
    JobNews ended{p.job.name(), JobState::ended, p.ended_by_us, how};
    if (how.starts_with("killed") && p.ended_by_us.empty()) ended.outcome = learn::outcome::lost;
    news.push_back(ended);
    processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(k));
  }
  return news;
}

void LocalQueue::cancel(const std::string& name) {
  for (const auto& p : processes_)
    if (p->job.name() == name) {
      p->ended_by_us = learn::outcome::cancelled;
      p->signal(SIGTERM);
    }
}

void LocalQueue::leave() {
  for (const auto& p : processes_) p->signal(SIGTERM);
  const auto deadline = Clock::now() + mercy;
  while (!processes_.empty() && Clock::now() < deadline) (void)look(0.05);
  for (const auto& p : processes_) {
    p->signal(SIGKILL);
    (void)p->reap();
  }
  processes_.clear();
}

}  // namespace vitrion::queue
