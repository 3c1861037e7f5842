#include "edges/queue/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>

extern char** environ;  // POSIX declares it nowhere

namespace vitrion::queue {

namespace {

using Clock = std::chrono::steady_clock;

/// Takes what is there; false once the other end is closed.
bool drain(int descriptor, std::string& text) {
  std::array<char, 65536> buffer{};
  const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
  if (n > 0) text.append(buffer.data(), static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && errno == EINTR);
}

}  // namespace

std::string Said::complaint() const {
  if (timed_out) return "no answer in time";
  std::string text = err.empty() ? out : err;
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  if (text.empty()) return fmt::format("exit status {}", status);
  const std::size_t line = text.rfind('\n');
  return line == std::string::npos ? text : text.substr(line + 1);
}

Said run_command(std::vector<std::string> arguments, double seconds) {
  std::array<int, 2> out{}, err{};
  Said said;
  if (::pipe2(out.data(), O_CLOEXEC) != 0) {
    said.err = std::strerror(errno);
    return said;
  }
  if (::pipe2(err.data(), O_CLOEXEC) != 0) {
    said.err = std::strerror(errno);
    ::close(out[0]);
    ::close(out[1]);
    return said;
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&actions, err[1], 2);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setpgroup(&attributes, 0);  // Ctrl-C must not cut a submission in two
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  pid_t pid = -1;
  const int code = ::posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  ::close(out[1]);
  ::close(err[1]);
  if (code != 0) {
    said.status = 127;
    said.err = fmt::format("cannot start {}: {}", arguments[0], std::strerror(code));
  } else {
    const auto deadline = Clock::now() + std::chrono::duration<double>(seconds);
    std::array<pollfd, 2> polled{pollfd{out[0], POLLIN, 0}, pollfd{err[0], POLLIN, 0}};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
      const double left = std::chrono::duration<double>(deadline - Clock::now()).count();
      if (left <= 0) {
        said.timed_out = true;
        ::kill(-pid, SIGKILL);
        break;
      }
      if (::poll(polled.data(), polled.size(), static_cast<int>(1000 * std::min(left, 10.0)) + 1) <
          0)
        continue;
      if (polled[0].revents != 0 && !drain(out[0], said.out)) polled[0].fd = -1;
      if (polled[1].revents != 0 && !drain(err[0], said.err)) polled[1].fd = -1;
    }
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    said.status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  }
  ::close(out[0]);
  ::close(err[0]);
  return said;
}

}  // namespace vitrion::queue
