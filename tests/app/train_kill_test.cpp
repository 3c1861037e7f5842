// vitrion train killed at random moments and restarted until it is through: the same bits.
#include <chrono>
#include <csignal>
#include <thread>

#include "app/train_support.hpp"
#include "base/random.hpp"

namespace vitrion {
namespace {

TEST_F(Train, KilledAtAnyMomentItEndsInTheSameBits) {
  input_["training"]["numb_steps"] = 300;
  input_["training"]["save_freq"] = 17;
  input_["training"]["disp_freq"] = 5;
  input_["training"]["save_ckpt"] = "ckpt";
  ASSERT_EQ(train("input.json -o whole.dp --threads 1"), 0) << said();
  const std::string curve = bytes_of(folder_ / "lcurve.out");
  const std::string last = bytes_of(folder_ / "ckpt-300.vck");
  ASSERT_FALSE(last.empty());
  for (const auto& entry : fs::directory_iterator(folder_))
    if (entry.path().filename().string().rfind("ckpt", 0) == 0) fs::remove(entry.path());
  fs::remove(folder_ / "lcurve.out");

  // Kills after random times until a run comes through; SIGTERM and SIGINT between them.
  RandomStream random(20, "kills");
  const int signals[] = {SIGKILL, SIGTERM, SIGKILL, SIGINT};
  int kills = 0;
  for (int attempt = 0; attempt < 200; ++attempt) {
    const pid_t child = start({"--restart", "-o", "again.dp"});
    ASSERT_GT(child, 0);
    const auto end = std::chrono::steady_clock::now() +
                     std::chrono::milliseconds(20 + random.below(150) + 5 * attempt);
    int status = 0;
    pid_t finished = 0;
    while ((finished = waitpid(child, &status, WNOHANG)) == 0 &&
           std::chrono::steady_clock::now() < end)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    if (finished == child) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << said();
      break;
    }
    ++kills;
    const int signal = signals[attempt % 4];
    kill(child, signal);
    waitpid(child, &status, 0);
    // A signal that comes before main has set its handlers ends the process itself.
    if (signal != SIGKILL && WIFEXITED(status)) {
      EXPECT_THAT(WEXITSTATUS(status), testing::AnyOf(0, 128 + signal)) << said();
    }
  }
  EXPECT_GT(kills, 2);
  EXPECT_EQ(bytes_of(folder_ / "ckpt-300.vck"), last);
  EXPECT_EQ(bytes_of(folder_ / "lcurve.out"), curve);
}

}  // namespace
}  // namespace vitrion
