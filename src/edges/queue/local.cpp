#include "edges/queue/local.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "base/error.hpp"

extern char** environ;  // POSIX declares it nowhere

namespace vitrion::queue {

namespace {

/// A file descriptor that is closed when it goes out of scope.
class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { reset(); }
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    reset();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  void reset() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct Pipe {
  Descriptor read, write;
};

// Closed on exec: a worker must not hold another worker's pipe open.
Pipe make_pipe() {
  int fds[2];
  if (::pipe2(fds, O_CLOEXEC) != 0)
    throw Error(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

/// While it lives, SIGINT and SIGTERM write a byte into a pipe, and SIGPIPE (a worker that died
/// before it read its task) is ignored; the earlier handlers come back afterwards.
class SignalPipe {
 public:
  SignalPipe() : pipe_(make_pipe()) {
    write_end_ = pipe_.write.get();
    struct sigaction action {};
    action.sa_handler = [](int) {
      const int saved = errno;
      [[maybe_unused]] const auto written = ::write(write_end_, "!", 1);
      errno = saved;
    };
    ::sigaction(SIGINT, &action, &old_int_);
    ::sigaction(SIGTERM, &action, &old_term_);
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, &old_pipe_);
  }
  ~SignalPipe() {
    ::sigaction(SIGINT, &old_int_, nullptr);
    ::sigaction(SIGTERM, &old_term_, nullptr);
    ::sigaction(SIGPIPE, &old_pipe_, nullptr);
  }
  SignalPipe(const SignalPipe&) = delete;
  SignalPipe& operator=(const SignalPipe&) = delete;
  [[nodiscard]] int fd() const { return pipe_.read.get(); }

 private:
  Pipe pipe_;
  struct sigaction old_int_ {
  }, old_term_{}, old_pipe_{};
  static inline volatile int write_end_ = -1;
};

/// One worker process and the task it is at.
struct Worker {
  pid_t pid = -1;
  Descriptor input, output;  // our ends; input only if it is kept alive
  std::string line;          // what it has written of its current line
  std::optional<std::size_t> task;
  std::string answer;         // first line of the current task
  bool has_answered = false;  // ever
};

/// Whether "NAME=value" sets a name that one of `environment` sets.
bool names_one_of(const char* variable, const std::vector<std::string>& environment) {
  const std::string_view text(variable);
  const std::string_view name = text.substr(0, text.find('=') + 1);
  return std::ranges::any_of(environment,
                             [&](const std::string& e) { return e.starts_with(name); });
}

Worker start(const WorkerProcess& spec, const std::string* last_argument) {
  Pipe in = make_pipe(), out = make_pipe();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (last_argument != nullptr)
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  else
    posix_spawn_file_actions_adddup2(&actions, in.read.get(), 0);
  posix_spawn_file_actions_adddup2(&actions, out.write.get(), 1);
  posix_spawn_file_actions_addopen(&actions, 2, spec.log.empty() ? "/dev/null" : spec.log.c_str(),
                                   O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t defaults;
  sigemptyset(&defaults);
  for (int s : {SIGINT, SIGTERM, SIGPIPE}) sigaddset(&defaults, s);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setpgroup(&attributes, 0);  // a group of its own: Ctrl-C reaches it through us
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);

  std::vector<std::string> arguments = spec.arguments;
  if (last_argument != nullptr) arguments.push_back(*last_argument);
  std::vector<std::string> environment = spec.environment;
  environment.push_back(fmt::format("VITRION_DRIVER={}", ::getpid()));
  std::vector<char*> argv, envp;
  for (std::string& a : arguments) argv.push_back(a.data());
  for (std::string& e : environment) envp.push_back(e.data());
  for (char** e = environ; *e != nullptr; ++e)
    if (!names_one_of(*e, environment)) envp.push_back(*e);
  argv.push_back(nullptr);
  envp.push_back(nullptr);

  Worker worker;
  const int code =
      ::posix_spawnp(&worker.pid, argv[0], &actions, &attributes, argv.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (code != 0) throw Error(fmt::format("cannot start {}: {}", arguments[0], std::strerror(code)));
  if (last_argument == nullptr) worker.input = std::move(in.write);
  worker.output = std::move(out.read);
  return worker;
}

std::string ending(int status) {
  if (WIFSIGNALED(status)) return fmt::format("killed by signal {}", WTERMSIG(status));
  return fmt::format("exit status {}", WEXITSTATUS(status));
}

std::string reap(Worker& worker) {
  int status = 0;
  while (::waitpid(worker.pid, &status, 0) < 0 && errno == EINTR) {
  }
  worker.pid = -1;
  return ending(status);
}

class Run {
 public:
  Run(const WorkerProcess& spec, const std::vector<std::string>& tasks, const LocalOptions& options,
      const std::function<void(std::size_t, const Outcome&)>& done)
      : spec_(spec), tasks_(tasks), options_(options), done_(done) {}

  ~Run() { end_all(); }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;

  void operator()() {
    SignalPipe signals;
    while (true) {
      start_missing();
      if (workers_.empty()) return;
      std::vector<pollfd> polled{{signals.fd(), POLLIN, 0}};
      for (const Worker& w : workers_) polled.push_back({w.output.get(), POLLIN, 0});
      if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR)
        throw Error(fmt::format("poll failed: {}", std::strerror(errno)));
      if (polled[0].revents != 0)
        throw Error("interrupted: what is finished is kept, run again to go on");
      for (std::size_t k = workers_.size(); k-- > 0;)
        if (polled[k + 1].revents != 0) read(k);
    }
  }

 private:
  void start_missing() {
    while (next_ < tasks_.size() && workers_.size() < options_.processes) {
      workers_.push_back(start(spec_, options_.keep_alive ? nullptr : &tasks_[next_]));
      give(workers_.back());
    }
  }

  /// The next task to a worker; without one left, a kept worker's input is closed and it ends.
  void give(Worker& worker) {
    worker.answer.clear();
    if (next_ == tasks_.size()) {
      worker.task.reset();
      worker.input.reset();
      return;
    }
    worker.task = next_++;
    if (!options_.keep_alive) return;
    // A task is far shorter than a pipe's buffer, so this does not block; a dead reader shows as an
    // end.
    const std::string text = tasks_[*worker.task] + "\n";
    [[maybe_unused]] const auto written = ::write(worker.input.get(), text.data(), text.size());
  }

  void read(std::size_t k) {
    char buffer[4096];
    const ssize_t n = ::read(workers_[k].output.get(), buffer, sizeof buffer);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (n <= 0) return ended(k);
    workers_[k].line.append(buffer, static_cast<std::size_t>(n));
    for (std::size_t eol; (eol = workers_[k].line.find('\n')) != std::string::npos;) {
      std::string line = workers_[k].line.substr(0, eol);
      workers_[k].line.erase(0, eol + 1);
      answered(workers_[k], std::move(line));
    }
  }

  void answered(Worker& worker, std::string line) {
    // Libraries print to standard output too: only a line that names the task is an answer.
    if (!worker.task || !line.starts_with(tasks_[*worker.task])) return;
    worker.has_answered = true;
    unanswered_ = 0;
    worker.answer = std::move(line);
    if (!options_.keep_alive) return;
    const std::size_t task = *worker.task;
    const Outcome outcome{true, worker.answer};
    give(worker);  // before the caller looks at the result: the worker need not wait
    done_(task, outcome);
  }

  void ended(std::size_t k) {
    Worker worker = std::move(workers_[k]);
    workers_.erase(workers_.begin() + static_cast<std::ptrdiff_t>(k));
    const std::string how = reap(worker);
    if (!worker.task) return;
    const bool answered = !worker.answer.empty();
    // A program that cannot even load would fail every task in turn: say so instead, at once.
    if (!answered && !worker.has_answered && ++unanswered_ > options_.processes + 1)
      throw Error(fmt::format("{} dies without an answer ({}); see {}", spec_.arguments[0], how,
                              spec_.log));
    done_(*worker.task, {answered, answered ? worker.answer : how});
  }

  void end_all() {
    for (Worker& w : workers_) {
      w.input.reset();
      if (w.pid > 0) ::kill(-w.pid, SIGTERM);
    }
    // Two seconds for an orderly end, then without mercy.
    for (int tries = 0; tries < 40; ++tries) {
      std::size_t alive = 0;
      for (Worker& w : workers_) {
        if (w.pid > 0 && ::waitpid(w.pid, nullptr, WNOHANG) == w.pid) w.pid = -1;
        alive += w.pid > 0 ? 1 : 0;
      }
      if (alive == 0) return;
      ::usleep(50'000);
    }
    for (Worker& w : workers_) {
      if (w.pid <= 0) continue;
      ::kill(-w.pid, SIGKILL);
      (void)reap(w);
    }
  }

  const WorkerProcess& spec_;
  const std::vector<std::string>& tasks_;
  const LocalOptions& options_;
  const std::function<void(std::size_t, const Outcome&)>& done_;
  std::vector<Worker> workers_;
  std::size_t next_ = 0;
  std::size_t unanswered_ = 0;  // workers that died in a row without any answer
};

}  // namespace

void run_local(const WorkerProcess& worker, const std::vector<std::string>& tasks,
               const LocalOptions& options,
               const std::function<void(std::size_t, const Outcome&)>& done) {
  if (options.processes == 0) throw InputError("jobs = 0 must be at least 1");
  Run(worker, tasks, options, done)();
}

}  // namespace vitrion::queue
