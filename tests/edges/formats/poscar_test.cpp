// POSCAR: ASE's own file, scales, selective dynamics, velocities, VASP 4, grouping of atoms.
#include <gmock/gmock.h>

#include "places.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string data = VITRION_TEST_DATA "/edges/formats/data/";

Frame read(const std::string& text, const ReadOptions& options = {}) {
  const TemporaryFolder folder;
  return read_frames(folder.file("POSCAR", text), options)[0];
}

const std::string cell = "2 0 0\n0 3 0\n0 0 4\n";

TEST(Poscar, ReadsWhatAseWrites) {
  const Frame frame = read_frames(data + "ase_direct.poscar")[0];
  EXPECT_EQ(structures::formula(frame.species), "Na3 P1 S4");
  // The same atoms as ase_skewed.data, where ASE 3.22.1 printed them with all digits.
  const Vec3 expected = {4.4364803043772811, 6.9225013752354023, 4.9643884175692392};
  for (std::size_t a = 0; a < 3; ++a)
    EXPECT_NEAR(frame.positions[0][a], expected[a], 1e-14);  // two units of the last place
}

TEST(Poscar, ScalesCellAndCartesianCoordinates) {
  const std::string rest = cell + "Na S\n1 1\nCartesian\n0.5 0 0\n1 1 1\n";
  EXPECT_EQ(read("t\n2.0\n" + rest).positions[1], (Vec3{2, 2, 2}));
  EXPECT_EQ(read("t\n2.0\n" + rest).cell->rows()[2], (Vec3{0, 0, 8}));
  EXPECT_EQ(read("t\n1 2 3\n" + rest).positions[1], (Vec3{1, 2, 3}));
  // -192 A^3 for a cell of 24 A^3: a factor of 2.
  EXPECT_DOUBLE_EQ(read("t\n-192\n" + rest).cell->volume(), 192);
  EXPECT_DOUBLE_EQ(read("t\n-192\n" + rest).positions[0][0], 1);
}

TEST(Poscar, NamesMayCarryPotentialsAndRepeat) {
  const Frame frame = read("t\n1\n" + cell +
                           "Na_pv/3fa1 S Na_pv\n1 1 1\nSelective dynamics\nDirect\n"
                           "0 0 0 T T F\n0.5 0.5 0.5 F F F\n0.25 0 0 T T T\n");
  EXPECT_THAT(species_names(frame), ElementsAre("Na", "S", "Na"));
  EXPECT_THAT(frame.species.names, ElementsAre("Na", "S"));
  EXPECT_EQ(frame.positions[1], (Vec3{1, 1.5, 2}));
}

TEST(Poscar, Vasp4TakesElementsFromTheCallerOrTheComment) {
  const std::string rest = "\n1\n" + cell + "1 2\nD\n0 0 0\n0.5 0 0\n0.6 0 0\n";
  EXPECT_THAT(species_names(read("title" + rest, {.elements = {"P", "O"}})),
              ElementsAre("P", "O", "O"));
  EXPECT_THAT(species_names(read("Na S" + rest)), ElementsAre("Na", "S", "S"));
  EXPECT_THAT(error_of([&] { (void)read("my cell" + rest); }), HasSubstr("VASP 4"));
}

TEST(Poscar, VelocitiesAreAngstromPerFemtosecond) {
  const std::string atoms = "t\n1\n" + cell + "Na\n2\nDirect\n0 0 0\n0.5 0 0\n";
  EXPECT_EQ(read(atoms + "\n0.001 0 0\n0 0.5 0\n").velocities[1], (Vec3{0, 500, 0}));
  EXPECT_EQ(read(atoms + "Cartesian\n0.001 0 0\n0 0.5 0\n").velocities[0], (Vec3{1, 0, 0}));
  EXPECT_TRUE(read(atoms + "\n0 0 0\n0 0 0\n").velocities.empty());
  EXPECT_TRUE(read(atoms + "\n\n").velocities.empty());
  const std::string lattice =
      "Lattice velocities and vectors\n1\n0 0 0\n0 0 0\n0 0 0\n2 0 0\n0 3 0\n0 0 4\n";
  EXPECT_EQ(read(atoms + lattice + "\n0.001 0 0\n0 0.5 0\n").velocities[1], (Vec3{0, 500, 0}));
  EXPECT_THAT(error_of([&] { (void)read(atoms + "\n0.001 0 0\n"); }),
              HasSubstr("2 atoms are announced, 1"));
}

TEST(Poscar, GroupsAtomsBySpeciesAndKeepsEveryBit) {
  const TemporaryFolder folder;
  RandomStream random(1, "poscar-test");
  const Frame frame = random_frame(random, 8, {.energy = false, .forces = false, .virial = false});
  const auto writer = create_frames(folder / "CONTCAR", {.elements = {"S", "Na", "P"}});
  writer->write(frame);
  writer->finish();
  EXPECT_THAT(writer->notes(), ElementsAre(HasSubstr("grouped by species")));
  const Frame back = read_frames(folder / "CONTCAR")[0];
  EXPECT_EQ(back.cell->rows(), frame.cell->rows());
  std::vector<Vec3> grouped;
  for (const char* name : {"S", "Na", "P"})
    for (std::size_t i = 0; i < frame.size(); ++i)
      if (frame.species.name(i) == name) grouped.push_back(frame.positions[i]);
  EXPECT_EQ(back.positions, grouped);
  EXPECT_EQ(structures::formula(back.species), "S3 Na3 P2");
}

TEST(Poscar, ErrorsNameFileAndLine) {
  EXPECT_THAT(error_of([&] { (void)read("t\n0\n" + cell); }),
              HasSubstr("POSCAR:2: the second line is the scale"));
  EXPECT_THAT(error_of([&] { (void)read("t\n1\n1 0 0\n0 1\n"); }),
              HasSubstr("POSCAR:4: a cell vector needs"));
  EXPECT_THAT(error_of([&] { (void)read("t\n1\n0 1 0\n1 0 0\n0 0 1\nNa\n1\nD\n0 0 0\n"); }),
              HasSubstr("POSCAR:5: cell"));
  EXPECT_THAT(error_of([&] { (void)read("t\n1\n" + cell + "Na S\n1\nD\n0 0 0\n"); }),
              HasSubstr("POSCAR:7: 1 species are counted, but 2 are named: Na S"));
  EXPECT_THAT(error_of([&] { (void)read("t\n1\n" + cell + "Na\n2\nD\n0 0 0\n"); }),
              HasSubstr("2 atoms are announced, 1 are there"));
  EXPECT_THAT(error_of([&] { (void)read("t\n1\n" + cell + "Na\n1\nD\n0 0 x\n"); }),
              HasSubstr("POSCAR:9: column 'z' of atom 1 is 'x'"));
  const TemporaryFolder folder;
  RandomStream random(2, "poscar-test");
  EXPECT_THAT(
      error_of([&] { write_frames(folder / "POSCAR", {random_frame(random, 2, {.open = true})}); }),
      HasSubstr("needs a cell"));
  const Frame frame = random_frame(random, 2, {});
  EXPECT_THAT(error_of([&] {
                write_frames(folder / "POSCAR", {frame, frame});
              }),
              HasSubstr("holds one frame"));
  EXPECT_TRUE(std::filesystem::is_empty(folder / ""));
}

}  // namespace
}  // namespace vitrion::formats
