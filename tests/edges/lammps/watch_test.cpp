// Runs that must not go on, or must say something: explosions, lone atoms, too small a sel,
// refusals.
#include "edges/formats/model/file.hpp"
#include "edges/lammps/support.hpp"
#include "potential/random_model.hpp"

namespace vitrion::lammps {
namespace {

using testing::HasSubstr;

class LammpsWatch : public Lammps {
 protected:
  /// The ERROR that the script ends with.
  std::string error(const std::string& script, int ranks = 1) {
    EXPECT_EQ(run(script, ranks), 1) << said();
    const std::size_t at = said().find("ERROR");
    return at == std::string::npos ? said()
                                   : said().substr(at, said().find("Last command", at) - at);
  }
  std::string style_error(const std::string& words) {
    return error(start() + "pair_style deepmd " + words + "\n");
  }
};

std::string pair() {
  return "pair_style deepmd " + model("initial") + "\npair_coeff * * Na P S O\n";
}

/// Two atoms 2.5 A apart in a large box; the first flies away.
std::string pair_of_atoms(const std::string& second) {
  return "units metal\natom_style atomic\nregion b block 0 40 0 40 0 40\ncreate_box 4 b\n"
         "create_atoms 1 single 10 10 10\n" +
         second + "mass * 20\n" + pair() +
         "velocity all set 0 0 0\ngroup a id 1\nvelocity a set -60 0 0\nfix 1 all nve\nrun 200\n";
}

TEST_F(LammpsWatch, TwoAtomsAtOnePlaceStopTheRun) {
  const std::string script =
      start() + "set atom 5 x 2 y 2 z 2\nset atom 6 x 2 y 2 z 2\n" + pair() + "run 0\n";
  for (const int ranks : {1, 2})
    EXPECT_THAT(error(script, ranks),
                testing::ContainsRegex(
                    "ERROR: pair_style vitrion: exploded at step 0: the force on atom [56] "
                    "\\(Na\\) is not finite; atom [56] \\(Na\\) is 0 A away"));
  EXPECT_THAT(text("log.lammps"), HasSubstr("exploded at step 0"));
}

TEST_F(LammpsWatch, AnAtomThatLosesItsNeighboursStopsTheRun) {
  for (const int ranks : {1, 2})
    EXPECT_THAT(error(pair_of_atoms("create_atoms 2 single 12.5 10 10\n"), ranks),
                testing::ContainsRegex(
                    "exploded at step [0-9]+: atom 1 \\(Na\\) at \\(.*\\) A has lost all "
                    "its neighbours, none is within 6 A"));
}

TEST_F(LammpsWatch, AnAtomAloneFromTheBeginningMayStaySo) {
  EXPECT_EQ(run(pair_of_atoms("")), 0) << said();
  EXPECT_THAT(said(),
              HasSubstr("some atoms have no neighbour within the cutoff as the run begins"));
}

TEST_F(LammpsWatch, SelTooSmallIsSaidOnceWithTheNumbers) {
  potential::RandomModelOptions options;
  options.sel = {2, 60, 60, 60};
  potential::Model small = potential::random_model(options, 3);
  small.type_map = {"Na", "P", "S", "O"};
  formats::write_model(path("small.dp"), small);
  for (const int ranks : {1, 2}) {
    ASSERT_EQ(run(start() + "pair_style deepmd small.dp\npair_coeff * * Na P S O\nrun 5\n", ranks),
              0)
        << said();
    EXPECT_THAT(said(),
                testing::ContainsRegex("small.dp: sel is too small: Na has 2, needs [0-9]+; the "
                                       "farthest neighbours are dropped \\(said once\\)"));
    EXPECT_EQ(said().find("sel is too small"), said().rfind("sel is too small"));
  }
}

TEST_F(LammpsWatch, RefusalsReachErrorAll) {
  EXPECT_THAT(style_error(model("initial") + " fparam 1.2"),
              HasSubstr("ERROR: pair_style vitrion: keyword fparam is not supported"));
  EXPECT_THAT(style_error("absent.dp"), HasSubstr("absent.dp"));
  EXPECT_THAT(style_error("graph.pb"), HasSubstr("dp convert-backend"));
  write("broken.dp", "not HDF5");
  EXPECT_THAT(style_error("broken.dp"), HasSubstr("broken.dp"));
  EXPECT_THAT(style_error(model("initial") + " " + model("final") + " out_file no/such/folder"),
              HasSubstr("cannot write out_file no/such/folder: No such file or directory"));
}

TEST_F(LammpsWatch, OneRanksTroubleIsEverybodys) {
  // Only rank 0 opens the file; a rank that waited for the others would hang.
  EXPECT_EQ(run(start() + "pair_style deepmd " + model("initial") + " " + model("final") +
                    " out_file no/such/folder\n",
                2),
            1);
  EXPECT_THAT(said(), HasSubstr("cannot write out_file"));
}

TEST_F(LammpsWatch, CoefficientsAreChecked) {
  const std::string style = start() + "pair_style deepmd " + model("initial") + "\n";
  EXPECT_THAT(error(style + "pair_coeff * * Na P S Cl\n"),
              HasSubstr("element Cl is not in the model, which knows Na P S O"));
  EXPECT_THAT(error(style + "run 0\n"), HasSubstr("All pair coeffs are not set"));
  EXPECT_THAT(
      error(style + "pair_coeff * * Na P S O\npair_style deepmd " + model("final") + "\nrun 0\n"),
      HasSubstr("All pair coeffs are not set"));
}

TEST_F(LammpsWatch, ModelsThatListElementsDifferentlyNeedNames) {
  potential::RandomModelOptions options;
  options.sel = {60, 60, 60, 60};
  potential::Model other = potential::random_model(options, 3);
  other.type_map = {"O", "S", "P", "Na"};
  formats::write_model(path("other.dp"), other);
  const std::string style =
      start() + "pair_style deepmd " + model("initial") + " other.dp\npair_coeff * * ";
  EXPECT_THAT(error(style + "\n"), HasSubstr("other.dp lists its elements as O S P Na"));
  EXPECT_EQ(run(style + "Na P S O\nrun 0\n"), 0) << said();
}

TEST_F(LammpsWatch, OtherUnitsAreRefused) {
  std::string script = start() + pair();
  script.replace(script.find("metal"), 5, "real");
  EXPECT_THAT(error(script), HasSubstr("units real is not supported"));
}

TEST_F(LammpsWatch, SixComponentsOfStressAreRefused) {
  EXPECT_THAT(error(start() + pair() +
                    "compute s all stress/atom NULL\ncompute r all reduce sum c_s[1]\n"
                    "thermo_style custom step c_r\nrun 0\n"),
              HasSubstr("use compute centroid/stress/atom"));
}

TEST_F(LammpsWatch, CommandLine) {
  EXPECT_EQ(
      run(start() + "variable x equal ${given}\nprint \"x = $x\"\n", 1, "-var given 7 -log none"),
      0);
  EXPECT_THAT(said(), HasSubstr("x = 7"));
  EXPECT_FALSE(std::filesystem::exists(path("log.lammps")));
  EXPECT_EQ(program("-in absent"), 1);
  EXPECT_THAT(said(), HasSubstr("Cannot open input script absent"));
  EXPECT_EQ(program("-help"), 0);
  EXPECT_THAT(said(),
              HasSubstr("List of command line options supported by this LAMMPS executable"));
  EXPECT_EQ(program("--help"), 0);
  EXPECT_THAT(said(), HasSubstr("mpirun -np 2 vitrion lmp"));
}

}  // namespace
}  // namespace vitrion::lammps
