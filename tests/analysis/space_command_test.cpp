// vitrion analyze voids, framework and pathways as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.hpp"
#include "base/vec3.hpp"
#include "places.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

class AnalyzeSpace : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::path(testing::TempDir()) / ("vitrion_space_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_glass("glass.extxyz", 5);
    write_glass("run.lammpstrj", 120);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  /// Eight PS4 on a lattice in a box of 14 A, and 24 Na, of which half walk with 0.05 A^2/ps and
  /// the others rattle; frames of 0.1 ps.
  static void write_glass(const std::string& name, int frames) {
    constexpr double L = 14;
    RandomStream random(8, name);
    const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
    std::vector<int> kind(24, 0);
    std::vector<Vec3> sites(24);
    for (Vec3& r : sites) r = {random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)};
    for (int n = 0; n < 8; ++n) {
      const Vec3 at{7.0 * (n & 1) + 2, 7.0 * (n >> 1 & 1) + 2, 7.0 * (n >> 2) + 2};
      kind.push_back(1);
      sites.push_back(at);
      for (const Vec3& corner : corners) {
        kind.push_back(2);
        sites.push_back(at + (2.05 / std::sqrt(3.0)) * corner);
      }
    }
    const char* const names[] = {"Na", "P", "S"};
    const bool dump = name.ends_with("lammpstrj");
    std::ofstream out(folder_ / name);
    for (int f = 0; f < frames; ++f) {
      if (dump)
        out << "ITEM: TIMESTEP\n"
            << 100 * f << "\nITEM: NUMBER OF ATOMS\n64\nITEM: BOX BOUNDS pp pp pp\n0 " << L
            << "\n0 " << L << "\n0 " << L << "\nITEM: ATOMS id type x y z\n";
      else
        out << "64\nLattice=\"14 0 0 0 14 0 0 0 14\" Properties=species:S:1:pos:R:3\n";
      for (std::size_t i = 0; i < sites.size(); ++i) {
        if (dump)
          out << i + 1 << ' ' << kind[i] + 1;
        else
          out << names[kind[i]];
        for (double& x : sites[i]) {
          if (i < 12) x += std::sqrt(2 * 0.05 * 0.1) * random.normal();
          const double at = x + 0.03 * random.normal();
          out << ' ' << at - L * std::floor(at / L);
        }
        out << '\n';
      }
    }
  }

  struct Result {
    int code = -1;
    std::string out;
    std::string err;
    [[nodiscard]] json record() const { return json::parse(out); }
  };
  static Result analyze(const std::string& words) {
    return run("'" VITRION_PROGRAM "' analyze " + words);
  }
  static Result run(const std::string& command) {
    const std::string line = "cd '" + folder_.string() + "' && " + command + " > out 2> err";
    Result r;
    r.code = WEXITSTATUS(std::system(line.c_str()));
    const auto text = [](const char* name) {
      std::ifstream in(folder_ / name);
      std::ostringstream all;
      all << in.rdbuf();
      return all.str();
    };
    r.out = text("out");
    r.err = text("err");
    return r;
  }

  static inline fs::path folder_;
};

TEST_F(AnalyzeSpace, ExamplesOfTheHelpRun) {
  for (const char* quantity : {"voids", "framework", "pathways"}) {
    const Result help = analyze(std::string(quantity) + " --help");
    ASSERT_EQ(help.code, 0) << quantity;
    std::string example = help.out.substr(help.out.rfind("vitrion analyze"));
    example.erase(std::min(example.size(), example.find_last_not_of(" \n") + 1));
    const Result r = run("'" VITRION_PROGRAM "'" + example.substr(std::string("vitrion").size()));
    EXPECT_EQ(r.code, 0) << example << "\n" << r.err;
    EXPECT_GT(r.out.size(), 20U) << example;
  }
}

TEST_F(AnalyzeSpace, VoidsHaveARecordCsvAndAPicture) {
  const std::string words = "voids run.lammpstrj --elements Na,P,S --points 500";
  const Result r = analyze(words + " --json --plot voids.svg");
  ASSERT_EQ(r.code, 0) << r.err;
  const json record = r.record();
  EXPECT_EQ(record["quantity"], "free_volume");
  EXPECT_EQ(record["frames"], 30);  // every fourth of 120
  EXPECT_NEAR(record["volume_per_formula_unit"]["value"].get<double>(), 14 * 14 * 14 / 8.0, 1e-9);
  EXPECT_LT(record["full"]["Df"]["value"], record["framework"]["Df"]["value"]);
  EXPECT_TRUE(fs::exists(folder_ / "voids.svg"));
  const Result csv = analyze(words + " --csv");
  ASSERT_EQ(csv.code, 0) << csv.err;
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 31);
  EXPECT_THAT(csv.out, HasSubstr("f_1.5"));
  // Two replicas, and radii of one's own.
  const json two =
      analyze(words + " run.lammpstrj --radius Na=0.9 --radius S=1.7 --json --probes 0,0.5")
          .record();
  EXPECT_EQ(two["replicas"], 2);
  EXPECT_EQ(two["radii"]["Na"], 0.9);
  EXPECT_EQ(two["full"]["probe"]["fraction"].size(), 2U);
}

TEST_F(AnalyzeSpace, TheFrameworkHasARecordCsvAndAPicture) {
  const std::string words =
      "framework run.lammpstrj --elements Na,P,S --frame-time 0.1 --jump-window 1";
  const Result r = analyze(words + " --json --plot framework.svg");
  ASSERT_EQ(r.code, 0) << r.err;
  const json record = r.record();
  EXPECT_EQ(record["quantity"], "framework");
  // White displacements of 0.03 A an axis, independent of each other, less the mean of eight P.
  const double b = 8 * M_PI * M_PI * 0.03 * 0.03 * 7 / 8;
  EXPECT_NEAR(record["b_factor"]["value"].get<double>(), b, 0.15 * b);
  EXPECT_EQ(record["jumps"]["count"], 0);
  EXPECT_EQ(record["rotation"]["broken"], 0);
  EXPECT_TRUE(record["hop_rate"].is_null());
  EXPECT_TRUE(fs::exists(folder_ / "framework.svg"));
  const Result csv = analyze(words + " --csv");
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 9);
  const Result none = analyze(words + " --centre Si");
  EXPECT_EQ(none.code, 2);
  EXPECT_THAT(none.err, HasSubstr("Na, P, S"));
}

TEST_F(AnalyzeSpace, PathwaysHaveARecordCsvACubeAndVoids) {
  const std::string words = "pathways run.lammpstrj --elements Na,P,S --frame-time 0.1";
  const Result r = analyze(words + " --json --plot paths.svg --cube na.cube --void auto");
  ASSERT_EQ(r.code, 0) << r.err;
  const json record = r.record();
  EXPECT_EQ(record["quantity"], "pathways");
  EXPECT_EQ(record["runs"][0]["paths"].size(), 24U);
  EXPECT_GT(record["runs"][0]["void"]["radius"], 0);
  EXPECT_TRUE(record["void"]["crossings"].contains("value"));
  EXPECT_TRUE(fs::exists(folder_ / "paths.svg"));
  EXPECT_GT(fs::file_size(folder_ / "na.cube"), 28U * 28 * 28 * 13);
  const Result csv = analyze(words + " --csv --points 10");
  EXPECT_EQ(std::count(csv.out.begin(), csv.out.end(), '\n'), 1 + 24 * 10);
  EXPECT_EQ(analyze(words + " --void 0.5,0.5").code, 2);
  EXPECT_EQ(analyze(words + " --species Li").code, 2);
  const Result two = analyze("pathways run.lammpstrj" + words.substr(8) + " --cube na.cube");
  EXPECT_EQ(two.code, 2);
  EXPECT_THAT(two.err, HasSubstr("one trajectory"));
}

TEST_F(AnalyzeSpace, WrongWordsOfVoidsAreNamed) {
  const Result type = analyze("voids run.lammpstrj --elements Na,P,Ar");
  EXPECT_EQ(type.code, 2);
  EXPECT_THAT(type.err, HasSubstr("--radius Ar=A"));
  EXPECT_EQ(analyze("voids glass.extxyz --radius S").code, 2);
  EXPECT_EQ(analyze("voids glass.extxyz --radius S=-1").code, 2);
  EXPECT_EQ(analyze("voids glass.extxyz --probes 1,0.5").code, 2);
}

}  // namespace
}  // namespace vitrion
