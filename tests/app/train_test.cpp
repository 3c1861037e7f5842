// vitrion train as a user runs it: golden run, kills at any moment, bad input, full disk.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "base/random.hpp"
#include "edges/formats/npy.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

/// Bytes of a file, empty if there is none.
std::string bytes_of(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

class Train : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              ("vitrion_train_" + std::to_string(getpid()) + "_" +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    fs::copy(golden_ / "napso_two_side" / "frames", folder_ / "frames",
             fs::copy_options::recursive);
    input_ = json::parse(bytes_of(golden_ / "napso_two_side" / "input.json"));
    input_["training"]["training_data"]["systems"] = {"frames"};
  }
  void TearDown() override { fs::remove_all(folder_); }

  void write_input() { std::ofstream(folder_ / "input.json") << input_.dump(1); }

  /// Exit code of `vitrion train ARGUMENTS` in the folder; `limits` is shell text before it.
  int train(const std::string& arguments, const std::string& limits = "") {
    write_input();
    const std::string line = "cd '" + folder_.string() + "' && " + limits +
                             " '" VITRION_PROGRAM "' train " + arguments + " > said 2>&1";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  /// Starts `vitrion train ARGUMENT...` as a child.
  pid_t start(const std::vector<std::string>& arguments) {
    write_input();
    const pid_t child = fork();
    if (child != 0) return child;
    std::vector<std::string> words = {VITRION_PROGRAM, "train", "input.json", "--threads", "1"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (chdir(folder_.c_str()) != 0 || !std::freopen("said", "a", stdout) ||
        !std::freopen("said", "a", stderr))
      _exit(99);
    execv(VITRION_PROGRAM, argv.data());
    _exit(98);
  }
  std::string said() { return bytes_of(folder_ / "said"); }
  std::string message() {
    const std::string text = said();
    const std::size_t at = text.rfind("vitrion: ");
    return at == std::string::npos ? "no message in: " + text : text.substr(at + 9);
  }

  const fs::path golden_ = fs::path(VITRION_TEST_DATA) / "golden";
  fs::path folder_;
  json input_;
};

TEST_F(Train, WritesModelCurveAndCheckpoints) {
  input_["training"]["numb_steps"] = 20;
  input_["training"]["save_freq"] = 8;
  input_["training"]["save_ckpt"] = "ckpt";
  ASSERT_EQ(train("input.json -o out.dp --threads 2 --json"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("\"steps\":20"));
  for (const char* name :
       {"out.dp", "ckpt.dp", "ckpt-0.vck", "ckpt-8.vck", "ckpt-16.vck", "ckpt-20.vck"})
    EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  const std::string curve = bytes_of(folder_ / "lcurve.out");
  EXPECT_EQ(std::count(curve.begin(), curve.end(), '\n'), 22);
  // The written model starts another run; statistics and weights are taken over.
  EXPECT_EQ(train("input.json --init-model out.dp -o next.dp"), 0) << said();
  EXPECT_TRUE(fs::exists(folder_ / "ckpt-16.vck.old"));
  // A finished run has nothing left to do.
  fs::remove(folder_ / "next.dp");
  EXPECT_EQ(train("input.json --restart -o next.dp"), 0) << said();
  EXPECT_TRUE(fs::exists(folder_ / "next.dp"));
}

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
    if (signal == SIGKILL)
      EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
    else if (WIFEXITED(status))  // before main set its handlers the signal itself ends it
      EXPECT_THAT(WEXITSTATUS(status), testing::AnyOf(0, 128 + signal)) << said();
  }
  EXPECT_GT(kills, 2);
  EXPECT_EQ(bytes_of(folder_ / "ckpt-300.vck"), last);
  EXPECT_EQ(bytes_of(folder_ / "lcurve.out"), curve);
}

TEST_F(Train, ThreadsDoNotChangeBits) {
  input_["training"]["numb_steps"] = 30;
  input_["training"]["save_ckpt"] = "one";
  ASSERT_EQ(train("input.json --threads 1"), 0) << said();
  input_["training"]["save_ckpt"] = "two";
  ASSERT_EQ(train("input.json --threads 2"), 0) << said();
  // The settings differ in the prefix only: compare the weights.
  EXPECT_EQ(bytes_of(folder_ / "one.dp"), bytes_of(folder_ / "two.dp"));
}

TEST_F(Train, ATooSmallSelIsWarnedOfOnce) {
  input_["model"]["descriptor"]["sel"] = {4, 20, 40, 20};
  input_["training"]["numb_steps"] = 3;
  ASSERT_EQ(train("input.json"), 0) << said();
  const std::string text = said();
  EXPECT_THAT(text, HasSubstr("warning: sel is too small: Na has 4, needs "));
  EXPECT_EQ(text.find("warning", text.find("warning") + 1), std::string::npos);
}

TEST_F(Train, BadDataAreNamedWithFileAndKey) {
  const fs::path set = folder_ / "frames" / "set.000";
  const auto damaged = [&](const char* file, double value, std::size_t at) {
    formats::NpyArray<double> array = formats::read_npy((set / file).string());
    const double old = array.values[at];
    array.values[at] = value;
    formats::write_npy((set / file).string(), array.shape, array.values);
    EXPECT_EQ(train("input.json"), 2) << said();
    const std::string text = message();
    array.values[at] = old;
    formats::write_npy((set / file).string(), array.shape, array.values);
    return text;
  };
  EXPECT_THAT(damaged("energy.npy", NAN, 1),
              testing::AllOf(HasSubstr("frames"), HasSubstr("energy")));
  EXPECT_THAT(damaged("force.npy", INFINITY, 7),
              testing::AllOf(HasSubstr("frames"), HasSubstr("force")));
  EXPECT_THAT(damaged("coord.npy", NAN, 7),
              testing::AllOf(HasSubstr("frames"), HasSubstr("coord")));

  formats::NpyArray<double> force = formats::read_npy((set / "force.npy").string());
  const formats::NpyArray<double> good = force;
  force.shape[1] -= 3;
  force.values.resize(force.shape[0] * force.shape[1]);
  formats::write_npy((set / "force.npy").string(), force.shape, force.values);
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("force.npy"));
  formats::write_npy((set / "force.npy").string(), good.shape, good.values);

  formats::NpyArray<double> coord = formats::read_npy((set / "coord.npy").string());
  for (std::size_t a = 0; a < 3; ++a) coord.values[3 + a] = coord.values[a];
  formats::write_npy((set / "coord.npy").string(), coord.shape, coord.values);
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), testing::AllOf(HasSubstr("frames: frame 0"), HasSubstr("at one place")));
}

TEST_F(Train, BadKeysAndElementsAreNamed) {
  input_["training"]["disp_frq"] = 1;
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(),
              testing::AllOf(HasSubstr("input.json:"), HasSubstr("did you mean 'disp_freq'?")));
  input_["training"].erase("disp_frq");
  input_["model"]["type_map"] = {"Na", "P", "S", "Se"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("element 'O' is not one of: Na P S Se"));
  input_["training"]["training_data"]["systems"] = {"frame"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("frame does not exist"));
  input_["training"]["training_data"]["batch_size"] = {1, 2};
  input_["training"]["training_data"]["systems"] = {"frames"};
  input_["model"]["type_map"] = {"Na", "P", "S", "O"};
  EXPECT_EQ(train("input.json"), 2);
  EXPECT_THAT(message(), HasSubstr("input.json: batch_size has 2 entries for 1 systems"));
  EXPECT_EQ(train("nothing.json"), 2);
  EXPECT_THAT(message(), HasSubstr("nothing.json"));
}

TEST_F(Train, BadModelsAreNamed) {
  const fs::path model = golden_ / "napso_two_side" / "initial.dp";
  std::ofstream(folder_ / "cut.dp", std::ios::binary) << bytes_of(model).substr(0, 5000);
  EXPECT_EQ(train("input.json --init-model cut.dp"), 2);
  EXPECT_THAT(message(), HasSubstr("cut.dp"));
  std::ofstream(folder_ / "text.dp") << "no model at all";
  EXPECT_EQ(train("input.json --init-model text.dp"), 2);
  EXPECT_THAT(message(), HasSubstr("text.dp"));
  input_["model"]["fitting_net"]["neuron"] = {24, 24};
  EXPECT_EQ(train("input.json --init-model '" + model.string() + "'"), 2);
  EXPECT_THAT(message(), HasSubstr("model.fitting_net.neuron differs"));
}

TEST_F(Train, AFullDiskLeavesTheLastCheckpoint) {
  input_["training"]["numb_steps"] = 40;
  input_["training"]["save_freq"] = 10;
  input_["training"]["save_ckpt"] = "ckpt";
  ASSERT_EQ(train("input.json --threads 1"), 0) << said();
  const std::string good = bytes_of(folder_ / "ckpt-40.vck");
  // Files may hold 4 kB from now on: the first checkpoint of the longer run does not fit.
  input_["training"]["numb_steps"] = 60;
  EXPECT_THAT(train("input.json --restart", "ulimit -f 4;"), testing::AnyOf(1, 2)) << said();
  EXPECT_THAT(message(), HasSubstr("ckpt-50.vck: cannot be written"));
  EXPECT_EQ(bytes_of(folder_ / "ckpt-40.vck"), good);
  EXPECT_FALSE(fs::exists(folder_ / "ckpt-50.vck"));
  EXPECT_EQ(train("input.json --restart"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("input or data changed since the checkpoint"));
  EXPECT_THAT(train("input.json --restart -o /dev/full"), testing::AnyOf(1, 2)) << said();
}

}  // namespace
}  // namespace vitrion
