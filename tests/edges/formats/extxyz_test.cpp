// Extended XYZ: ASE's own file, quoting, energy and free energy, signs of stress and virial, what
// is refused.
#include <gmock/gmock.h>

#include "base/units.hpp"
#include "edges/formats/extxyz/comment.hpp"
#include "places.hpp"
#include "structures/elements.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const std::string data = VITRION_TEST_DATA "/edges/formats/data/";

/// A frame of one Na in a box of 2 x 3 x 4 A with these keys added.
Frame one_atom(const std::string& keys, const std::string& box = "Lattice=\"2 0 0 0 3 0 0 0 4\" ") {
  const TemporaryFolder folder;
  const std::string path =
      folder.file("a.xyz", "1\n" + box + "Properties=species:S:1:pos:R:3 " + keys + "\nNa 0 0 0\n");
  return read_frames(path)[0];
}

TEST(Extxyz, ReadsWhatAseWrites) {
  // Values printed by ASE 3.22.1 (data/make_ase.py).
  const auto frames = read_frames(data + "ase_frame.extxyz");
  ASSERT_EQ(frames.size(), 1U);
  const Frame& frame = frames[0];
  EXPECT_EQ(structures::formula(frame.species), "Na3 P1 S4");
  EXPECT_EQ(frame.cell->rows(), (Mat3{{{6.1, 0, 0}, {1.3, 5.9, 0}, {-0.7, 2.1, 6.4}}}));
  EXPECT_EQ(frame.positions[0], (Vec3{4.43648030, 6.92250138, 4.96438842}));
  EXPECT_EQ(frame.labels.energy, -33.75);  // the free energy
  EXPECT_EQ(frame.info.at("energy"), "-33.5");
  // -stress x volume (230.336 A^3): compressed is positive, ASE's stress under tension is.
  EXPECT_DOUBLE_EQ((*frame.labels.virial)[0][0], -2.30336);
  EXPECT_DOUBLE_EQ((*frame.labels.virial)[1][2], -0.921344);
  EXPECT_EQ(frame.labels.atom_energies[0], -0.46316986);
  // Eight decimals of the momenta, and masses that differ in the sixth digit between ASE and IUPAC
  // 2021.
  const Vec3 velocity = {0.66974055, -0.79868814, -10.75320165};
  for (std::size_t a = 0; a < 3; ++a) EXPECT_NEAR(frame.velocities[0][a], velocity[a], 1.2e-4);
  EXPECT_EQ(frame.info.at("parent"), "a \"quoted\" name");
  EXPECT_EQ(frame.info.at("list of three"), "_JSON [1, 2, 3]");
  EXPECT_EQ(frame.info.at("path"), "C:\\x");
  EXPECT_EQ(frame.info.at("flag"), "T");
}

TEST(Extxyz, QuotesBracesAndBareKeys) {
  const auto pairs =
      parse_comment(R"(a=1 "b c"='d "e"' f={1 2 3} g=[[1, 0], ["]", 2]] h i = j k="x\"y\\\n")");
  std::vector<std::pair<std::string, std::string>> found;
  for (const KeyValue& pair : pairs) found.emplace_back(pair.key, pair.value);
  EXPECT_THAT(found,
              ElementsAre(std::pair{"a", "1"}, std::pair{"b c", "d \"e\""}, std::pair{"f", "1 2 3"},
                          std::pair{"g", "[[1, 0], [\"]\", 2]]"}, std::pair{"h", "T"},
                          std::pair{"i", "j"}, std::pair{"k", "x\"y\\\n"}));
  EXPECT_FALSE(pairs[4].has_value);
}

TEST(Extxyz, InfoOfAnyTextComesBack) {
  const TemporaryFolder folder;
  RandomStream random(1, "extxyz-test");
  Frame frame = random_frame(random, 3, {});
  frame.info = {{"plain", "abc"},   {"two words", "1 2 3"}, {"quotes", R"(a"b'c\d)"},
                {"empty", ""},      {"lines", "a\nb"},      {"brackets", "[1, {2}]"},
                {"equals", "a=b,c"}};
  write_frames(folder / "a.extxyz", {frame});
  expect_same(read_frames(folder / "a.extxyz")[0], frame);
}

TEST(Extxyz, EveryBitOfEveryPartComesBack) {
  const TemporaryFolder folder;
  RandomStream random(2, "extxyz-test");
  const std::vector<Frame> frames = {
      random_frame(random, 7, {.velocities = true, .atom_energies = true, .atom_weights = true}),
      random_frame(random, 2, {.open = true, .energy = false, .forces = false, .virial = false})};
  for (const char* name : {"a.xyz", "a.extxyz.gz", "a.xyz.zst"}) {
    write_frames(folder / name, frames);
    const auto back = read_frames(folder / name);
    ASSERT_EQ(back.size(), 2U);
    for (std::size_t k = 0; k < 2; ++k) expect_same(back[k], frames[k]);
  }
  EXPECT_EQ(text_of(folder / "a.extxyz.gz").substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(text_of(folder / "a.xyz.zst").substr(0, 4), "\x28\xb5\x2f\xfd");
}

TEST(Extxyz, PlainXyzHasOpenBoundaries) {
  const TemporaryFolder folder;
  const auto frames = read_frames(
      folder.file("a.xyz", "2\nwater, it's free\nO 0 0 0 -0.8\r\nH 0 0 1 0.4\n\n1\n\nAr 1 2 3"));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_FALSE(frames[0].cell.has_value());
  EXPECT_EQ(frames[0].info.at("comment"), "water, it's free");
  EXPECT_EQ(frames[1].positions[0], (Vec3{1, 2, 3}));
}

TEST(Extxyz, FreeEnergyIsPreferred) {
  EXPECT_EQ(one_atom("energy=-1.5").labels.energy, -1.5);
  EXPECT_EQ(one_atom("free_energy=-2").labels.energy, -2);
  const Frame both = one_atom("energy=-1.5 free_energy=-2");
  EXPECT_EQ(both.labels.energy, -2);
  EXPECT_EQ(both.info.at("energy"), "-1.5");
  EXPECT_TRUE(one_atom("energy=-2 free_energy=-2.0").info.empty());
  const TemporaryFolder folder;
  write_frames(folder / "a.xyz", {both});
  expect_same(read_frames(folder / "a.xyz")[0], both);
}

TEST(Extxyz, StressIsMinusVirialPerVolume) {
  // Volume 24 A^3; Voigt order xx yy zz yz xz xy as in ASE.
  const Mat3 virial = {{{-24, -144, -120}, {-144, -48, -96}, {-120, -96, -72}}};
  EXPECT_EQ(one_atom("stress=\"1 2 3 4 5 6\"").labels.virial, virial);
  EXPECT_EQ(one_atom("stress=\"1 6 5 6 2 4 5 4 3\"").labels.virial, virial);
  EXPECT_EQ(one_atom("virial=\"-24 -48 -72 -96 -120 -144\"").labels.virial, virial);
  EXPECT_EQ(
      one_atom("virial=[[-24,-144,-120],[-144,-48,-96],[-120,-96,-72]] stress=\"1 2 3 4 5 6\"")
          .labels.virial,
      virial);
  EXPECT_THAT(
      error_of([&] { (void)one_atom("virial=\"24 48 72 96 120 144\" stress=\"1 2 3 4 5 6\""); }),
      HasSubstr(
          "virial and stress disagree: component xx is 24 eV, but -stress x volume is -24 eV"));
  EXPECT_THAT(error_of([&] { (void)one_atom("stress=\"1 2 3\""); }),
              HasSubstr("not 9 numbers, nor 6"));
  EXPECT_THAT(error_of([&] { (void)one_atom("stress=\"1 2 3 4 5 6\"", ""); }),
              HasSubstr("stress needs a Lattice"));
}

TEST(Extxyz, BoundariesAreAllOrNone) {
  EXPECT_TRUE(one_atom("").cell.has_value());
  EXPECT_TRUE(one_atom("pbc=\"T T T\"").cell.has_value());
  EXPECT_FALSE(one_atom("pbc=\"F F F\"").cell.has_value());
  EXPECT_FALSE(one_atom("", "").cell.has_value());
  EXPECT_THAT(error_of([&] { (void)one_atom("pbc=\"T T F\""); }),
              HasSubstr("along some axes only"));
  EXPECT_THAT(error_of([&] { (void)one_atom("pbc=maybe"); }), HasSubstr("is not T or F"));
  EXPECT_THAT(error_of([&] { (void)one_atom("pbc=T", ""); }), HasSubstr("needs a Lattice"));
}

TEST(Extxyz, UnknownColumnsAreNotedAndAtomicNumbersRead) {
  const TemporaryFolder folder;
  const std::string path = folder.file(
      "a.xyz",
      "1\nProperties=Z:I:1:pos:R:3:magmoms:R:1:tags:I:2:force:R:3\n11 0 0 0 9.5 1 2 1 2 3\n");
  const auto reader = open_frames(path);
  const auto frame = reader->next();
  EXPECT_EQ(frame->species.name(0), "Na");
  EXPECT_EQ(frame->labels.forces[0], (Vec3{1, 2, 3}));
  EXPECT_THAT(reader->notes(), ElementsAre(HasSubstr("'magmoms'"), HasSubstr("'tags'")));
}

TEST(Extxyz, ErrorsNameFileLineAndValue) {
  const TemporaryFolder folder;
  const auto error = [&](const std::string& text) {
    return read_error(folder.file("b.xyz", text));
  };
  const std::string head = "2\nProperties=species:S:1:pos:R:3\n";
  EXPECT_THAT(
      error("two\n\n"),
      HasSubstr("b.xyz:1: the first line of a frame is the number of its atoms, not 'two'"));
  EXPECT_THAT(error("0\n\n"), HasSubstr("b.xyz:1:"));
  EXPECT_THAT(error(head + "Na 0 0 0\n"), HasSubstr("2 atoms are announced, 1 are there"));
  EXPECT_THAT(error(head + "Na 0 0 0\nNa 0 nan 0\n"),
              HasSubstr("b.xyz:4: column 'pos' of atom 2 is 'nan', but a finite number is needed"));
  EXPECT_THAT(error(head + "Na 0 0 0\nNa 0 0\n"),
              HasSubstr("b.xyz:4: the line of atom 2 ends before column 'pos'"));
  EXPECT_THAT(error(head + "Na 0 0 0 7\nNa 0 0 0\n"),
              HasSubstr("b.xyz:3: the line of atom 1 has more"));
  EXPECT_THAT(error("1\nProperties=species:S:1:pos:R:2\nNa 0 0"),
              HasSubstr("b.xyz:2: property 'pos' is R:2, but R:3"));
  EXPECT_THAT(error("1\nProperties=species:S:1:force:R:3\nNa 0 0 0"), HasSubstr("lacks pos"));
  EXPECT_THAT(error("1\nLattice=\"1 0 0 0 1 0 0 0 -1\"\nNa 0 0 0"), HasSubstr("b.xyz:2: cell"));
  EXPECT_THAT(error("1\nLattice=\"1 0 0 0 1 0 0 0 1\nNa 0 0 0"),
              HasSubstr("b.xyz:2: the \" of column 9 is not closed"));
  EXPECT_THAT(error("1\nenergy=1 energy=2\nNa 0 0 0"), HasSubstr("b.xyz:2"));
  EXPECT_THAT(error("1\nProperties=species:S:1:pos:R:3 energy=high\nNa 0 0 0"),
              HasSubstr("energy=high is no finite number"));
  EXPECT_THAT(error(""), HasSubstr("holds no frame"));
}

TEST(Extxyz, AHugeCountEndsInAnErrorNotInAnAllocation) {
  const TemporaryFolder folder;
  EXPECT_THAT(read_error(folder.file("b.xyz", "999999999999999\n\nNa 0 0 0\n")),
              HasSubstr("1 are there"));
}

TEST(Extxyz, AFailedWriteLeavesTheOldFile) {
  const TemporaryFolder folder;
  folder.file("a.xyz", "old");
  RandomStream random(3, "extxyz-test");
  std::vector<Frame> frames = {random_frame(random, 3, {}), random_frame(random, 3, {})};
  frames[1].positions[2][0] = NAN;
  EXPECT_THAT(error_of([&] { write_frames(folder / "a.xyz", frames); }),
              HasSubstr("positions of atom 3"));
  frames[1].positions[2][0] = 0;
  frames[1].info["virial"] = "x";
  EXPECT_THAT(error_of([&] { write_frames(folder / "a.xyz", frames); }),
              HasSubstr("'virial' has a meaning"));
  EXPECT_EQ(text_of(folder / "a.xyz"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder / ""), {}), 1);
}

}  // namespace
}  // namespace vitrion::formats
