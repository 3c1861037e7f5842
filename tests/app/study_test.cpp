// `vitrion run` as a user runs it: a whole small study, killed at random moments, locked, changed.
// Labels are those of the repository's bank; there is no [explore], so no first-principles code is
// needed.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/random.hpp"
#include "places.hpp"

namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;

struct Ended {
  int status = 0;
  std::string text;  ///< standard output and error
};

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Starts `vitrion ARGUMENTS` with its output in `log`.
pid_t start(std::vector<std::string> arguments, const fs::path& log) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  [[maybe_unused]] const auto out = std::freopen(log.c_str(), "w", stdout);
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  arguments.insert(arguments.begin(), VITRION_PROGRAM);
  std::vector<char*> argv;
  for (std::string& a : arguments) argv.push_back(a.data());
  argv.push_back(nullptr);
  ::execv(VITRION_PROGRAM, argv.data());
  ::_exit(127);
}

int wait_for(pid_t child) {
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

class StudyRun : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("vitrion-study-") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  /// A study of seconds: 16 models' worth of nothing, 64 atoms, a few tenths of a picosecond.
  fs::path study(const std::string& name, const std::string& more = "") const {
    const fs::path path = folder_ / (name + ".toml");
    std::ofstream(path) << R"([study]
name = "tiny"
elements = ["Na", "P", "S", "O"]
seed = 7
demonstration = true
[[level]]
name = "dft"
files = [")" << VITRION_SOURCE_DIR
                        << R"(/data/labels/dft/train.extxyz"]
test = [")" << VITRION_SOURCE_DIR
                        << R"(/data/labels/dft/test.extxyz"]
[potential]
embedding = [8, 16]
axis = 4
fitting = [24, 24]
ensemble = 2
[train]
first = { steps = 1500, rate = [3e-3, 1e-4] }
[glass]
units = ["Na", "PS{4-k}O{k}"]
x = [0, 0.5]
atoms = 64
density = 1.8
replicas = 2
schedule = [["ramp", 300, 900, 0.4], ["hold", 900, 0.2], ["npt", 900, 1.0, 0.4]]
pore = { x = 0, diameter = 8.5, time = 0.3 }
[measure]
temperature = [900, 1000]
settle_npt = 0.2
settle_nvt = 0.2
time = { below_950 = 0.6, above_950 = 0.4 }
every = 0.02
[dynamics]
chunk = 0.2
repulsion = [0.8, 1.2]
)" << more;
    return path;
  }

  Ended vitrion(const std::vector<std::string>& arguments) const {
    const fs::path log = folder_ / "log.txt";
    const int status = wait_for(start(arguments, log));
    return {status, read(log)};
  }

  /// What a finished study found: all but times. Paths are as good as numbers: a folder's name
  /// holds the hash of what was computed in it.
  static nlohmann::json findings(const fs::path& study) {
    fs::path run = study;
    run.replace_extension(".run");
    nlohmann::json record = nlohmann::json::parse(read(run / "record.json"));
    return {record.at("potential").at("parity"), record.at("glasses"), record.at("checks")};
  }

  fs::path folder_;
};

TEST_F(StudyRun, KilledAtAnyMomentItEndsInTheSameNumbers) {
  const fs::path whole = study("whole");
  const Ended once = vitrion({"run", whole.string()});
  ASSERT_EQ(once.status, 0) << once.text;
  EXPECT_THAT(once.text, EndsWith("report.html\n"));

  const fs::path killed = study("killed");
  vitrion::RandomStream random(11, "kill");
  int kills = 0;
  for (; kills < 12; ++kills) {
    const pid_t child = start({"run", killed.string()}, folder_ / "killed.txt");
    std::this_thread::sleep_for(std::chrono::milliseconds(200 + random.below(1500)));
    ::kill(child, SIGKILL);
    if (wait_for(child) == 0) break;
  }
  EXPECT_GT(kills, 0);
  const Ended last = vitrion({"run", killed.string()});
  ASSERT_EQ(last.status, 0) << last.text;
  EXPECT_EQ(findings(whole), findings(killed));
  const nlohmann::json glasses = findings(whole)[1];
  ASSERT_EQ(glasses.size(), 3U);
  EXPECT_EQ(glasses[0].at("key"), "x0");
  EXPECT_EQ(glasses[1].at("formula"), "Na24 P8 S28 O4");
  EXPECT_TRUE(glasses[2].at("porous").get<bool>());
  EXPECT_LT(glasses[2].at("atoms"), 64);
  for (const nlohmann::json& glass : glasses) {
    EXPECT_EQ(glass.at("temperatures").size(), 2U);
    for (const nlohmann::json& one : glass.at("temperatures"))
      for (const nlohmann::json& run : one.at("runs")) {
        const fs::path path = folder_ / "whole.run" / run.at("trajectory").get<std::string>();
        EXPECT_TRUE(fs::exists(path)) << path;
        // The dumps have given way to it.
        for (const auto& entry : fs::recursive_directory_iterator(path.parent_path()))
          EXPECT_NE(entry.path().extension(), ".gz") << entry.path();
      }
  }

  const auto begin = std::chrono::steady_clock::now();
  const Ended again = vitrion({"run", whole.string()});
  EXPECT_EQ(again.status, 0);
  EXPECT_THAT(again.text, HasSubstr("done earlier"));
  EXPECT_THAT(again.text, EndsWith("report.html\n"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(30));  // figures only
}

TEST_F(StudyRun, TwoDriversCannotRunOnOneStudy) {
  const fs::path path = study("two");
  const pid_t first = start({"run", path.string()}, folder_ / "first.txt");
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  const Ended second = vitrion({"run", path.string()});
  ::kill(first, SIGTERM);
  (void)wait_for(first);
  EXPECT_EQ(second.status, 1);
  EXPECT_THAT(second.text, HasSubstr("is being run by process " + std::to_string(first) + " on "));
}

TEST_F(StudyRun, SigtermEndsItInOrder) {
  const fs::path path = study("term");
  const pid_t child = start({"run", path.string()}, folder_ / "term.txt");
  std::this_thread::sleep_for(std::chrono::milliseconds(900));
  ::kill(child, SIGTERM);
  EXPECT_NE(wait_for(child), 0);
  EXPECT_THAT(read(folder_ / "term.txt"), HasSubstr("run again to go on"));
}

TEST_F(StudyRun, AGlassThatCannotBeBuiltIsRefusedBeforeAnyWork) {
  const fs::path path = study("salts");
  std::string text = read(path);
  const std::string ions = R"(["Na", "PS{4-k}O{k}"])";
  text.replace(text.find(ions), ions.size(), R"(["Na2S", "P2S5", "P2O5"])");
  std::ofstream(path) << text;
  const Ended run = vitrion({"run", path.string()});
  EXPECT_EQ(run.status, 2);
  EXPECT_THAT(
      run.text,
      HasSubstr(
          "glass.x: x = 0.5 with 64 atoms cannot be built of Na2S, P2S5, P2O5: the nearest is"));
  EXPECT_FALSE(fs::exists(folder_ / "salts.run"));
  EXPECT_EQ(vitrion({"check", path.string()}).status, 2);
  const Ended packed = vitrion(
      {"pack", path.string(), "-x", "0.5", "--round", "-o", (folder_ / "p.extxyz").string()});
  EXPECT_EQ(packed.status, 0) << packed.text;
  EXPECT_THAT(packed.text, HasSubstr("64 atoms"));
}

TEST_F(StudyRun, CheckAndStatusSayWhatIs) {
  const fs::path path = study("seen");
  const Ended check = vitrion({"check", path.string()});
  EXPECT_EQ(check.status, 0) << check.text;
  EXPECT_THAT(check.text, HasSubstr("is ready to run"));
  const Ended status = vitrion({"status", path.string()});
  EXPECT_EQ(status.status, 0);
  EXPECT_THAT(status.text, HasSubstr("0 stages done"));
  EXPECT_THAT(vitrion({"why", path.string(), "data"}).text, HasSubstr("nothing was run"));
}

}  // namespace
