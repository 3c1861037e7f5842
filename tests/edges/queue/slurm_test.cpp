// The queue Slurm against a fake that fails on demand; a real one is started by slurm_real_test.
#include "edges/queue/slurm.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "edges/queue/executor.hpp"
#include "places.hpp"

namespace vitrion::queue {
namespace {

namespace fs = std::filesystem;
using learn::JobState;
using learn::TaskState;
using ::testing::HasSubstr;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class FakeSlurm : public testing::Test {
 protected:
  void SetUp() override {
    root_ = fs::path(testing::TempDir()) /
            (std::string("slurm_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(root_);
    for (const char* folder : {"bin", "fake/jobs", "fake/faults", "run"})
      fs::create_directories(root_ / folder);
    for (const char* command : {"sbatch", "squeue", "scancel", "scontrol", "sacct"})
      fs::create_symlink(fs::path(VITRION_SOURCE_DIR) / "tests/edges/queue/fake_slurm.py",
                         root_ / "bin" / command);
    path_ = std::getenv("PATH");
    ::setenv("PATH", ((root_ / "bin").string() + ":" + path_).c_str(), 1);
    ::setenv("FAKE_SLURM", (root_ / "fake").c_str(), 1);
  }
  void TearDown() override {
    ::setenv("PATH", path_.c_str(), 1);
    if (!HasFailure()) fs::remove_all(root_);
  }

  void fault(const std::string& name, int times) const {
    std::ofstream(root_ / "fake/faults" / name) << times;
  }
  SlurmOptions options() const {
    SlurmOptions o;
    o.folder = (root_ / "run/jobs").string();
    o.partition = "work";
    o.account = "glass";
    o.gres = "gpu:1";
    o.lines = {"#SBATCH --exclusive", "prepared=yes"};
    o.poll = 0.05;
    o.poll_most = 0.2;
    o.grace = 0.4;
    o.command_time = 20;
    return o;
  }
  Work work(const std::string& name) const {
    Work w;
    w.task = {name, "label", name, name + "\n", "tasks/" + name, 0};
    w.outputs = {"out.txt"};
    w.prepare = [](const std::string&, int) { return "echo x >> ran; echo good > out.txt"; };
    w.judge = [](const std::string& folder, const Ended&) -> Verdict {
      if (read(fs::path(folder) / "out.txt") == "good\n") return {};
      return {"engine error", "no out.txt", "", {}};
    };
    return w;
  }
  std::vector<learn::TaskRow> run(std::size_t tasks, const SlurmOptions& o) const {
    std::vector<Work> works;
    for (std::size_t k = 0; k < tasks; ++k) works.push_back(work("label-" + std::to_string(k)));
    learn::TaskLedger ledger((root_ / "run/study.db").string());
    SlurmQueue queue(o);
    ExecutorOptions e;
    e.root = (root_ / "run").string();
    e.patience = 0.2;
    return Executor(ledger, queue, e).run(works);
  }
  /// Every task done, and its command run `times` times.
  void expect_done(const std::vector<learn::TaskRow>& rows, std::size_t times = 1) const {
    for (const auto& row : rows) {
      EXPECT_EQ(row.state, TaskState::done) << row.name << ": " << row.cause;
      EXPECT_EQ(read(root_ / "run" / row.folder / "ran").size(), 2 * times) << row.name;
    }
  }
  std::vector<std::string> outcomes(const std::string& task) const {
    learn::TaskLedger ledger((root_ / "run/study.db").string());
    std::vector<std::string> all;
    for (const auto& a : ledger.attempts(ledger.find(task)->id)) all.push_back(a.outcome);
    return all;
  }
  nlohmann::json job(const std::string& name) const {
    return nlohmann::json::parse(read(root_ / "fake/jobs" / (name + ".json")));
  }

  fs::path root_;
  std::string path_;
};

TEST_F(FakeSlurm, SubmitsArraysWithTheStudysKeys) {
  expect_done(run(6, options()));
  const nlohmann::json head = job("100_0").at("head");
  EXPECT_EQ(head.at("array"), "0-3") << "MaxArraySize is 4";
  EXPECT_EQ(head.at("partition"), "work");
  EXPECT_EQ(head.at("account"), "glass");
  EXPECT_EQ(head.at("gres"), "gpu:1");
  EXPECT_EQ(head.at("cpus-per-task"), "1");
  EXPECT_EQ(head.at("job-name"), head.at("comment"));
  EXPECT_EQ(job("101_1").at("state"), "COMPLETED");
  const std::string script =
      read(root_ / "run/jobs" / (head.at("job-name").get<std::string>() + ".sh"));
  EXPECT_THAT(script, HasSubstr("\n#SBATCH --exclusive\n"));
  EXPECT_LT(script.find("#SBATCH --exclusive"), script.find("export "));
  EXPECT_GT(script.find("prepared=yes"), script.find("export "));
}

TEST_F(FakeSlurm, CapsWhatIsQueued) {
  SlurmOptions o = options();
  o.most_jobs = 2;
  expect_done(run(5, o));
  EXPECT_EQ(job("100_0").at("head").at("array"), "0-1");
}

TEST_F(FakeSlurm, AcceptedAlthoughTheAnswerWasATimeOut) {
  fault("sbatch-times-out", 1);
  expect_done(run(3, options()));
  EXPECT_EQ(outcomes("label-0"), std::vector<std::string>{"done"});
}

TEST_F(FakeSlurm, ACommandThatHangsIsGivenUp) {
  fault("sbatch-hangs", 1);
  SlurmOptions o = options();
  o.command_time = 1.5;
  expect_done(run(1, o));
}

TEST_F(FakeSlurm, TwinsAreCancelledAndComputeOnce) {
  fault("sbatch-twice", 1);
  expect_done(run(2, options()));
}

TEST_F(FakeSlurm, ARefusalIsTriedAgainAndThenSaid) {
  fault("sbatch-refuses", 1);
  expect_done(run(1, options()));
  EXPECT_EQ(outcomes("label-0"), (std::vector<std::string>{"not taken", "done"}));
}

TEST_F(FakeSlurm, NoAnswerIsNoNews) {
  fault("squeue-fails", 4);
  expect_done(run(2, options()));
  EXPECT_EQ(outcomes("label-0"), std::vector<std::string>{"done"});
}

TEST_F(FakeSlurm, AnEmptyAnswerIsNotAnEnd) {
  fault("squeue-empty", 2);
  expect_done(run(2, options()));
  EXPECT_EQ(outcomes("label-1"), std::vector<std::string>{"done"});
}

TEST_F(FakeSlurm, StatesAreToldApart) {
  for (const char* state : {"TIMEOUT", "NODE_FAIL", "PREEMPTED"})
    fault(std::string("end-") + state, 1);
  std::vector<std::string> seen;
  expect_done(run(3, options()));
  for (int k = 0; k < 3; ++k) {
    const auto all = outcomes("label-" + std::to_string(k));
    seen.insert(seen.end(), all.begin(), all.end());
  }
  EXPECT_THAT(seen, testing::UnorderedElementsAre("timeout", "node failure", "preempted", "done",
                                                  "done", "done"));
}

TEST_F(FakeSlurm, OutOfMemoryAsksForMoreOnce) {
  fault("end-OUT_OF_MEMORY", 1);
  std::vector<Work> works = {work("label-0")};
  works[0].resources.memory_GB = 1;
  learn::TaskLedger ledger((root_ / "run/study.db").string());
  SlurmQueue queue(options());
  ExecutorOptions e;
  e.root = (root_ / "run").string();
  e.patience = 0.2;
  expect_done(Executor(ledger, queue, e).run(works));
  EXPECT_EQ(job("100_0").at("head").at("mem"), "1024M");
  EXPECT_EQ(job("101_0").at("head").at("mem"), "2048M");
  EXPECT_EQ(outcomes("label-0"), (std::vector<std::string>{"out of memory", "done"}));
}

TEST_F(FakeSlurm, AJobThatVanishesIsLostAndGivenAgain) {
  fault("vanish", 1);
  expect_done(run(2, options()));
  EXPECT_EQ(outcomes("label-0"), (std::vector<std::string>{"lost", "done"}));
}

// The driver died after sbatch: the next one finds the job by its name, not by a number.
// Slurm says that the job is over, and the file server shows its manifest a second later.
TEST_F(FakeSlurm, FilesThatComeLateAreWaitedFor) {
  fault("late", 1);
  SlurmOptions patient = options();
  patient.grace = 10;
  const auto rows = run(1, patient);
  ASSERT_EQ(rows[0].state, TaskState::done) << rows[0].cause;
  learn::TaskLedger ledger((root_ / "run/study.db").string());
  EXPECT_EQ(ledger.attempts(rows[0].id).size(), 1U);
  EXPECT_EQ(read(root_ / "run" / rows[0].folder / "ran"), "x\n");
}

TEST_F(FakeSlurm, TakesUpTheJobsOfADeadDriver) {
  const Work w = work("label-0");
  learn::TaskLedger ledger((root_ / "run/study.db").string());
  learn::AttemptRow a;
  a.task = ledger.add(w.task).id;
  a.number = 1;
  a.submission = ledger.next_submission();
  a.queue = "slurm";
  ledger.begin({a});
  const fs::path folder = root_ / "run" / w.task.folder;
  fs::create_directories(folder);
  std::ofstream(folder / "run.sh")
      << wrapper_script("x", "sleep 0.5\necho x >> ran\necho good > out.txt", w.outputs);
  {
    SlurmQueue queue(options());
    ASSERT_TRUE(queue.submit({{a.submission, 0, folder.string(), {}}}));
  }
  // Another study's job took a number in between and a foreign job has ours in its comment's place.
  expect_done(run(1, options()));
  EXPECT_EQ(outcomes("label-0"), std::vector<std::string>{"done"});
}

TEST(Slurm, ReadsSqueueAndLeavesOutWhatIsNone) {
  const auto lines = read_squeue(
      "12|3|a|RUNNING|a|None\nslurm_load_jobs error\n13|N/A|b|PENDING|c|Priority\n"
      "14|x|b|PENDING|c|Priority\n");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0].element, 3);
  EXPECT_EQ(lines[1].reason, "Priority");
}

TEST(Slurm, UnderstandsStatesWithReasonsBehindThem) {
  learn::JobNews news;
  EXPECT_TRUE(understand("CANCELLED by 1000", news));
  EXPECT_EQ(news.outcome, "cancelled");
  EXPECT_TRUE(understand("COMPLETING", news));
  EXPECT_EQ(news.state, JobState::running);
  EXPECT_TRUE(understand("COMPLETED", news));
  EXPECT_EQ(news.state, JobState::ended);
  EXPECT_TRUE(news.outcome.empty());
  EXPECT_FALSE(understand("SOMETHING_NEW", news));
}

TEST(Slurm, WritesRanges) {
  EXPECT_EQ(ranges({0, 1, 2, 5, 7, 8}), "0-2,5,7-8");
  EXPECT_EQ(ranges({4}), "4");
}

}  // namespace
}  // namespace vitrion::queue
