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

TEST_F(Label, BadInputIsRefused) {
  EXPECT_EQ(label("--engine vasp"), 2);
  EXPECT_EQ(label("--engine gpaw --kpoints gamma"), 2);
  EXPECT_EQ(label("--engine ase --calculator sevenn"), 2);
  EXPECT_EQ(label("missing.extxyz --engine gpaw"), 2);
}

}  // namespace
}  // namespace vitrion
