// vitrion eval and vitrion test as a user runs them: where results lie, their digits, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "edges/formats/deepmd/npy.hpp"
#include "places.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class Program : public testing::Test {
 protected:
  void SetUp() override {
    folder_ =
        fs::path(testing::TempDir()) /
        (std::string("eval_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Exit code of `vitrion ARGUMENTS` in the test's folder; out() and err() are what it said.
  int vitrion(const std::string& arguments) {
    const std::string line =
        "cd '" + folder_.string() + "' && '" VITRION_PROGRAM "' " + arguments + " >out 2>err";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  [[nodiscard]] std::string text(const std::string& name) const {
    std::ifstream in(folder_ / name);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  static std::string golden(const std::string& name) {
    return std::string(VITRION_TEST_DATA) + "/golden/" + name;
  }
  [[nodiscard]] formats::NpyArray<double> array(const std::string& name) const {
    return formats::read_npy((folder_ / name).string());
  }
  /// Largest difference of an output from a stored prediction of DeePMD-kit.
  [[nodiscard]] double distance(const std::string& output, const std::string& expected) const {
    const std::vector<double> a = array(output).values;
    const std::vector<double> b = formats::read_npy(golden(expected)).values;
    if (a.size() != b.size()) return INFINITY;
    double largest = 0;
    for (std::size_t k = 0; k < a.size(); ++k) largest = std::max(largest, std::abs(a[k] - b[k]));
    return largest;
  }

  fs::path folder_;
};

TEST_F(Program, EvalWritesDeepmdKitsNumbersWhereTheyBelong) {
  ASSERT_EQ(vitrion("eval -m " + golden("napso_two_side/initial.dp") + " " +
                    golden("napso_two_side/frames/") + " -o out.d"),
            0)
      << text("err");
  EXPECT_EQ(array("out.d/frames/set.000/energy.npy").shape, (formats::Shape{2}));
  EXPECT_EQ(array("out.d/frames/set.000/atom_virial.npy").shape, (formats::Shape{2, 32 * 9}));
  const std::string set = "out.d/frames/set.000/";
  // the limits of the definition of done
  EXPECT_LT(distance(set + "energy.npy", "napso_two_side/initial/energy.npy"), 1e-9);
  EXPECT_LT(distance(set + "force.npy", "napso_two_side/initial/force.npy"), 1e-9);
  EXPECT_LT(distance(set + "virial.npy", "napso_two_side/initial/virial.npy"), 1e-8);
  EXPECT_LT(distance(set + "atom_energy.npy", "napso_two_side/initial/atom_energy.npy"), 1e-9);
  EXPECT_LT(distance(set + "atom_virial.npy", "napso_two_side/initial/atom_virial.npy"), 1e-8);
}

TEST_F(Program, EvalOfAnEnsembleGivesThePairStylesDeviations) {
  const std::string models =
      golden("napso_two_side/initial.dp") + "," + golden("napso_two_side/final.dp");
  ASSERT_EQ(vitrion("eval -m " + models + " " + golden("napso_two_side/frames") + " -o d"), 0)
      << text("err");
  EXPECT_LT(distance("d/model.1/frames/set.000/force.npy", "napso_two_side/final/force.npy"), 1e-9);
  // The LAMMPS run starts from the first of these frames, replicated: deviations and virials per
  // atom are the same. The row without the columns per atom is DeePMD-kit's, digit for digit.
  std::istringstream ours(text("d/frames/model_devi.out"));
  std::ifstream lammps(golden("lammps_two_models/model_devi.out"));
  std::string a, b;
  for (int line = 0; line < 2; ++line) {
    std::getline(ours, a);
    std::getline(lammps, b);
    EXPECT_EQ(a, b.substr(0, a.size()));
  }
}

TEST_F(Program, EvalFillsUpFramesOfUnequalSize) {
  std::ofstream(folder_ / "two.xyz") << "2\nLattice=\"8 0 0 0 8 0 0 0 8\"\nNa 0 0 0\nS 2.5 0 0\n"
                                        "1\nLattice=\"8 0 0 0 8 0 0 0 8\"\nNa 0 0 0\n";
  ASSERT_EQ(vitrion("eval -m " + golden("small_cell/initial.dp") + " two.xyz -o d"), 0)
      << text("err");
  EXPECT_EQ(array("d/two.xyz/set.000/force.npy").shape, (formats::Shape{2, 6}));
  EXPECT_EQ(array("d/two.xyz/set.000/atom_energy.npy").values[3], 0);
  EXPECT_THAT(text("err"), HasSubstr("frames of 1 to 2 atoms"));
}

TEST_F(Program, BadInputEndsWithTwoAndWritesNothing) {
  const std::string model = golden("small_cell/initial.dp");
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    EXPECT_EQ(vitrion(arguments), 2) << arguments;
    EXPECT_THAT(text("err"), HasSubstr(message));
    EXPECT_FALSE(fs::exists(folder_ / "d"));
  };
  const std::string frames = golden("small_cell/frames");
  refused("eval -m " + model + " " + frames + " " + golden("napso_two_side/frames") + " -o d",
          "end in the same name 'frames'");
  refused("eval -m " + model + " " + golden("napso_two_side/one") + " -o d",
          "one: frame 0: element 'P' is not one of: Na S");
  refused("eval -m graph.pb " + frames + " -o d", "dp convert-backend graph.pb graph.dp");
  refused("eval -m " + model + " " + frames + " -o d --precision half", "must be single or double");
  refused("eval -m " + model + " nowhere -o d", "nowhere");
  refused("test -m " + model + " -s nowhere -d d", "nowhere");
  std::ofstream(folder_ / "close.xyz") << "2\nLattice=\"8 0 0 0 8 0 0 0 8\"\nNa 0 0 0\nS 8 0 0\n";
  refused("eval -m " + model + " close.xyz -o d", "close.xyz: frame 0: atoms");
}

TEST_F(Program, SelTooSmallIsAWarningOrWithStrictAnError) {
  // a dense gas: 27 S within 3 A of each other
  std::ofstream file(folder_ / "dense.xyz");
  file << "64\nLattice=\"6 0 0 0 6 0 0 0 6\"\n";
  for (int k = 0; k < 64; ++k)
    file << "S " << 1.5 * (k % 4) << ' ' << 1.5 * (k / 4 % 4) << ' ' << 1.5 * (k / 16) << '\n';
  file.close();
  const std::string arguments = "eval -m " + golden("small_cell/initial.dp") + " dense.xyz -o d";
  EXPECT_EQ(vitrion(arguments + " --strict"), 2);
  EXPECT_THAT(text("err"), HasSubstr("initial.dp: sel is too small: S has"));
  EXPECT_FALSE(fs::exists(folder_ / "d"));
  EXPECT_EQ(vitrion(arguments), 0);
  const std::string err = text("err");
  EXPECT_THAT(err, HasSubstr("warning: "));
  EXPECT_EQ(err.find("sel is too small"), err.rfind("sel is too small"));
}

TEST_F(Program, TestWeighsSystemsByTheirValues) {
  const std::string model = golden("napso_two_side/initial.dp");
  ASSERT_EQ(vitrion("test -m " + model + " -s " + golden("napso_two_side/frames") + " " +
                    golden("napso_two_side/one") + " -d detail --json"),
            0)
      << text("err");
  const auto record = nlohmann::json::parse(text("out"));
  ASSERT_EQ(record["systems"].size(), 2U);
  // `dp test` of DeePMD-kit 3.1.3 on frames/, 7 digits
  const auto& frames = record["systems"][0];
  EXPECT_EQ(frames["frames"], 2);
  EXPECT_NEAR(frames["energy_per_atom"]["mae"].get<double>(), 7.069750e-02, 5e-9);
  EXPECT_NEAR(frames["energy_per_atom"]["rmse"].get<double>(), 7.781218e-02, 5e-9);
  EXPECT_NEAR(frames["force"]["mae"].get<double>(), 1.104673e-01, 5e-8);
  EXPECT_NEAR(frames["force"]["rmse"].get<double>(), 1.621271e-01, 5e-8);
  EXPECT_NEAR(frames["virial_per_atom"]["mae"].get<double>(), 1.775257e-01, 5e-8);
  EXPECT_NEAR(frames["virial_per_atom"]["rmse"].get<double>(), 2.742410e-01, 5e-8);
  // one/ is the first of the two frames: 2 + 1 frames
  const double a = frames["force"]["rmse"], b = record["systems"][1]["force"]["rmse"];
  EXPECT_NEAR(record["total"]["force"]["rmse"].get<double>(), std::sqrt((2 * a * a + b * b) / 3),
              1e-12);
  // the labels of set.000 stand in the first column
  std::istringstream detail(text("detail.e.out"));
  std::string title, row;
  std::getline(detail, title);
  std::getline(detail, row);
  EXPECT_EQ(title, "# " + golden("napso_two_side/frames") + ": data_e pred_e");
  EXPECT_THAT(row, testing::MatchesRegex(
                       "-?[0-9]\\.[0-9]{18}e[+-][0-9]{2} -?[0-9]\\.[0-9]{18}e[+-][0-9]{2}"));
  for (const char* name : {"e_peratom", "f", "v", "v_peratom"})
    EXPECT_TRUE(fs::exists(folder_ / (std::string("detail.") + name + ".out"))) << name;
}

TEST_F(Program, TestLeavesOutLabelsThatAreNotThere) {
  std::ofstream(folder_ / "one.xyz")
      << "2\nLattice=\"8 0 0 0 8 0 0 0 8\" energy=-3.0\nNa 0 0 0\nS 2.5 0 0\n";
  ASSERT_EQ(vitrion("test -m " + golden("small_cell/initial.dp") + " -s one.xyz --json"), 0)
      << text("err");
  const auto record = nlohmann::json::parse(text("out"));
  EXPECT_TRUE(record["total"]["force"].is_null());
  EXPECT_EQ(record["total"]["energy_per_atom"]["mae"], record["total"]["energy_per_atom"]["rmse"]);
}

}  // namespace
}  // namespace vitrion
