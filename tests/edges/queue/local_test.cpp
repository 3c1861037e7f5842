// The local queue with workers that are a few lines of shell.
#include "edges/queue/local.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <thread>

#include "base/error.hpp"

namespace vitrion::queue {
namespace {

namespace fs = std::filesystem;

WorkerProcess shell(const std::string& script) {
  // "worker" becomes $0, so that a task given as argument is $1.
  return {{"/bin/sh", "-c", script, "worker"}, {}, testing::TempDir() + "queue_test.log"};
}

struct Record {
  std::vector<std::size_t> order;
  std::map<std::size_t, Outcome> outcome;
  void operator()(std::size_t k, const Outcome& o) {
    order.push_back(k);
    outcome[k] = o;
  }
};

Record run(const WorkerProcess& w, const std::vector<std::string>& tasks, LocalOptions options) {
  Record record;
  run_local(w, tasks, options, [&](std::size_t k, const Outcome& o) { record(k, o); });
  return record;
}

TEST(LocalQueue, OneProcessForEachTask) {
  const Record r = run(shell("echo noise; echo \"$1 ok $$\""), {"a", "b", "c"}, {2, false});
  ASSERT_EQ(r.order.size(), 3u);
  std::set<std::string> answers;
  for (const auto& [k, o] : r.outcome) {
    EXPECT_TRUE(o.answered);
    answers.insert(o.note.substr(o.note.rfind(' ')));
  }
  EXPECT_EQ(answers.size(), 3u) << "three processes have three numbers";
}

TEST(LocalQueue, KeepsAWorkerForManyTasks) {
  std::vector<std::string> tasks;
  for (int k = 0; k < 200; ++k) tasks.push_back("task" + std::to_string(k) + "/");
  const Record r = run(shell("while read t; do echo \"$t ok $$\"; done"), tasks, {2, true});
  ASSERT_EQ(r.order.size(), 200u);
  std::set<std::string> processes;
  for (const auto& [k, o] : r.outcome) {
    EXPECT_TRUE(o.note.starts_with(tasks[k]));
    processes.insert(o.note.substr(o.note.rfind(' ')));
  }
  EXPECT_EQ(processes.size(), 2u);
}

TEST(LocalQueue, ATaskThatKillsItsWorkerFailsAlone) {
  const Record r = run(shell("while read t; do [ $t = bad ] && kill -9 $$; echo \"$t ok\"; done"),
                       {"a", "bad", "c", "d"}, {1, true});
  EXPECT_TRUE(r.outcome.at(0).answered);
  EXPECT_FALSE(r.outcome.at(1).answered);
  EXPECT_EQ(r.outcome.at(1).note, "killed by signal 9");
  EXPECT_TRUE(r.outcome.at(2).answered);
  EXPECT_TRUE(r.outcome.at(3).answered);
}

TEST(LocalQueue, SaysHowASilentProcessEnded) {
  const Record r = run(shell("[ $1 = bad ] && exit 7; echo $1 ok"), {"bad", "good"}, {1, false});
  EXPECT_EQ(r.outcome.at(0).note, "exit status 7");
  EXPECT_TRUE(r.outcome.at(1).answered);
}

TEST(LocalQueue, GivesUpOnAProgramThatNeverAnswers) {
  EXPECT_THROW(run(shell("exit 1"), std::vector<std::string>(50, "x"), {2, true}), Error);
}

TEST(LocalQueue, AMissingProgramIsNamed) {
  try {
    run({{"/nowhere/python"}, {}, ""}, {"a"}, {1, true});
    FAIL();
  } catch (const Error& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("cannot start /nowhere/python"));
  }
}

TEST(LocalQueue, NoTasksAndNoProcesses) {
  EXPECT_TRUE(run(shell("exit 1"), {}, {2, true}).order.empty());
  EXPECT_THROW(run(shell("exit 1"), {"a"}, {0, true}), InputError);
}

TEST(LocalQueue, PassesItsEnvironment) {
  WorkerProcess w = shell("echo \"$1 $COLOUR $HOME\"");
  w.environment = {"COLOUR=blue", "HOME=elsewhere"};
  EXPECT_EQ(run(w, {"a"}, {1, false}).outcome.at(0).note, "a blue elsewhere");
}

TEST(LocalQueue, AnInterruptEndsTheWorkersAndTheirChildren) {
  const fs::path mark = fs::path(testing::TempDir()) / "queue_test_child";
  fs::remove(mark);
  // The worker's own child would write the mark after a second.
  const WorkerProcess w = shell("(sleep 1; touch " + mark.string() + ") & wait");
  std::thread interrupt([] {
    std::this_thread::sleep_for(std::chrono::milliseconds(200));
    ::kill(::getpid(), SIGINT);
  });
  EXPECT_THROW(run(w, {"a", "b"}, {2, false}), Error);
  interrupt.join();
  std::this_thread::sleep_for(std::chrono::milliseconds(1300));
  EXPECT_FALSE(fs::exists(mark));
}

}  // namespace
}  // namespace vitrion::queue
