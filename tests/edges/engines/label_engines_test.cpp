// Engines vasp and cp2k: what they write, and what they believe. VASP's part is played by a
// stand-in that writes its files; CP2K's outputs are real ones of 2023.1 on three atoms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/error.hpp"
#include "edges/engines/cp2k.hpp"
#include "edges/engines/kpoints.hpp"
#include "edges/engines/vasp.hpp"
#include "places.hpp"

namespace vitrion::engines {
namespace {

namespace fs = std::filesystem;
using Kind = learn::Failure::Kind;
using structures::Cell;
using structures::Frame;
using testing::HasSubstr;

/// Na2S, antifluorite, slightly moved; S first.
Frame na2s() {
  Frame f;
  f.cell = Cell(Mat3{{{0, 3.3, 3.3}, {3.3, 0, 3.3}, {3.3, 3.3, 0}}});
  f.species = {{"Na", "S"}, {1, 0, 0}};
  f.positions = {{0.08943142, 0.02182549, 0.00482487},
                 {1.55682536, 1.63613059, 1.63226205},
                 {4.94586293, 4.91864997, 4.94780909}};
  f.info["parent"] = "na2s";
  return f;
}

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

class Engines : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("label_engines_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    for (const char* element : {"Na", "S"})
      std::ofstream(folder_ / (std::string("POTCAR.") + element))
          << "  PAW_PBE " << element << " 01Jan2000\n   VRHFIN =" << element
          << ": s1p0\n   TITEL  = PAW_PBE " << element << " 01Jan2000\n End of Dataset\n";
  }
  void TearDown() override { fs::remove_all(folder_); }

  VaspSettings vasp_settings(const std::string& fault = "") const {
    VaspSettings s;
    s.command = "'" VITRION_SOURCE_DIR "/tests/edges/engines/fake_vasp.py' " + fault;
    for (const char* element : {"Na", "S"})
      s.potcar[element] = (folder_ / (std::string("POTCAR.") + element)).string();
    return s;
  }
  /// Writes, runs as a queue would, reads.
  learn::Labelled label(const LabelEngine& engine, const Frame& frame, int recipe = 0) const {
    engine.write({&frame, 1}, folder_.string(), recipe);
    status_ = std::system(
        ("cd '" + folder_.string() + "' && (" + engine.command(1) + ") > log.txt 2>&1").c_str());
    return engine.read({&frame, 1}, folder_.string()).front();
  }
  learn::Labelled vasp(const std::string& fault, int recipe = 0) const {
    return label(*vasp_engine(vasp_settings(fault)), na2s(), recipe);
  }
  /// What engine cp2k says of a stored output.
  learn::Labelled cp2k(const std::string& text, const Frame& asked = na2s()) const {
    fs::create_directories(folder_ / "000");
    std::ofstream(folder_ / "000/cp2k.out", std::ios::binary) << text;
    return cp2k_engine(cp2k_settings())->read({&asked, 1}, folder_.string()).front();
  }
  static Cp2kSettings cp2k_settings() {
    Cp2kSettings s;
    s.cutoff_Ry = 900;
    s.kpoints.rule = "mean-value";
    return s;
  }
  static std::string stored(const std::string& name) {
    return read(fs::path(VITRION_TEST_DATA) / "edges/engines/data" / name);
  }

  fs::path folder_;
  mutable int status_ = 0;
};

// The stand-in's numbers are those of tests/app/pair_teacher.py; energy and a force by that
// program.
TEST_F(Engines, VaspGivesTheLabelInTheOrderThatWasAsked) {
  const learn::Labelled frame = vasp("");
  ASSERT_TRUE(frame) << frame.error().cause << read(folder_ / "000/vasp.log");
  EXPECT_EQ(frame->positions, na2s().positions);
  EXPECT_EQ(frame->species.name(0), "S");
  std::ofstream(folder_ / "input.extxyz")
      << "3\nLattice=\"0 3.3 3.3 3.3 0 3.3 3.3 3.3 0\" Properties=species:S:1:pos:R:3\n"
         "S 0.08943142 0.02182549 0.00482487\nNa 1.55682536 1.63613059 1.63226205\n"
         "Na 4.94586293 4.91864997 4.94780909\n";
  ASSERT_EQ(std::system(("cd '" + folder_.string() +
                         "' && '" VITRION_SOURCE_DIR "/tests/app/pair_teacher.py'")
                            .c_str()),
            0);
  std::istringstream lines(read(folder_ / "output.extxyz"));
  std::string comment, name;
  std::getline(lines, comment);
  std::getline(lines, comment);
  double energy = 0;
  std::istringstream(comment.substr(comment.find("energy=") + 7)) >> energy;
  EXPECT_NEAR(*frame->labels.energy, energy, 1e-8);  // its files have eight decimals
  std::istringstream virial(comment.substr(comment.find("virial=\"") + 8));
  for (const Vec3& row : *frame->labels.virial)
    for (const double w : row) {
      double expected = 0;
      virial >> expected;
      EXPECT_NEAR(w, expected, 1e-7);  // through kB: 72 A^3 / 1602 times 1e-8
    }
  for (const Vec3& f : frame->labels.forces) {
    double x = 0;
    Vec3 expected{};
    lines >> name >> x >> x >> x >> expected[0] >> expected[1] >> expected[2];
    EXPECT_NEAR(norm(f - expected), 0, 2e-8);
  }
  EXPECT_EQ(frame->info.at("level"), "dft");
  EXPECT_EQ(frame->info.at("engine"), "vasp 600 eV PBE + D3(0)");
  EXPECT_EQ(frame->info.at("version"), "vasp 6.3.0");
  EXPECT_EQ(frame->info.at("parent"), "na2s");
}

TEST_F(Engines, VaspIsGivenTheFilesOfAStaticRun) {
  const auto engine = vasp_engine(vasp_settings());
  const Frame frame = na2s();
  engine->write({&frame, 1}, folder_.string(), 0);
  const std::string incar = read(folder_ / "000/INCAR");
  for (const char* line : {"ENCUT = 600\n", "IVDW = 11\n", "NSW = 0\n", "ISIF = 2\n", "ISPIN = 1\n",
                           "EDIFF = 1E-05\n", "ALGO = Normal\n"})
    EXPECT_THAT(incar, HasSubstr(line));
  // 2 pi / 3.81 A / 0.5 = 3.3: four points along each vector.
  EXPECT_THAT(read(folder_ / "000/KPOINTS"), HasSubstr("Monkhorst-Pack\n4 4 4\n"));
  EXPECT_THAT(read(folder_ / "000/POTCAR"), testing::StartsWith("  PAW_PBE Na"));
  EXPECT_THAT(read(folder_ / "000/POSCAR"), HasSubstr("Na      S\n"));
  engine->write({&frame, 1}, folder_.string(), 1);
  EXPECT_THAT(read(folder_ / "000/INCAR"), HasSubstr("ALGO = All\n"));
  EXPECT_THAT(read(folder_ / "000/INCAR"), HasSubstr("NELM = 360\n"));
}

TEST_F(Engines, VaspsSecondRecipeIsOfTheSameLevelAndSaysSo) {
  const learn::Labelled first = vasp("loose");
  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().kind, Kind::unconverged);
  EXPECT_THAT(first.error().cause, HasSubstr("EDIFF is 1e-05 eV"));
  const learn::Labelled second = vasp("loose", 1);
  ASSERT_TRUE(second) << second.error().cause;
  EXPECT_EQ(second->info.at("recipe"), "1");
  EXPECT_EQ(second->info.at("settings_hash"), vasp("")->info.at("settings_hash"));
}

TEST_F(Engines, VaspIsNotBelievedWhereItShouldNotBe) {
  const std::pair<const char*, std::pair<Kind, const char*>> faults[] = {
      {"never", {Kind::unconverged, "electronic steps"}},
      {"cut", {Kind::incomplete, "the output has no end"}},
      {"moved", {Kind::mismatch, "from where it was asked for"}},
      {"other", {Kind::mismatch, "was asked for"}},
      {"nan", {Kind::incomplete, "0 forces for 3 atoms"}},
      {"drift", {Kind::engine_error, "the forces sum to 0.8 eV/A"}},
      {"stressless", {Kind::incomplete, "the output has no stress"}},
      {"bad-news", {Kind::engine_error, "VERY BAD NEWS"}},
      {"nothing", {Kind::incomplete, "the output holds no calculation"}}};
  for (const auto& [fault, expected] : faults) {
    const learn::Labelled frame = vasp(fault);
    ASSERT_FALSE(frame) << fault;
    EXPECT_EQ(frame.error().kind, expected.first) << fault << ": " << frame.error().cause;
    EXPECT_THAT(frame.error().cause, HasSubstr(expected.second)) << fault;
  }
}

TEST_F(Engines, AWholeOutcarSpeaksForACutXml) {
  const learn::Labelled whole = vasp("");
  const learn::Labelled frame = vasp("cut-xml");
  ASSERT_TRUE(frame) << frame.error().cause;
  EXPECT_NEAR(*frame->labels.energy, *whole->labels.energy, 1e-8);
  for (std::size_t i = 0; i < 3; ++i)
    EXPECT_NEAR(norm(frame->labels.forces[i] - whole->labels.forces[i]), 0, 2e-6);  // six decimals
  for (std::size_t a = 0; a < 3; ++a)
    EXPECT_NEAR(norm((*frame->labels.virial)[a] - (*whole->labels.virial)[a]), 0, 1e-6);
}

TEST_F(Engines, NothingIsBelievedOfVaspFilesThatAreCutAnywhere) {
  ASSERT_TRUE(vasp(""));
  const auto engine = vasp_engine(vasp_settings());
  const Frame frame = na2s();
  const std::string xml = read(folder_ / "000/vasprun.xml"), out = read(folder_ / "000/OUTCAR");
  for (int k = 0; k < 60; ++k) {
    const auto part = [k](const std::string& text) { return text.substr(0, k * text.size() / 61); };
    std::ofstream(folder_ / "000/vasprun.xml", std::ios::trunc) << part(xml);
    std::ofstream(folder_ / "000/OUTCAR", std::ios::trunc) << part(out);
    EXPECT_FALSE(engine->read({&frame, 1}, folder_.string()).front()) << k << "/61";
  }
}

TEST_F(Engines, VaspSettingsAreHeldToTheirRules) {
  const auto complaint = [](const VaspSettings& s) {
    try {
      (void)vasp_engine(s);
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string("nothing");
  };
  VaspSettings s = vasp_settings();
  s.potcar["Na"] = s.potcar["S"];
  EXPECT_THAT(complaint(s), HasSubstr("is a potential of S"));
  s.potcar["Na"] = (folder_ / "nowhere").string();
  EXPECT_THAT(complaint(s), HasSubstr("nowhere does not exist"));
  s = vasp_settings();
  s.incar["NSW"] = "10";
  EXPECT_THAT(complaint(s), HasSubstr("incar.NSW = 10 must be left to Vitrion"));
  s = vasp_settings();
  s.potcar.erase("S");
  const Frame frame = na2s();
  EXPECT_THROW(vasp_engine(s)->write({&frame, 1}, folder_.string(), 0), InputError);
}

TEST_F(Engines, WhatIsComputedMakesTheLevelAndHowItIsRunDoesNot) {
  const std::string plain = vasp_engine(vasp_settings())->settings_hash();
  VaspSettings s = vasp_settings();
  s.command = "mpirun -np 16 vasp_std";
  EXPECT_EQ(vasp_engine(s)->settings_hash(), plain);
  s.incar["LREAL"] = "Auto";
  EXPECT_NE(vasp_engine(s)->settings_hash(), plain);
  std::ofstream(folder_ / "POTCAR.S", std::ios::app) << "another\n End of Dataset\n";
  EXPECT_NE(vasp_engine(vasp_settings())->settings_hash(), plain);
  Cp2kSettings c = cp2k_settings();
  const std::string rough = cp2k_engine(c)->settings_hash();
  c.command = "mpirun -np 2 cp2k.psmp";
  EXPECT_EQ(cp2k_engine(c)->settings_hash(), rough);
  c.cutoff_Ry = 1000;
  EXPECT_NE(cp2k_engine(c)->settings_hash(), rough);
}

// Real output; forces and stress in its units, turned by hand: 27.211386245988 eV, 0.529177210903
// A, 160.2176634 GPa A^3/eV.
TEST_F(Engines, Cp2kGivesTheLabel) {
  const learn::Labelled frame = cp2k(stored("na2s_cp2k_ok.out"));
  ASSERT_TRUE(frame) << frame.error().cause;
  EXPECT_NEAR(*frame->labels.energy, -104.709038928048614 * 27.211386245988, 1e-9);
  const Vec3 raw{-0.006177808183, -0.002403982912, -0.000838356022};
  const Vec3 sum{0.002296841654, -0.002761928149, 0.001641232603};
  const Vec3 expected = (27.211386245988 / 0.529177210903) * (raw - (1.0 / 3) * sum);
  EXPECT_NEAR(norm(frame->labels.forces[0] - expected), 0, 1e-9);
  EXPECT_NEAR(trace(*frame->labels.virial) / 3, 1.93050606288 / 160.2176634 * 71.874, 1e-9);
  EXPECT_EQ(frame->info.at("version"), "cp2k 2023.1");
  EXPECT_EQ(frame->info.at("scf_steps"), "13");
  EXPECT_EQ(frame->info.at("kpoints"), "0.25 0.25 0.25");
}

TEST_F(Engines, Cp2kIsNotBelievedWhereItShouldNotBe) {
  const learn::Labelled loose = cp2k(stored("na2s_cp2k_unconverged.out"));
  ASSERT_FALSE(loose);
  EXPECT_EQ(loose.error().kind, Kind::unconverged);
  EXPECT_EQ(loose.error().cause, "SCF run NOT converged");
  const learn::Labelled aborted = cp2k(stored("na2s_cp2k_abort.out"));
  ASSERT_FALSE(aborted);
  EXPECT_EQ(aborted.error().kind, Kind::engine_error);
  EXPECT_THAT(aborted.error().cause, HasSubstr("Incompatible units"));
  const std::string good = stored("na2s_cp2k_ok.out");
  Frame moved = na2s();
  moved.positions[1][2] += 0.002;
  EXPECT_EQ(cp2k(good, moved).error().kind, Kind::mismatch);
  // The net force of a coarse grid (300 Ry) is no small one.
  const learn::Labelled coarse = cp2k(stored("na2s_cp2k_coarse.out"));
  ASSERT_FALSE(coarse);
  EXPECT_EQ(coarse.error().kind, Kind::engine_error);
  EXPECT_THAT(coarse.error().cause, HasSubstr("the forces sum to 0.812 eV/A"));
}

TEST_F(Engines, NothingIsBelievedOfACp2kOutputThatIsCutAnywhere) {
  const std::string good = stored("na2s_cp2k_ok.out");
  for (std::size_t n = 0; n + 200 < good.size(); n += 397) {
    const learn::Labelled frame = cp2k(good.substr(0, n));
    if (good.substr(0, n).find("PROGRAM ENDED AT") != std::string::npos) continue;
    ASSERT_FALSE(frame) << n;
    EXPECT_EQ(frame.error().kind, Kind::incomplete) << n << ": " << frame.error().cause;
  }
}

// A first run that died and a second that ended, in one file: the second counts, and only it.
TEST_F(Engines, OfAnAppendedCp2kOutputTheLastRunCounts) {
  const std::string good = stored("na2s_cp2k_ok.out"), loose = stored("na2s_cp2k_unconverged.out");
  EXPECT_TRUE(cp2k(loose + good));
  const learn::Labelled frame = cp2k(good + loose);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().kind, Kind::unconverged);
}

TEST_F(Engines, Cp2kIsGivenTheInputOfItsRecipe) {
  const auto engine = cp2k_engine(cp2k_settings());
  Frame frame = na2s();
  engine->write({&frame, 1}, folder_.string(), 0);
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), HasSubstr("CUTOFF 900\n"));
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), HasSubstr("KPOINT 0.25 0.25 0.25 1.0\n"));
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), HasSubstr("ALPHA 0.2\n"));
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), testing::Not(HasSubstr("UKS")));
  engine->write({&frame, 1}, folder_.string(), 1);
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), HasSubstr("ALPHA 0.05\n"));
  // One sodium less is an odd number of electrons.
  frame.species.of_atom.pop_back();
  frame.positions.pop_back();
  engine->write({&frame, 1}, folder_.string(), 0);
  EXPECT_THAT(read(folder_ / "000/cp2k.inp"), HasSubstr("UKS T\n    MULTIPLICITY 2\n"));
}

// The rule of the gpaw engine: the mean-value point for large cells without symmetry only.
TEST(KPoints, FollowTheRule) {
  Frame crystal = na2s();
  crystal.positions = {{0, 0, 0}, {1.65, 1.65, 1.65}, {4.95, 4.95, 4.95}};
  EXPECT_EQ(kpoints_of(crystal, {}).text(), "monkhorst-pack 4 4 4");
  Frame large = na2s();
  large.cell = Cell(Mat3{{{0, 9, 9}, {9, 0, 9}, {9, 9, 0}}});
  large.positions = {{0.3, 0, 0}, {2.1, 3.3, 1.2}, {5.2, 2.2, 7.1}};
  EXPECT_TRUE(kpoints_of(large, {}).mean_value());  // 10.4 A high, P1
  EXPECT_EQ(kpoints_of(large, {"spacing", 0.5}).text(), "monkhorst-pack 2 2 2");
  EXPECT_EQ(kpoints_of(large, {"3 2 1", 0.5}).text(), "monkhorst-pack 3 2 1");
  // A grid of one point would be Gamma alone.
  EXPECT_TRUE(kpoints_of(large, {"spacing", 2.0}).mean_value());
  EXPECT_THROW(KPointRule({"gamma", 0.5}).validate(), InputError);
}

}  // namespace
}  // namespace vitrion::engines
