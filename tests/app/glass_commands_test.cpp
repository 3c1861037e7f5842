// vitrion pack, pore, quench and modulus as a user runs them: their examples, their errors, and a
// quench that is killed at any moment and ends in the same bytes.
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "base/random.hpp"
#include "places.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

struct Ended {
  int status = 0;
  std::string out;
  std::string err;
};

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class GlassCommands : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::temp_directory_path() / (std::string("vitrion-glass-") +
                                     testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "studies");
    fs::copy_file(VITRION_TEST_DATA "/golden/napso_two_side/final.dp", folder_ / "model.dp");
    write_study("study.toml", "");
  }
  void TearDown() override {
    if (!HasFailure()) fs::remove_all(folder_);
  }

  /// The golden model has no physics: a repulsion from 3 A inwards keeps its atoms apart.
  void write_study(const std::string& name, const std::string& more) const {
    std::ofstream(folder_ / "studies" / name) << R"([study]
name = "glass"
elements = ["Na", "P", "S", "O"]
seed = 11
[potential]
models = ["../model.dp"]
[glass]
units = ["Na2S", "P2S5", "P2O5"]
x = 0.625
atoms = 64
density = 1.4
replicas = 1
schedule = [["ramp", 300, 600, 0.2], ["hold", 600, 0.2], ["ramp", 600, 300, 0.2], ["npt", 300, 1.0, 0.2]]
[measure]
temperature = [600]
[dynamics]
chunk = 0.05
repulsion = [2.0, 3.0]
)" << more;
  }

  /// Starts `vitrion ARGUMENTS` in a process group of its own, so that what it starts dies with it.
  pid_t start(std::vector<std::string> arguments) const {
    const pid_t child = ::fork();
    if (child != 0) return child;
    ::setpgid(0, 0);
    [[maybe_unused]] const auto code = ::chdir(folder_.c_str());
    [[maybe_unused]] const auto out = std::freopen("out", "w", stdout);
    [[maybe_unused]] const auto err = std::freopen("err", "w", stderr);
    arguments.insert(arguments.begin(), VITRION_PROGRAM);
    std::vector<char*> argv;
    for (std::string& a : arguments) argv.push_back(a.data());
    argv.push_back(nullptr);
    ::execv(VITRION_PROGRAM, argv.data());
    ::_exit(127);
  }
  Ended vitrion(const std::string& line) const {
    std::istringstream words(line);
    std::vector<std::string> arguments;
    for (std::string word; words >> word;) arguments.push_back(word);
    int status = 0;
    ::waitpid(start(arguments), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read(folder_ / "out"),
            read(folder_ / "err")};
  }

  fs::path folder_;
};

TEST_F(GlassCommands, PackTakesADensityOrABoxAndNamesTheNearest) {
  const Ended box = vitrion("pack studies/study.toml --box 12.5 -o box.extxyz --json");
  ASSERT_EQ(box.status, 0) << box.err;
  // 8 Na3PS(4-x)O(x) with x = 0.625: 8 x 228.183 - 5 x 16.06 g/mol in 12.5^3 A^3.
  EXPECT_NEAR(json::parse(box.out)["density_g_cm3"].get<double>(), 1.4838, 0.001);
  EXPECT_EQ(vitrion("pack studies/study.toml --box 12.5 --density 2").status, 2);
  const Ended unreachable = vitrion("pack studies/study.toml -x 0.6 -o no.extxyz");
  EXPECT_EQ(unreachable.status, 2);
  EXPECT_THAT(unreachable.err, HasSubstr("the nearest is x = 0.625 with 64 atoms"));
  EXPECT_FALSE(fs::exists(folder_ / "no.extxyz"));
  const Ended rounded = vitrion("pack studies/study.toml -x 0.6 --round -o round.extxyz --json");
  ASSERT_EQ(rounded.status, 0) << rounded.err;
  EXPECT_EQ(json::parse(rounded.out)["x"], 0.625);
}

// The seeds have names: a replica is what it is, whoever packs it and when.
TEST_F(GlassCommands, ReplicasAreTheSameWheneverTheyArePacked) {
  std::map<std::string, std::string> packed;
  for (const std::string name : {"a --replica 1", "b --replica 2", "c --replica 1"})
    ASSERT_EQ(
        vitrion("pack studies/study.toml -o " + name.substr(0, 1) + ".extxyz" + name.substr(1))
            .status,
        0);
  EXPECT_EQ(read(folder_ / "a.extxyz"), read(folder_ / "c.extxyz"));
  EXPECT_NE(read(folder_ / "a.extxyz"), read(folder_ / "b.extxyz"));
}

TEST_F(GlassCommands, AQuenchKilledAtAnyMomentEndsInTheSameBytes) {
  ASSERT_EQ(vitrion("pack studies/study.toml -m model.dp -o packed.extxyz").status, 0);
  const std::string words = "quench studies/study.toml packed.extxyz -m model.dp --seed 3 -o ";
  const auto begin = std::chrono::steady_clock::now();
  const Ended whole = vitrion(words + "whole");
  ASSERT_EQ(whole.status, 0) << whole.err;
  const auto took = std::chrono::steady_clock::now() - begin;
  vitrion::RandomStream random(5, "kills");
  int kills = 0;
  for (bool done = false; !done && kills < 60; ++kills) {
    std::istringstream line(words + "killed");
    std::vector<std::string> arguments;
    for (std::string word; line >> word;) arguments.push_back(word);
    const pid_t child = start(arguments);
    std::this_thread::sleep_for(random.uniform(0.1, 0.5) * took);
    int status = 0;
    done = ::waitpid(child, &status, WNOHANG) == child;
    if (done) {
      ASSERT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << read(folder_ / "err");
      break;
    }
    ::kill(-child, SIGKILL);
    ::waitpid(child, &status, 0);
  }
  EXPECT_GE(kills, 2);
  for (const char* file : {"relaxed.extxyz", "trace.csv", "path.nc"})
    EXPECT_TRUE(read(folder_ / "whole" / file) == read(folder_ / "killed" / file)) << file;
  json a = json::parse(read(folder_ / "whole" / "quench.json"));
  json b = json::parse(read(folder_ / "killed" / "quench.json"));
  a.erase("output");
  b.erase("output");
  EXPECT_EQ(a, b);
  EXPECT_NEAR(a["cooling_rate_K_per_s"].get<double>(), 1.5e15, 1e9);  // 300 K in 0.2 ps
  EXPECT_NEAR(a["times_the_paper"].get<double>(), 1500 / 2.2, 1e-6);
  // Chunks of another run do not pass for those of this one.
  const Ended other =
      vitrion("quench studies/study.toml packed.extxyz -m model.dp --seed 4 -o whole");
  EXPECT_EQ(other.status, 2);
  EXPECT_THAT(other.err, HasSubstr("whole holds a run with"));
  EXPECT_THAT(other.err, HasSubstr("seed"));
}

TEST_F(GlassCommands, AMeltThatWasNotEquilibratedSaysSo) {
  ASSERT_EQ(vitrion("pack studies/study.toml -m model.dp -o packed.extxyz").status, 0);
  const Ended quench =
      vitrion("quench studies/study.toml packed.extxyz -m model.dp -o quench --json");
  ASSERT_EQ(quench.status, 0) << quench.err;
  const json record = json::parse(quench.out);
  EXPECT_FALSE(record["melt"]["equilibrated"].get<bool>());
  EXPECT_THAT(record["melt"]["verdict"].get<std::string>(), HasSubstr("melt not equilibrated"));
  EXPECT_TRUE(record["settled"].contains("energy") && record["settled"].contains("volume"));
}

// The golden model has no physics, so that its packed cell may find no rest at 0 K: that is refused
// (exit code 3), and K at a temperature stands by itself.
TEST_F(GlassCommands, TheModulusAtATemperatureIsItsOwn) {
  ASSERT_EQ(vitrion("pack studies/study.toml -m model.dp -o packed.extxyz").status, 0);
  const std::string words =
      "modulus packed.extxyz -m model.dp --points 5 --steps 50 --temperature 20 --settle 0.05 "
      "--time 0.2 --timestep 0.0005 -o hot --json";
  const Ended modulus = vitrion(words);
  ASSERT_EQ(modulus.status, 3) << modulus.err;
  const json record = json::parse(modulus.out);
  EXPECT_THAT(record["relaxed"]["K"]["refused"].get<std::string>(), HasSubstr("after 50 steps"));
  EXPECT_THAT(record["agreement"]["statement"].get<std::string>(), HasSubstr("not compared"));
  const json& hot = record["thermal"];
  EXPECT_EQ(hot["temperature"], 20);
  ASSERT_EQ(hot["points"].size(), 5U);
  const double K = hot["K"]["value"].get<double>();
  EXPECT_NEAR(hot["linear_slope"].get<double>(), 3 * K, 1e-9 * std::abs(K));
  for (std::size_t k = 1; k < 5; ++k)
    EXPECT_GT(hot["points"][k]["volume"].get<double>(),
              hot["points"][k - 1]["volume"].get<double>());
  // Run again it finds its runs done and says the same.
  const auto stamp = fs::last_write_time(folder_ / "hot" / "00" / "000" / "done");
  EXPECT_EQ(json::parse(vitrion(words).out)["thermal"], hot);
  EXPECT_EQ(fs::last_write_time(folder_ / "hot" / "00" / "000" / "done"), stamp);
}

}  // namespace
