// The queue Slurm against a real slurmctld and slurmd on loopback; skipped where there is none.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "edges/queue/command.hpp"
#include "edges/queue/executor.hpp"
#include "edges/queue/slurm.hpp"
#include "places.hpp"

namespace vitrion::queue {
namespace {

namespace fs = std::filesystem;
using learn::TaskState;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class RealSlurm : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* program : {"slurmctld", "slurmd", "munged"})
      if (!run_command({"sh", "-c", std::string("command -v ") + program}, 10).good())
        GTEST_SKIP() << program << " is not installed";
    root_ = fs::temp_directory_path() / ("vitrion-slurm-" + std::to_string(::getpid()));
    fs::remove_all(root_);
    fs::create_directories(root_ / "run");
    const std::string port = std::to_string(20000 + 2 * (::getpid() % 10000));
    const Said said = run_command({"sh", script(), (root_ / "slurm").string(), port}, 120);
    ASSERT_TRUE(said.good()) << said.err;
    ::setenv("SLURM_CONF", (root_ / "slurm/slurm.conf").c_str(), 1);
  }
  void TearDown() override {
    if (root_.empty()) return;
    (void)run_command({"sh", script(), (root_ / "slurm").string(), "stop"}, 60);
    ::unsetenv("SLURM_CONF");
    if (!HasFailure()) fs::remove_all(root_);
  }
  static std::string script() { return VITRION_SOURCE_DIR "/tests/edges/queue/real_slurm.sh"; }

  SlurmOptions options() const {
    SlurmOptions o;
    o.folder = (root_ / "run/jobs").string();
    o.partition = "work";
    o.poll = 0.3;
    o.poll_most = 1;
    o.grace = 3;
    return o;
  }
  Work work(const std::string& name, const std::string& command) const {
    Work w;
    w.task = {name, "label", name, name + "\n", "tasks/" + name, 0};
    w.outputs = {"out.txt"};
    w.prepare = [command](const std::string&, int) { return command; };
    w.judge = [](const std::string& folder, const Ended& ended) -> Verdict {
      if (read(fs::path(folder) / "out.txt") == "good\n") return {};
      return {"engine error", "exit status " + std::to_string(ended.exit_code), "", {}};
    };
    return w;
  }
  std::vector<learn::TaskRow> run(const std::vector<Work>& works) const {
    learn::TaskLedger ledger((root_ / "run/study.db").string());
    SlurmQueue queue(options());
    ExecutorOptions e;
    e.root = (root_ / "run").string();
    e.patience = 0.5;
    return Executor(ledger, queue, e).run(works);
  }
  std::vector<learn::AttemptRow> attempts(const std::string& name) const {
    learn::TaskLedger ledger((root_ / "run/study.db").string());
    return ledger.attempts(ledger.find(name)->id);
  }

  fs::path root_;
};

TEST_F(RealSlurm, RunsAnArrayOnceEach) {
  std::vector<Work> works;
  for (int k = 0; k < 8; ++k)
    works.push_back(work("label-" + std::to_string(k), "echo x >> ran; echo good > out.txt"));
  works.push_back(work("label-bad", "exit 4"));
  const auto rows = run(works);
  for (int k = 0; k < 8; ++k) {
    EXPECT_EQ(rows[static_cast<std::size_t>(k)].state, TaskState::done)
        << rows[static_cast<std::size_t>(k)].cause;
    EXPECT_EQ(read(root_ / "run/tasks" / ("label-" + std::to_string(k)) / "ran"), "x\n");
  }
  EXPECT_EQ(rows[8].state, TaskState::failed);
  EXPECT_THAT(rows[8].cause, testing::HasSubstr("exit status 4"));
}

TEST_F(RealSlurm, AJobThatAPersonCancelsIsSaidToBe) {
  std::thread person([&] {
    for (int tries = 0; tries < 200; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      if (!fs::exists(root_ / "run/tasks/label-a/running.who")) continue;
      (void)run_command({"scancel", "--me"}, 20);
      return;
    }
  });
  const auto rows = run({work("label-a", "sleep 100")});
  person.join();
  EXPECT_EQ(rows[0].state, TaskState::failed);
  EXPECT_EQ(attempts("label-a")[0].outcome, "cancelled");
}

// Drivers are killed while the array runs; the jobs go on, and the last driver finds their results.
TEST_F(RealSlurm, AKilledDriverFindsItsJobsAgain) {
  std::vector<Work> works;
  for (int k = 0; k < 6; ++k)
    works.push_back(
        work("label-" + std::to_string(k), "sleep 0.7; echo x >> ran; echo good > out.txt"));
  for (int kills = 0; kills < 3; ++kills) {
    const pid_t driver = ::fork();
    if (driver == 0) {
      (void)run(works);
      ::_exit(0);
    }
    ::usleep(700'000 + 300'000 * static_cast<useconds_t>(kills));
    ::kill(driver, SIGKILL);
    ::waitpid(driver, nullptr, 0);
  }
  for (const auto& row : run(works)) {
    EXPECT_EQ(row.state, TaskState::done) << row.cause;
    EXPECT_EQ(read(root_ / "run" / row.folder / "ran"), "x\n") << row.name << " ran once";
  }
}

TEST_F(RealSlurm, ATimeLimitIsTold) {
  Work w = work("label-a", "sleep 300");
  w.resources.minutes = 1;  // the shortest that Slurm knows; it looks every half minute
  learn::TaskLedger ledger((root_ / "run/study.db").string());
  SlurmQueue queue(options());
  ExecutorOptions e;
  e.root = (root_ / "run").string();
  e.policy.timeouts = 0;
  const auto rows = Executor(ledger, queue, e).run({w});
  EXPECT_THAT(rows[0].cause, testing::HasSubstr("timeout"));
}

}  // namespace
}  // namespace vitrion::queue
