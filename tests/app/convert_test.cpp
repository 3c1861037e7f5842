// vitrion convert as a user runs it: exit codes, what is written, what is said of losses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "places.hpp"

namespace vitrion {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

class Convert : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) / ("convert_" + std::to_string(getpid()));
    fs::create_directories(folder_);
    std::ofstream file(folder_ / "in.extxyz");
    for (int k = 0; k < 3; ++k)
      file << "2\nLattice=\"4 0 0 0 5 0 0 0 6\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-"
           << k << " parent=melt\nS 0 0 0 1 0 0\nNa 2 2 " << k << " -1 0 0\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  /// Exit code; what was printed is in said().
  int convert(const std::string& arguments) {
    const std::string line = "cd '" + folder_.string() + "' && '" VITRION_PROGRAM "' convert " +
                             arguments + " > said 2>&1";
    return WEXITSTATUS(std::system(line.c_str()));
  }
  std::string text(const std::string& name) {
    std::ifstream in(folder_ / name);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string said() { return text("said"); }

  fs::path folder_;
};

TEST_F(Convert, ThereAndBackWithProvenance) {
  ASSERT_EQ(convert("in.extxyz set --elements Na,P,S,O"), 0) << said();
  EXPECT_THAT(said(), HasSubstr("set: 3 frames written as deepmd/npy"));
  EXPECT_EQ(text("set/type_map.raw"), "Na\nP\nS\nO\n");
  EXPECT_EQ(text("set/frames.csv"), "parent\nmelt\nmelt\nmelt\n");
  ASSERT_EQ(convert("set back.extxyz.gz"), 0) << said();
  ASSERT_EQ(convert("back.extxyz.gz back.extxyz"), 0) << said();
  EXPECT_THAT(text("back.extxyz"),
              AllOf(HasSubstr("energy=-2 parent=melt"), HasSubstr("Na 2 2 2 -1 0 0\n")));
}

TEST_F(Convert, AnExistingOutNeedsForce) {
  std::ofstream(folder_ / "out.xyz") << "precious";
  EXPECT_EQ(convert("in.extxyz out.xyz"), 2);
  EXPECT_THAT(said(), HasSubstr("out.xyz: exists already; --force replaces it"));
  EXPECT_EQ(text("out.xyz"), "precious");
  EXPECT_EQ(convert("in.extxyz out.xyz --force"), 0);
  EXPECT_THAT(text("out.xyz"), HasSubstr("Lattice"));
}

TEST_F(Convert, SaysWhatIsLost) {
  ASSERT_EQ(convert("in.extxyz POSCAR --frames -1"), 0) << said();
  EXPECT_THAT(said(),
              AllOf(HasSubstr("poscar holds no energies: those of 1 frame were left out"),
                    HasSubstr("poscar holds no forces"),
                    HasSubstr("no place for these info keys, which were left out: parent")));
  EXPECT_THAT(text("POSCAR"), HasSubstr("2 2 2\n"));
}

TEST_F(Convert, FormatsOfOneFrameAskForIt) {
  EXPECT_EQ(convert("in.extxyz a.data"), 2);
  EXPECT_THAT(
      said(),
      HasSubstr(
          "lammps/data holds one frame, but in.extxyz has more; choose one, e.g. --frames 0"));
  EXPECT_FALSE(fs::exists(folder_ / "a.data"));
}

TEST_F(Convert, FramesAreAPythonSlice) {
  const auto energies = [&](const std::string& slice) {
    EXPECT_EQ(convert("in.extxyz o.xyz --force --frames=" + slice), 0) << said();
    std::string found;
    const std::string all = text("o.xyz");
    for (std::size_t at = all.find("energy=-"); at != all.npos; at = all.find("energy=-", at + 1))
      found += all[at + 8];
    return found;
  };
  EXPECT_EQ(energies("1:"), "12");
  EXPECT_EQ(energies("::2"), "02");
  EXPECT_EQ(energies("-2:-1"), "1");
  EXPECT_EQ(energies("1"), "1");
  EXPECT_EQ(convert("in.extxyz o2.xyz --frames 7:"), 2);
  EXPECT_THAT(said(), HasSubstr("no frame is in --frames 7:"));
}

TEST_F(Convert, BadInputEndsWithTwoAndOneLine) {
  EXPECT_EQ(convert("none.xyz o.xyz"), 2);
  EXPECT_EQ(said(), "vitrion: none.xyz: does not exist\n");
  EXPECT_EQ(convert("in.extxyz o.foo"), 2);
  EXPECT_THAT(said(), HasSubstr("the suffix '.foo' names no known format"));
  EXPECT_EQ(convert("in.extxyz o.xyz --to extxy"), 2);
  EXPECT_THAT(said(), HasSubstr("did you mean 'extxyz'?"));
  EXPECT_EQ(convert("in.extxyz no/such/folder/o.xyz"), 2);
  EXPECT_EQ(convert("in.extxyz o.xyz --elements Na"), 0);  // XYZ needs no order of species
  EXPECT_EQ(convert("in.extxyz o --elements Na"), 2);
  EXPECT_THAT(said(), HasSubstr("in.extxyz: frame 0: element 'S' is not one of: Na"));
  EXPECT_EQ(convert("in.extxyz"), 2);
}

TEST_F(Convert, ListNamesEachFormat) {
  ASSERT_EQ(convert("--list"), 0);
  for (const char* name :
       {"deepmd/npy/mixed", "extxyz", "poscar", "cif", "lammps/data", "lammps/dump"})
    EXPECT_THAT(said(), HasSubstr(name));
}

}  // namespace
}  // namespace vitrion
