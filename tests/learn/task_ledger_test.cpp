// The task ledger: what a driver writes before and after each step, read back by itself and by
// others.
#include "learn/task_ledger.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "base/error.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;

class Ledger : public testing::Test {
 protected:
  void SetUp() override {
    path_ = fs::path(testing::TempDir()) /
            (std::string("ledger_") +
             testing::UnitTest::GetInstance()->current_test_info()->name() + ".db");
    for (const char* tail : {"", "-wal", "-shm"}) fs::remove(path_.string() + tail);
  }
  static NewTask task(const std::string& name, const std::string& kind = "label") {
    return {name, kind, "0123", "label/1\n", "tasks/" + name, 0};
  }
  static AttemptRow attempt(std::int64_t task, int number, const std::string& submission) {
    AttemptRow a;
    a.task = task;
    a.number = number;
    a.submission = submission;
    a.queue = "local";
    return a;
  }
  fs::path path_;
};

TEST_F(Ledger, ATaskIsToldOnce) {
  TaskLedger ledger(path_.string());
  const TaskRow first = ledger.add(task("label-a"));
  EXPECT_EQ(first.state, TaskState::waiting);
  ledger.finish(first.id, 0, "2 frames", {{"energy", -1.5}}, 3);
  const TaskRow again = ledger.add(task("label-a"));
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.state, TaskState::done);
  EXPECT_EQ(again.results.at("energy"), -1.5);
  EXPECT_FALSE(ledger.find("label-b"));
}

TEST_F(Ledger, AttemptsAreWrittenBeforeTheQueueHears) {
  TaskLedger ledger(path_.string());
  const TaskRow t = ledger.add(task("label-a"));
  const auto ids = ledger.begin({attempt(t.id, 1, "s-1")});
  {
    TaskLedger other(path_.string());  // a second driver, after the first died
    const auto open = other.open_attempt(t.id);
    ASSERT_TRUE(open);
    EXPECT_EQ(open->name(), "s-1.0");
    EXPECT_EQ(other.state(t.id), TaskState::open);
  }
  ledger.end_attempt(ids[0], "lost", "killed", 2);
  EXPECT_FALSE(ledger.open_attempt(t.id));
  EXPECT_EQ(ledger.state(t.id), TaskState::waiting);
  ledger.fail(t.id, ledger.begin({attempt(t.id, 2, "s-2")})[0], "engine error", "no", 1);
  EXPECT_EQ(ledger.find("label-a")->cause, "engine error: no");
  EXPECT_EQ(ledger.attempts(t.id).size(), 2u);
}

TEST_F(Ledger, AllAttemptsOfASubmissionOrNone) {
  TaskLedger ledger(path_.string());
  const TaskRow a = ledger.add(task("label-a")), b = ledger.add(task("label-b"));
  // The second has the number of an element that is there already.
  EXPECT_THROW((void)ledger.begin({attempt(a.id, 1, "s-1"), attempt(b.id, 1, "s-1")}), Error);
  EXPECT_TRUE(ledger.attempts(a.id).empty());
  EXPECT_EQ(ledger.state(a.id), TaskState::waiting);
}

TEST_F(Ledger, SubmissionsNeverShareAName) {
  std::set<std::string> names;
  for (int restart = 0; restart < 3; ++restart) {
    TaskLedger ledger(path_.string());
    for (int k = 0; k < 5; ++k) names.insert(ledger.next_submission());
  }
  EXPECT_EQ(names.size(), 15u);
}

TEST_F(Ledger, APersonMayRetryAndCancel) {
  TaskLedger ledger(path_.string());
  const TaskRow a = ledger.add(task("label-a")), b = ledger.add(task("label-b"));
  ledger.fail(a.id, ledger.begin({attempt(a.id, 1, "s-1")})[0], "engine error", "no", 1);
  TaskLedger person(path_.string());
  const std::int64_t before = ledger.version();
  EXPECT_EQ(person.reset({a.id, b.id}), 1u) << "one had failed, the other waits anyway";
  EXPECT_NE(ledger.version(), before) << "the driver sees that somebody wrote";
  EXPECT_EQ(ledger.find("label-a")->forgiven, 1);
  EXPECT_EQ(person.cancel({a.id, b.id}), 2u);
  EXPECT_EQ(ledger.state(b.id), TaskState::cancelled);
}

TEST_F(Ledger, FramesKeepTheirWholeHistory) {
  TaskLedger ledger(path_.string());
  ledger.record_frames({{"f1", 0, "explore-0", 400, "m0", "", "picked", "", 0.21}});
  ledger.record_frames({{"f1", 0, "explore-0", 400, "m0", "s0", "labelled", "", 0.21},
                        {"f2", 0, "explore-0", 500, "m0", "s0", "unconverged", "120 steps", 0.3}});
  const auto rows = ledger.frames("f1");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].outcome, "labelled");
  EXPECT_EQ(rows[1].step, 400);
  EXPECT_EQ(ledger.frame_counts(0).at("unconverged"), 1u);
}

TEST_F(Ledger, SumsWhatWasSpent) {
  TaskLedger ledger(path_.string());
  const TaskRow a = ledger.add(task("label-a")), b = ledger.add(task("label-b"));
  ledger.end_attempt(ledger.begin({attempt(a.id, 1, "s-1")})[0], "lost", "", 4);
  ledger.finish(a.id, ledger.begin({attempt(a.id, 2, "s-2")})[0], "", {}, 10);
  ledger.fail(b.id, ledger.begin({attempt(b.id, 1, "s-3")})[0], "mismatch", "", 3);
  const KindSummary labels = ledger.summary().at("label");
  EXPECT_EQ(labels.count.at(TaskState::done), 1u);
  EXPECT_EQ(labels.count.at(TaskState::failed), 1u);
  EXPECT_EQ(labels.seconds, 17);
  EXPECT_EQ(labels.mean_seconds, 10);
}

// A process that is killed between two statements leaves whole transactions only.
TEST_F(Ledger, AKilledWriterLeavesWholeTransactions) {
  (void)TaskLedger(path_.string());
  const pid_t child = ::fork();
  if (child == 0) {
    TaskLedger ledger(path_.string());
    const TaskRow t = ledger.add(task("label-a"));
    for (int k = 1;; ++k) {
      const auto id = ledger.begin({attempt(t.id, k, "s-" + std::to_string(k))})[0];
      ledger.end_attempt(id, "lost", "", 1);
    }
  }
  ::usleep(120'000);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  TaskLedger ledger(path_.string());
  const auto t = ledger.find("label-a");
  ASSERT_TRUE(t);
  const bool open = ledger.open_attempt(t->id).has_value();
  EXPECT_EQ(t->state, open ? TaskState::open : TaskState::waiting);
  int number = 0;
  for (const AttemptRow& a : ledger.attempts(t->id)) EXPECT_EQ(a.number, ++number);
  EXPECT_GT(number, 0);
}

TEST_F(Ledger, AnotherVersionIsNotTouched) {
  TaskLedger(path_.string()).set_note("schema", "99");
  EXPECT_THROW(TaskLedger(path_.string()), Error);
}

}  // namespace
}  // namespace vitrion::learn
