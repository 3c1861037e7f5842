// vitrion analyze as a user runs it: formats, slices, records, exit codes and errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/random.hpp"
#include "base/vec3.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using testing::HasSubstr;

constexpr double L = 14;

class Analyze : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = fs::path(testing::TempDir()) / ("vitrion_analyze_" + std::to_string(getpid()));
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    write_dump("walk.lammpstrj", 0.05, true, false);
    write_dump("walk_xu.lammpstrj", 0.05, false, false);
    write_dump("still.lammpstrj", 0, true, false);
    write_dump("gap.lammpstrj", 0.05, true, true);
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  /// 40 Na that walk with D (A^2/ps) and 8 rattling P, 200 frames of 0.1 ps: types only, as LAMMPS
  /// writes them.
  static void write_dump(const std::string& name, double D, bool wrapped, bool gap) {
    RandomStream random(5, "analyze-command");
    std::vector<Vec3> r(48);
    for (Vec3& x : r) x = {random.uniform(0, L), random.uniform(0, L), random.uniform(0, L)};
    std::ofstream out(folder_ / name);
    for (int f = 0; f < 200; ++f) {
      for (std::size_t i = 0; i < 40; ++i)
        for (double& x : r[i]) x += std::sqrt(2 * D * 0.1) * random.normal();
      if (gap && f == 100) continue;
      out << "ITEM: TIMESTEP\n"
          << 100 * f << "\nITEM: NUMBER OF ATOMS\n48\nITEM: BOX BOUNDS pp pp pp\n0 14\n0 14\n0 14\n"
          << "ITEM: ATOMS id type " << (wrapped ? "x y z" : "xu yu zu") << "\n";
      for (std::size_t i = 0; i < 48; ++i) {
        out << i + 1 << ' ' << (i < 40 ? 1 : 2);
        for (const double x : r[i]) {
          const double at = i < 40 ? x : x + 0.1 * random.normal();
          out << ' ' << (wrapped ? at - L * std::floor(at / L) : at);
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
    const std::string line =
        "cd '" + folder_.string() + "' && '" VITRION_PROGRAM "' analyze " + words + " > out 2> err";
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
  static constexpr const char* types = " --elements Na,P --frame-time 0.1 ";
};

TEST_F(Analyze, ConductivityOfADumpIsTheOneThatWasPutIn) {
  const Result r =
      analyze(std::string("conductivity walk.lammpstrj --temperature 1000 --json") + types);
  ASSERT_EQ(r.code, 0) << r.err;
  const json record = r.record();
  const auto interval = record["D"]["interval95"].get<std::vector<double>>();
  EXPECT_LT(interval[0], 5e-6);
  EXPECT_GT(interval[1], 5e-6);
  EXPECT_EQ(record["D"]["unit"], "cm2/s");
  for (const char* key : {"sigma_NE", "sigma_collective", "haven"})
    EXPECT_TRUE(record.contains(key));
}

TEST_F(Analyze, UnwrappedColumnsGiveTheSameNumbers) {
  const json a = analyze(std::string("msd walk.lammpstrj --json") + types).record();
  const json b = analyze(std::string("msd walk_xu.lammpstrj --unwrapped --json") + types).record();
  const auto x = a["multi_origin"]["Na"].get<std::vector<double>>();
  const auto y = b["multi_origin"]["Na"].get<std::vector<double>>();
  // Six printed digits of positions up to 30 A: 1e-4 A of an MSD step of 0.17 A.
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], 2e-3 * x[i]);
}

TEST_F(Analyze, IonsThatDoNotMoveEndWithThree) {
  const Result r =
      analyze(std::string("conductivity still.lammpstrj --temperature 1000 --json") + types);
  EXPECT_EQ(r.code, 3);
  EXPECT_TRUE(r.record()["D"].contains("refused"));
  EXPECT_GT(r.record()["sigma_NE"]["upper95"].get<double>(), 0);
  EXPECT_THAT(r.err, HasSubstr("not diffusive"));
}

TEST_F(Analyze, SlicesAreThoseOfPython) {
  const auto frames = [](const std::string& slice) {
    return analyze("density walk.lammpstrj --elements Na,P --json --frames " + slice)
        .record()["frames"]
        .get<int>();
  };
  EXPECT_EQ(frames("10:20"), 10);
  EXPECT_EQ(frames("::50"), 4);
  EXPECT_EQ(frames("-30:"), 30);
  EXPECT_EQ(frames("-1"), 1);
  EXPECT_EQ(frames("5"), 1);
  EXPECT_EQ(frames(":-190"), 10);
  EXPECT_EQ(analyze("density walk.lammpstrj --elements Na,P --frames 9:x").code, 2);
  EXPECT_THAT(analyze("density walk.lammpstrj --elements Na,P --frames 900:").err,
              HasSubstr("selects none"));
}

TEST_F(Analyze, RdfHasItsArraysAndPairs) {
  const json one = analyze("rdf walk.lammpstrj --elements Na,P --pair Na-P --json").record();
  EXPECT_EQ(one["pair"], "Na-P");
  EXPECT_EQ(one["r"].size(), one["g"].size());
  EXPECT_EQ(one["r"].size(), one["coordination"].size());
  EXPECT_FALSE(one.contains("pairs"));
  EXPECT_EQ(analyze("rdf walk.lammpstrj --elements Na,P --json").record()["pairs"].size(), 4U);
  EXPECT_THAT(analyze("rdf walk.lammpstrj --elements Na,P --pair Na-S").err,
              HasSubstr("of the species Na, P"));
}

TEST_F(Analyze, BrokenInputIsNamed) {
  const Result gap = analyze(std::string("msd gap.lammpstrj") + types);
  EXPECT_EQ(gap.code, 2);
  EXPECT_THAT(gap.err, HasSubstr("evenly spaced"));
  const Result no_time = analyze("msd walk.lammpstrj --elements Na,P");
  EXPECT_EQ(no_time.code, 2);
  EXPECT_THAT(no_time.err, HasSubstr("--frame-time"));
  EXPECT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --species Li --temperature 900") + types)
          .code,
      2);
  EXPECT_EQ(analyze("conductivity walk.lammpstrj").code, 2);
  EXPECT_EQ(analyze(std::string("conductivity walk.lammpstrj --temperature -4") + types).code, 2);
  EXPECT_EQ(analyze("density absent.extxyz").code, 2);
  EXPECT_EQ(analyze("units walk.lammpstrj --elements Na,Li").code, 2);
}

TEST_F(Analyze, ArrheniusTakesRecordsAndTrajectories) {
  ASSERT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --temperature 800 --json") + types).code, 0);
  fs::copy_file(folder_ / "out", folder_ / "800.json", fs::copy_options::overwrite_existing);
  ASSERT_EQ(
      analyze(std::string("conductivity walk.lammpstrj --temperature 1000 --json") + types).code,
      0);
  fs::copy_file(folder_ / "out", folder_ / "1000.json", fs::copy_options::overwrite_existing);
  const Result records = analyze("arrhenius 800.json 1000.json --json");
  ASSERT_EQ(records.code, 0) << records.err;
  // sigma T does not depend on T for one D: the energy is zero.
  EXPECT_NEAR(records.record()["activation_energy"]["value"].get<double>(), 0, 1e-9);
  const Result runs = analyze(
      std::string("arrhenius walk.lammpstrj walk.lammpstrj --temperature 800,1000 --json") + types);
  EXPECT_EQ(runs.record()["activation_energy"]["value"],
            records.record()["activation_energy"]["value"]);
  EXPECT_EQ(analyze("arrhenius 800.json").code, 3);
  EXPECT_EQ(analyze("arrhenius walk.lammpstrj").code, 2);
}

}  // namespace
}  // namespace vitrion
