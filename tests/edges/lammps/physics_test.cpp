// What must hold whatever the model: sums, symmetries, equivalent cells, and LAMMPS's own commands.
#include <fmt/format.h>

#include <cmath>

#include "edges/lammps/support.hpp"

namespace vitrion::lammps {
namespace {

using testing::HasSubstr;

/// Sums of ten thousand terms of order 1, in another order, then printed with 15 digits.
constexpr double rounding = 1e-10;

std::string pair(const std::string& coeff = "* * Na P S O") {
  return "pair_style deepmd " + model("initial") + "\npair_coeff " + coeff + "\n";
}

const std::vector<std::string> pressures = {"Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"};

/// Per-atom energies and virials summed by LAMMPS, as columns beside the global ones.
std::string per_atom_sums() {
  std::string script =
      "compute e all pe/atom\ncompute esum all reduce sum c_e\n"
      "compute w all centroid/stress/atom NULL virial\n"
      "compute wsum all reduce sum c_w[*]\n";
  std::string columns;
  for (int c = 1; c <= 9; ++c) {
    script += fmt::format("variable p{} equal -c_wsum[{}]/vol\n", c, c);
    columns += fmt::format(" v_p{}", c);
  }
  return script + "thermo_style custom step pe pxx pyy pzz pxy pxz pyz c_esum" + columns +
         "\nthermo_modify format float %.15g\n";
}

void expect_sums(const Table& t) {
  expect_close(t.first("c_esum"), t.first("PotEng"), rounding, "sum of atomic energies");
  // xx yy zz xy xz yz, then yx zx zy: the virial of a potential that is invariant is symmetric.
  for (std::size_t c = 0; c < 9; ++c)
    EXPECT_NEAR(t.first(fmt::format("v_p{}", c + 1)), t.first(pressures[c < 6 ? c : c - 3]), 1e-6)
        << "bar, of pressures of the order of 1e3 bar";
}

TEST_F(Lammps, AtomicEnergiesAndVirialsSumToTheGlobalOnes) {
  for (const int ranks : {1, 2}) {
    ASSERT_EQ(run(start() + pair() + per_atom_sums() + "run 0\n", ranks), 0) << said();
    expect_sums(thermo());
  }
}

TEST_F(Lammps, TheyDoUnderHybridToo) {
  const std::string hybrid = "pair_style hybrid/overlay deepmd " + model("initial") +
                             " zbl 1.5 2.5\npair_coeff * * deepmd Na P S O\n" + zbl("zbl");
  for (const int ranks : {1, 2}) {
    ASSERT_EQ(run(start() + hybrid + per_atom_sums() + "run 0\n", ranks), 0) << said();
    expect_sums(thermo());
  }
}

TEST_F(Lammps, HybridOverlayAddsZbl) {
  ASSERT_EQ(run(start() + pair() + "run 0\n"), 0) << said();
  const Table alone = thermo();
  ASSERT_EQ(run(start() + "pair_style zbl 1.5 2.5\n" + zbl("") + "run 0\n"), 0) << said();
  const Table repulsion = thermo();
  ASSERT_EQ(run(start() + "pair_style hybrid/overlay zbl 1.5 2.5 deepmd " + model("initial") +
                "\npair_coeff * * deepmd Na P S O\n" + zbl("zbl") + "run 0\n"),
            0)
      << said();
  expect_close(thermo().first("PotEng"), alone.first("PotEng") + repulsion.first("PotEng"),
               rounding, "pe");
  for (const auto& p : pressures)
    EXPECT_NEAR(thermo().first(p), alone.first(p) + repulsion.first(p), 1e-6) << p;
}

TEST_F(Lammps, AShearedCellOfTheSameCrystalIsTheSame) {
  ASSERT_EQ(run(start() + pair() + "run 0\n"), 0) << said();
  const Table straight = thermo();
  // b + a is as good a cell vector as b: a tilt of one length changes nothing.
  const std::string sheared =
      "change_box all triclinic\nchange_box all xy final 8.5 yz final -8.8\n";
  for (const int ranks : {1, 2}) {
    ASSERT_EQ(run(start() + sheared + pair() + "run 0\n", ranks), 0) << said();
    expect_close(thermo().first("PotEng"), straight.first("PotEng"), rounding, "pe");
    for (const auto& p : pressures) EXPECT_NEAR(thermo().first(p), straight.first(p), 1e-6) << p;
  }
}

TEST_F(Lammps, ReplicatedCellsHaveTheirMultiple) {
  ASSERT_EQ(
      run(start() + pair() + "run 0\nclear\n" + start() + "replicate 2 1 2\n" + pair() + "run 0\n"),
      0)
      << said();
  expect_close(thermo(1).first("PotEng"), 4 * thermo(0).first("PotEng"), rounding, "pe");
  for (const auto& p : pressures) EXPECT_NEAR(thermo(1).first(p), thermo(0).first(p), 1e-6) << p;
}

TEST_F(Lammps, NullTypesAreNotThere) {
  ASSERT_EQ(run(start() + pair("* * Na P S NULL") + "run 0\n"), 0) << said();
  const Table hidden = thermo();
  ASSERT_EQ(run(start() + pair() + "group o type 4\ndelete_atoms group o compress no\nrun 0\n"), 0)
      << said();
  expect_close(hidden.first("PotEng"), thermo().first("PotEng"), rounding, "pe");
  for (const auto& p : pressures) EXPECT_NEAR(hidden.first(p), thermo().first(p), 1e-6) << p;
}

TEST_F(Lammps, NamesMapTypesInAnyOrder) {
  ASSERT_EQ(run(start() + pair() + "run 0\n"), 0) << said();
  const double expected = thermo().first("PotEng");
  ASSERT_EQ(
      run(start() + "group a type 1\ngroup b type 3\nset group a type 3\nset group b type 1\n" +
          pair("* * S P Na O") + "run 0\n"),
      0)
      << said();
  expect_close(thermo().first("PotEng"), expected, rounding, "pe");
  ASSERT_EQ(run(start() + pair("* *") + "run 0\n"), 0) << said();
  EXPECT_EQ(thermo().first("PotEng"), expected);
}

TEST_F(Lammps, RanksWithoutAtomsWork) {
  // Two atoms in a corner of a long box: three of four ranks own none and see few ghosts.
  const std::string script =
      "units metal\natom_style atomic\nprocessors 4 1 1\nregion b block 0 80 0 20 0 20\ncreate_box "
      "4 b\n"
      "create_atoms 1 single 1 1 1\ncreate_atoms 3 single 3.2 1 1\nmass * 20\n" +
      pair() + "fix 1 all nve\nthermo_modify format float %.15g\nthermo 10\nrun 20\n";
  ASSERT_EQ(run("units metal\n" + script.substr(script.find("atom_style")), 4), 0) << said();
  const Table four = thermo();
  std::string serial = script;
  serial.erase(serial.find("processors"), std::string("processors 4 1 1\n").size());
  ASSERT_EQ(run(serial), 0) << said();
  expect_close(four.last("TotEng"), thermo().last("TotEng"), rounding, "etotal");
  expect_close(four.last("Press"), thermo().last("Press"), rounding, "press");
}

TEST_F(Lammps, MinimizeConverges) {
  // Short-range repulsion keeps the atoms of a model without physics apart.
  ASSERT_EQ(run(start() + "pair_style hybrid/overlay deepmd " + model("final") +
                " zbl 2.0 3.0\npair_coeff * * deepmd Na P S O\n" + zbl("zbl") +
                "thermo_style custom step pe fmax\nthermo 1000\nminimize 1e-8 1e-3 1000 10000\n"),
            0)
      << said();
  EXPECT_THAT(said(), testing::AnyOf(HasSubstr("Stopping criterion = energy tolerance"),
                                     HasSubstr("Stopping criterion = force tolerance")));
  EXPECT_LT(thermo().last("PotEng"), thermo().first("PotEng") - 1);
  EXPECT_LT(thermo().last("Fmax"), 0.05 * thermo().first("Fmax"));
}

TEST_F(Lammps, NveKeepsTheEnergy) {
  for (const char* precision : {"double", "single"}) {
    ASSERT_EQ(run(nve(precision) + "run 300\n"), 0) << said();
    const Table t = thermo(1);
    // Velocity Verlet's own ripple at 1 fs is some 1e-4 eV of 1.2 eV kinetic energy; an error of
    // the forces by 1 % would show as 1e-2 eV.
    for (const double energy : t.column("TotEng"))
      EXPECT_NEAR(energy, t.first("TotEng"), 1e-3) << precision;
    EXPECT_GT(std::abs(t.last("PotEng") - t.first("PotEng")), 0.1);
  }
}

TEST_F(Lammps, NptMovesATriclinicBoxTheSameOnTwoRanks) {
  const std::string script = start() + "change_box all triclinic\n" + pair() +
                             "velocity all create 300 4711\ntimestep 0.0005\n"
                             "fix 1 all npt temp 300 300 0.05 tri 0 0 0.5\n"
                             "thermo_style custom step temp pe press vol xy xz yz\n"
                             "thermo_modify format float %.12g\nthermo 10\nrun 20\n";
  ASSERT_EQ(run(script), 0) << said();
  const Table one = thermo();
  EXPECT_NE(one.last("Volume"), one.first("Volume"));
  EXPECT_NE(one.last("Xy"), 0);
  ASSERT_EQ(run(script, 2), 0) << said();
  // 20 steps multiply the rounding of step 0 a little.
  for (const char* name : {"PotEng", "Press", "Volume"})
    expect_close(thermo().last(name), one.last(name), 1e-9, name);
}

TEST_F(Lammps, FixAdaptScalesEverything) {
  const std::string ramp =
      "variable s equal ramp(1,0.5)\nfix a all adapt 1 pair deepmd scale * * v_s\n";
  ASSERT_EQ(run(start() + pair() + per_atom_sums() + ramp + "thermo 1\nrun 2\n"), 0) << said();
  const Table t = thermo();
  expect_close(t.last("PotEng"), 0.5 * t.first("PotEng"), rounding, "pe");
  expect_close(t.last("c_esum"), 0.5 * t.first("c_esum"), rounding, "sum of atomic energies");
  for (const auto& p : pressures) EXPECT_NEAR(t.last(p), 0.5 * t.first(p), 1e-6) << p;

  EXPECT_EQ(run(start() + pair() +
                "variable s equal 0.5\nfix a all adapt 1 pair deepmd scale 1 2 v_s\nrun 1\n"),
            1);
  EXPECT_THAT(said(), HasSubstr("one factor holds for all pairs, adapt scale * *"));
}

TEST_F(Lammps, VitrionIsSingleAndDeepmdTheModelsOwn) {
  const std::string script = start() + "pair_style ${style}\npair_coeff * * Na P S O\nrun 0\n";
  const auto energy = [&](const std::string& style) {
    EXPECT_EQ(run(script, 1, "-var style '" + style + "'"), 0) << said();
    return thermo().first("PotEng");
  };
  const double exact = energy("deepmd " + model("initial"));
  EXPECT_THAT(said(), HasSubstr("; double, "));
  EXPECT_EQ(energy("vitrion " + model("initial") + " precision double"), exact);
  const double single = energy("vitrion " + model("initial"));
  EXPECT_THAT(said(), HasSubstr("; single, "));
  EXPECT_NE(single, exact);
  // Nets in single precision round each of 32 energies of order 1 eV to 1e-6.
  EXPECT_NEAR(single, exact, 1e-4);
}

}  // namespace
}  // namespace vitrion::lammps
