// vitrion label as a user runs it: exit codes, what is written and what is not, resuming.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "places.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;

class Label : public testing::Test {
 protected:
  void SetUp() override {
    python_ = fs::path(VITRION_SOURCE_DIR) / ".venv/label/bin/python";
    folder_ =
        fs::path(testing::TempDir()) /
        (std::string("label_") + testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    // Two frames of bulk sodium, one with an atom moved.
    std::ofstream(folder_ / "in.extxyz")
        << "2\nLattice=\"4.2 0 0 0 4.2 0 0 0 4.2\" Properties=species:S:1:pos:R:3 parent=na\n"
           "Na 0 0 0\nNa 2.1 2.1 2.1\n"
           "2\nLattice=\"4.2 0 0 0 4.2 0 0 0 4.2\" Properties=species:S:1:pos:R:3 parent=na\n"
           "Na 0 0 0\nNa 2.1 2.1 2.3\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  void need_python() {
    if (!fs::exists(python_)) GTEST_SKIP() << "tools/install/label_venv.sh has not been run";
  }
  /// Exit code of `vitrion label in.extxyz -o out.extxyz ARGUMENTS`; what it said is in output().
  int label(const std::string& arguments) {
    const std::string line = "cd '" + folder_.string() +
                             "' && '" VITRION_PROGRAM "' label in.extxyz -o out.extxyz " +
                             arguments + " > said 2>&1";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  std::string text(const std::string& name) {
    std::ifstream in(folder_ / name);
    std::ostringstream all;
    all << in.rdbuf();
    return all.str();
  }
  std::string with_python() { return " --python '" + python_.string() + "'"; }

  fs::path python_, folder_;
};

TEST_F(Label, WritesLabelledFramesAndCleansUp) {
  need_python();
  ASSERT_EQ(label("--engine ase --calculator ase:lj" + with_python()), 0) << text("said");
  EXPECT_THAT(text("said"), testing::HasSubstr("2 of 2 frames labelled"));
  EXPECT_THAT(text("out.extxyz"), testing::HasSubstr("level=teacher"));
  EXPECT_THAT(text("out.extxyz"), testing::HasSubstr("parent=na"));
  EXPECT_FALSE(fs::exists(folder_ / "out.extxyz.tasks"));
}

TEST_F(Label, UnconvergedFramesAreNamedAndNotWritten) {
  need_python();
  const std::string arguments = "--engine gpaw --cutoff 300 --kpoints mean-value --maxiter 2";
  ASSERT_EQ(label(arguments + with_python()), 3) << text("said");
  EXPECT_THAT(text("said"), testing::HasSubstr("frame 0: unconverged: no self-consistency in 2 "));
  EXPECT_FALSE(fs::exists(folder_ / "out.extxyz"));
  // Run again, the answers come from the folders: a Python that is no Python is never started.
  ASSERT_EQ(label(arguments + " --python /bin/false"), 3) << text("said");
}

TEST_F(Label, ResumesFromFinishedFolders) {
  need_python();
  const std::string arguments = "--engine ase --calculator ase:lj --keep tasks";
  ASSERT_EQ(label(arguments + with_python()), 0) << text("said");
  const std::string first = text("out.extxyz");
  ASSERT_EQ(label(arguments + " --python /bin/false"), 0) << text("said");
  EXPECT_EQ(text("out.extxyz"), first);
}

TEST_F(Label, AWorkerThatDiesIsAFailure) {
  EXPECT_EQ(label("--engine gpaw --python /bin/false"), 1);
  EXPECT_THAT(text("said"), testing::HasSubstr("exit status 1"));
}

// VASP's part is played by a stand-in that converges with ALGO = All alone.
TEST_F(Label, VaspsSecondRecipeIsCounted) {
  std::ofstream(folder_ / "POTCAR") << "  PAW_PBE Na 01Jan2000\n   VRHFIN =Na: s1p0\n   TITEL  = "
                                       "PAW_PBE Na 01Jan2000\n End of Dataset\n";
  const std::string arguments = "--engine vasp --potcar Na=POTCAR --command \"'" VITRION_SOURCE_DIR
                                "/tests/edges/engines/fake_vasp.py' ";
  ASSERT_EQ(label(arguments + "loose\""), 0) << text("said");
  EXPECT_THAT(text("said"), testing::HasSubstr("2 of 2 frames labelled by vasp 600 eV PBE + D3(0), "
                                               "2 by the second recipe"));
  EXPECT_THAT(text("out.extxyz"), testing::HasSubstr("recipe=1"));
  EXPECT_FALSE(fs::exists(folder_ / "out.extxyz.tasks"));
  ASSERT_EQ(label(arguments + "never\" --keep tasks"), 3) << text("said");
  EXPECT_THAT(text("said"), testing::HasSubstr("frame 1: unconverged: the last of 360 electronic"));
  EXPECT_EQ(label(arguments + "nothing\""), 1);
  EXPECT_THAT(text("said"), testing::HasSubstr("the output holds no calculation (exit status 1)"));
}

TEST_F(Label, AnyProgramLabels) {
  ASSERT_EQ(label("--engine command --command '" VITRION_SOURCE_DIR "/tests/app/pair_teacher.py'"),
            0)
      << text("said");
  EXPECT_THAT(text("out.extxyz"), testing::HasSubstr("level=command"));
  EXPECT_THAT(text("out.extxyz"), testing::HasSubstr("parent=na"));
}

// CP2K itself on two sodium atoms: half a minute.
TEST_F(Label, Cp2kLabels) {
  if (std::system("command -v cp2k.psmp > /dev/null") != 0) GTEST_SKIP() << "cp2k is not installed";
  std::ofstream(folder_ / "in.extxyz")
      << "3\nLattice=\"0 3.3 3.3 3.3 0 3.3 3.3 3.3 0\" Properties=species:S:1:pos:R:3\n"
         "S 0.08943142 0.02182549 0.00482487\nNa 1.55682536 1.63613059 1.63226205\n"
         "Na 4.94586293 4.91864997 4.94780909\n";
  ASSERT_EQ(label("--engine cp2k --kpoints mean-value"), 0) << text("said");
  // As the stored output of CP2K 2023.1 has it; another version's grids may move the last digits.
  const std::string out = text("out.extxyz");
  double energy = 0;
  std::istringstream(out.substr(out.find("energy=") + 7)) >> energy;
  EXPECT_NEAR(energy, -104.709038928048614 * 27.211386245988, 1e-3);
}

TEST_F(Label, BadInputIsRefused) {
  EXPECT_EQ(label("--engine vasp"), 2);
  EXPECT_THAT(text("said"), testing::HasSubstr("needs a POTCAR for each element"));
  EXPECT_EQ(label("--engine command"), 2);
  EXPECT_EQ(label("--engine cp2k --check-stress"), 2);
  EXPECT_EQ(label("--engine gpaw --check-stress --high-cutoff 500"), 2);
  EXPECT_EQ(label("--engine gpaw --kpoints gamma"), 2);
  EXPECT_EQ(label("--engine ase --calculator sevenn"), 2);
  EXPECT_EQ(label("missing.extxyz --engine gpaw"), 2);
}

}  // namespace
}  // namespace vitrion
