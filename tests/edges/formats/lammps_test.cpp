// LAMMPS files: real dumps with every kind of coordinates, boxes that are turned, styles, elements,
// errors.
#include <gmock/gmock.h>

#include "edges/formats/bytes/numbers.hpp"
#include "edges/formats/lammps/box.hpp"
#include "places.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string data = VITRION_TEST_DATA "/edges/formats/data/";

double largest_difference(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  double most = a.size() == b.size() ? 0 : INFINITY;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    most = std::max(most, norm(a[i] - b[i]));
  return most;
}

TEST(LammpsDump, EveryKindOfCoordinatesGivesTheSameFrames) {
  // One run of LAMMPS (data/make_lammps.in), 17 digits; atoms cross the boundaries of a tilted box.
  const auto unwrapped = read_frames(data + "lammps_unwrapped.dump");
  ASSERT_EQ(unwrapped.size(), 3U);
  for (const std::string name :
       {"lammps_wrapped.dump", "lammps_scaled.dump.gz", "lammps_scaled_unwrapped.dump"}) {
    const auto frames = read_frames(data + name, {.elements = {"Na", "P", "S"}});
    ASSERT_EQ(frames.size(), 3U);
    for (std::size_t f = 0; f < 3; ++f) {
      EXPECT_EQ(species_names(frames[f]), species_names(unwrapped[f])) << name;
      // LAMMPS adds a bias of 512 to the image flags of xsu, which costs three of the sixteen
      // digits.
      EXPECT_LT(largest_difference(frames[f].positions, unwrapped[f].positions), 1e-12) << name;
    }
  }
  // The atoms really leave the cell: image flags up to 3.
  EXPECT_GT(norm(unwrapped[2].positions[0] - unwrapped[0].positions[0]), 10);
}

TEST(LammpsDump, TriclinicBoundsAreThoseOfTheBox) {
  const auto frames = read_frames(data + "lammps_wrapped.dump");
  // region prism 0.5 7.5 -1 5 0 6.5 1.2 -0.8 2.1 of make_lammps.in
  const Mat3 rows = {{{7, 0, 0}, {1.2, 6, 0}, {-0.8, 2.1, 6.5}}};
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b)
      EXPECT_NEAR(frames[0].cell->rows()[a][b], rows[a][b], 1e-14);
  EXPECT_EQ(frames[0].info.at("timestep"), "0");
  EXPECT_EQ(frames[2].info.at("time"), "0.2");
  EXPECT_EQ(frames[0].velocities[0][0], -83.039758402947754);
  EXPECT_EQ(frames[0].labels.forces[5][2], 0.016687884154064504);
}

TEST(LammpsDump, UnusedColumnsAreNoted) {
  const auto reader = open_frames(data + "lammps_wrapped.dump");
  while (reader->next()) {
  }
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("column 'q'")));
}

TEST(LammpsDump, OpenBoxesAndShuffledIds) {
  const TemporaryFolder folder;
  const std::string path = folder.file(
      "dump.open",
      "ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS ff ff ff\n-1 3\n0 4\n0 5\n"
      "ITEM: ATOMS id element xs ys zs\n9 S 0.5 0.5 0\n4 Na 0.25 0 1\n");
  const Frame frame = read_frames(path)[0];
  EXPECT_FALSE(frame.cell.has_value());
  EXPECT_THAT(species_names(frame), ElementsAre("Na", "S"));
  EXPECT_EQ(frame.positions[0], (Vec3{0, 0, 5}));
}

TEST(LammpsDump, ErrorsNameFileLineAndRule) {
  const TemporaryFolder folder;
  const std::string head = "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\n";
  const std::string box = "ITEM: BOX BOUNDS pp pp pp\n0 3\n0 4\n0 5\n";
  const std::string rows = "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 1 1 1\n";
  const auto error = [&](const std::string& text,
                         const std::vector<std::string>& elements = {"Na", "S"}) {
    return read_error(folder.file("b.dump", text), {.elements = elements});
  };
  EXPECT_THAT(error(head + box + rows, {}),
              HasSubstr("b.dump:9: the atoms have types but no element column"));
  EXPECT_THAT(error(head + box + rows, {"Na"}),
              HasSubstr("type 2 is not one of the 1 elements Na"));
  EXPECT_THAT(error(head + rows), HasSubstr("BOX BOUNDS is missing"));
  EXPECT_THAT(error(head + "ITEM: BOX BOUNDS pp pp ff\n0 3\n0 4\n0 5\n" + rows),
              HasSubstr("some axes only (pp pp ff)"));
  EXPECT_THAT(error("ITEM: UNITS\nreal\n" + head + box + rows),
              HasSubstr("b.dump:2: the units are 'real'"));
  EXPECT_THAT(error(head + box + "ITEM: ATOMS id type x y\n"), HasSubstr("no coordinates"));
  EXPECT_THAT(error(head + box + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n1 2 1 1 1\n"),
              HasSubstr("two atoms have the id 1"));
  EXPECT_THAT(error(head + box + "ITEM: ATOMS id type x y z\n1 1 0 0 -nan\n2 2 1 1 1\n"),
              HasSubstr("b.dump:10: column 'z' of atom 1 is '-nan'"));
  EXPECT_THAT(error(head + box + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n"),
              HasSubstr("2 atoms are announced, 1 are there"));
  EXPECT_THAT(error(head + "ITEM: BOX BOUNDS pp pp pp\n0 0\n0 4\n0 5\n" + rows),
              HasSubstr("is flat"));
  EXPECT_THAT(error("ITEM: ENTRIES\n"), HasSubstr("'ITEM: ENTRIES' does not belong"));
  EXPECT_THAT(error(head + box + "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 1 1 1.2"),
              HasSubstr("b.dump:11: the line has no end: the file is cut"));
  EXPECT_THAT(error("hello\n"), HasSubstr("b.dump:1: a line of a dump starts with 'ITEM: '"));
}

TEST(LammpsDump, WritesWhatItReads) {
  const TemporaryFolder folder;
  RandomStream random(1, "dump-test");
  const Parts parts = {
      .energy = false, .virial = false, .velocities = true, .lower_triangular = true};
  std::vector<Frame> frames = {random_frame(random, 7, parts), random_frame(random, 5, parts)};
  frames[0].info["timestep"] = "250";
  frames[1].info["timestep"] = "500";
  frames[1].info["time"] = "0.5";
  for (const char* name : {"a.dump", "a.lammpstrj.zst", "dump.a.gz"}) {
    write_frames(folder / name, frames);
    const auto back = read_frames(folder / name);
    ASSERT_EQ(back.size(), 2U);
    for (std::size_t k = 0; k < 2; ++k) {
      EXPECT_EQ(back[k].positions, frames[k].positions);
      EXPECT_EQ(back[k].velocities, frames[k].velocities);
      EXPECT_EQ(back[k].labels.forces, frames[k].labels.forces);
      EXPECT_EQ(back[k].info, frames[k].info);
      // The bounding cuboid costs a rounding of the last place.
      EXPECT_NEAR(back[k].cell->rows()[0][0], frames[k].cell->rows()[0][0], 1e-14);
    }
  }
}

TEST(LammpsBox, GeneralCellsAreTurnedWithTheirVectors) {
  RandomStream random(2, "box-test");
  const Frame frame = random_frame(random, 6, {.velocities = true});
  const TemporaryFolder folder;
  write_frames(folder / "a.dump", {frame});
  const Frame back = read_frames(folder / "a.dump")[0];
  EXPECT_NEAR(back.cell->volume(), frame.cell->volume(), 1e-10);
  EXPECT_EQ(back.cell->rows()[0][1], 0);
  const structures::Cell& before = *frame.cell;
  const structures::Cell& after = *back.cell;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    // Lengths, and angles between position differences and forces, are what a rotation keeps.
    EXPECT_NEAR(norm(back.labels.forces[i]), norm(frame.labels.forces[i]), 1e-12);
    const std::size_t j = (i + 1) % frame.size();
    const Vec3 d = frame.positions[j] - frame.positions[i];
    const Vec3 e = back.positions[j] - back.positions[i];
    EXPECT_NEAR(dot(e, back.labels.forces[i]), dot(d, frame.labels.forces[i]), 1e-11);
    EXPECT_NEAR(dot(e, back.velocities[i]), dot(d, frame.velocities[i]), 1e-10);
    for (std::size_t a = 0; a < 3; ++a)
      EXPECT_NEAR(after.fractional(back.positions[i]).s[a],
                  before.fractional(frame.positions[i]).s[a], 1e-12);
  }
}

TEST(LammpsBox, TiltsOverHalfAnEdgeAreShortenedWithinTheLattice) {
  const structures::Cell cell(Mat3{{{4, 0, 0}, {7, 5, 0}, {-9, 13, 6}}});
  const RestrictedCell to = restricted(cell);
  EXPECT_FALSE(to.turned);
  EXPECT_TRUE(to.reduced);
  EXPECT_LE(std::abs(to.box.xy), 2);
  EXPECT_LE(std::abs(to.box.xz), 2);
  EXPECT_LE(std::abs(to.box.yz), 2.5);
  for (const Vec3& row : to.box.rows())  // whole vectors of the old cell
    for (const double s : cell.fractional(row).s) EXPECT_NEAR(s, std::round(s), 1e-12);
  EXPECT_FALSE(restricted(structures::Cell(Mat3{{{4, 0, 0}, {2, 5, 0}, {-2, 2.5, 6}}})).reduced);
}

TEST(LammpsData, ReadsWhatLammpsWrites) {
  // write_data at step 100 of the run whose dump holds the unwrapped positions of that step.
  const Frame frame = read_frames(data + "lammps_full.data")[0];
  const Frame dumped = read_frames(data + "lammps_unwrapped.dump")[2];
  EXPECT_THAT(species_names(frame), ElementsAre("Na", "P", "Na", "S", "S", "Na"));  // by mass
  EXPECT_LT(largest_difference(frame.positions, dumped.positions),
            1e-13);  // write_data prints 16 digits
  EXPECT_EQ(frame.velocities[0],
            (Vec3{8.002460277016468, -6.353885879382255, -19.088073197132097}));
}

TEST(LammpsData, ReadsWhatAseWrites) {
  // No Masses and no style behind Atoms: the charge 0.0 tells "charge", the caller the elements.
  const Frame frame = read_frames(data + "ase_skewed.data", {.elements = {"Na", "P", "S"}})[0];
  EXPECT_EQ(structures::formula(frame.species), "Na3 P1 S4");
  EXPECT_EQ(frame.cell->rows(), (Mat3{{{6.1, 0, 0}, {1.3, 5.9, 0}, {-0.7, 2.1, 6.4}}}));
  EXPECT_EQ(frame.velocities[0][2],
            -10.753201649917983);  // A/ps, as ASE printed (data/make_ase.py)
  EXPECT_THAT(read_error(data + "ase_skewed.data"),
              HasSubstr("the element of type 1 is unknown (no mass)"));
}

std::string header(const std::string& types) {
  return "title\n\n2 atoms\n" + types +
         " atom types\n\n0 4 xlo xhi\n0 5 ylo yhi # edge\n0 6 zlo zhi\n\n";
}

TEST(LammpsData, StylesPutTheirColumnsInTheirPlaces) {
  const TemporaryFolder folder;
  const auto read = [&](const std::string& atoms) {
    return read_frames(folder.file("a.data", header("2") + atoms), {.elements = {"Na", "S"}})[0];
  };
  for (const std::string atoms :
       {"Atoms # full\n\n2 1 2 0.5 1 2 3 0 0 0\n1 1 1 0.5 0 0 0 0 0 0\n",
        "Atoms\n\n1 1 0 0 0\n2 2 1 2 3\n", "Atoms # molecular\n\n1 7 1 0 0 0\n2 7 2 1 2 3\n",
        "Atoms # sphere\n\n1 1 1 1 0 0 0\n2 2 1 1 1 2 3\n",
        "Atoms\n\n1 1 -1.0 0 0 0\n2 2 1.0 1 2 3 # c\n",
        "Atoms\n\n1 1 1 0.1 0 0 0\n2 1 2 0.1 1 2 3\n"}) {
    const Frame frame = read(atoms);
    EXPECT_THAT(species_names(frame), ElementsAre("Na", "S")) << atoms;
    EXPECT_EQ(frame.positions[1], (Vec3{1, 2, 3})) << atoms;
  }
  EXPECT_EQ(read("Atoms\n\n1 1 0 0 0 0 0 0\n2 2 1 2 3 1 0 -1\n").positions[1], (Vec3{5, 2, -3}));
}

TEST(LammpsData, ElementsComeFromCommentsLabelsOrMasses) {
  const TemporaryFolder folder;
  const std::string atoms = "\nAtoms # atomic\n\n1 1 0 0 0\n2 2 1 2 3\n";
  const auto read = [&](const std::string& sections,
                        const std::vector<std::string>& elements = {}) {
    return species_names(
        read_frames(folder.file("a.data", header("2") + sections), {.elements = elements})[0]);
  };
  EXPECT_THAT(read("Masses\n\n1 22.99 # Na\n2 99 # S sulphur\n" + atoms), ElementsAre("Na", "S"));
  EXPECT_THAT(read("Masses\n\n1 23\n2 32\n" + atoms), ElementsAre("Na", "S"));
  EXPECT_THAT(read("Masses\n\n1 23\n2 32\n" + atoms, {"K", "O"}), ElementsAre("K", "O"));
  EXPECT_THAT(read("Atom Type Labels\n\n1 Na\n2 S\n\nAtoms # atomic\n\n1 Na 0 0 0\n2 S 1 2 3\n"),
              ElementsAre("Na", "S"));
  const std::string bad = folder.file("a.data", header("2") + "Masses\n\n1 23\n2 1.5\n" + atoms);
  EXPECT_THAT(read_error(bad), HasSubstr("the element of type 2 is unknown (mass 1.5)"));
}

TEST(LammpsData, ErrorsNameFileLineAndRule) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    return read_error(folder.file("b.data", text), {.elements = {"Na", "S"}});
  };
  EXPECT_THAT(error(header("2") + "Atoms\n\n1 1 0 0 0\n"),
              HasSubstr("announces 2 atoms, but section Atoms has 1"));
  EXPECT_THAT(error(header("2") + "Atoms\n\n1 1 0 0 0\n1 2 0 0 0\n"),
              HasSubstr("two atoms have the id 1"));
  EXPECT_THAT(error(header("2") + "Atoms\n\n1 3 0 0 0\n2 1 1 1 1\n"),
              HasSubstr("b.data:12: type 3 is not in 1 .. 2"));
  EXPECT_THAT(error(header("2") + "Atoms # hybrid\n\n1 1 0 0 0\n"),
              HasSubstr("atom style 'hybrid' is not one of"));
  EXPECT_THAT(error(header("2") + "Atoms\n\n1 1 1 0 0 0\n"),
              HasSubstr("cannot be told from 6 columns"));
  EXPECT_THAT(error(header("2") + "Atoms # full\n\n1 1 0 0 0\n"),
              HasSubstr("style full has 7 columns"));
  EXPECT_THAT(
      error(header("2") + "Atom\n\n1 1 0 0 0\n"),
      HasSubstr("b.data:10: 'Atom' is neither a header line nor a section, did you mean 'Atoms'?"));
  EXPECT_THAT(error("t\n\n1 atoms\n1 atom types\n0 4 xlo xhi\n0 4 ylo yhi\n\nAtoms\n\n1 1 0 0 0\n"),
              HasSubstr("no zlo zhi"));
  EXPECT_THAT(error(header("2")), HasSubstr("no section Atoms"));
  EXPECT_THAT(error(header("2") + "Atoms\n\n1 1 0 0 0\n2 1 1 1 1\n\nVelocities\n\n1 0 0 0\n"),
              HasSubstr("2 atoms have 1 velocities"));
}

TEST(LammpsData, WritesWhatItReads) {
  const TemporaryFolder folder;
  RandomStream random(3, "data-test");
  const Frame frame = random_frame(random, 6,
                                   {.energy = false,
                                    .forces = false,
                                    .virial = false,
                                    .velocities = true,
                                    .lower_triangular = true});
  write_frames(folder / "a.data", {frame});
  expect_same(read_frames(folder / "a.data")[0], frame);
  EXPECT_THAT(text_of(folder / "a.data"), HasSubstr("1 22.99 # Na\n"));
  Frame nameless = frame;
  nameless.species.names = {"A", "B", "C"};
  EXPECT_THAT(error_of([&] { write_frames(folder / "b.data", {nameless}); }),
              HasSubstr("'A' has no standard mass"));
}

}  // namespace
}  // namespace vitrion::formats
