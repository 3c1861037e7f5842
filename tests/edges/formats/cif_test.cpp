// CIF: symmetry expanded to the multiplicities of the International Tables, partial occupancy
// refused.
#include <gmock/gmock.h>

#include "places.hpp"
#include "support.hpp"

namespace vitrion::formats {
namespace {

using testing::HasSubstr;

const std::string data = VITRION_TEST_DATA "/edges/formats/data/";

Frame read(const std::string& text) {
  const TemporaryFolder folder;
  return read_frames(folder.file("a.cif", text))[0];
}

std::string cell(double a, double c) {
  return "data_x\n_cell_length_a " + std::to_string(a) + "(2)\n_cell_length_b " +
         std::to_string(a) + "\n_cell_length_c " + std::to_string(c) +
         "\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n";
}

const std::string atoms =
    "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";

TEST(Cif, ReadsWhatAseWrites) {
  const Frame frame = read_frames(data + "ase_p1.cif")[0];
  EXPECT_EQ(structures::formula(frame.species), "Na3 P1 S4");
  // ASE 3.22.1 printed lengths 6.1, 6.04152299, 6.77200118 with six digits.
  EXPECT_NEAR(frame.cell->lengths()[1], 6.04152299, 5e-6);
  EXPECT_NEAR(frame.cell->angles()[2], 77.57405713, 5e-5);
  EXPECT_NEAR(frame.cell->volume(), 230.336, 0.01);
}

TEST(Cif, SpaceGroupNameExpandsRockSalt) {
  // Fm-3m, Wyckoff 4a and 4b; nearest neighbours at a/2.
  const Frame frame = read(cell(5.64, 5.64) + "_symmetry_space_group_name_H-M 'F m -3 m'\n" +
                           atoms + "Na1 0 0 0\nCl1 0.5 0.5 0.5\n");
  EXPECT_EQ(structures::formula(frame.species), "Na4 Cl4");
  double nearest = 100;
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 4; j < 8; ++j)
      nearest = std::min(nearest,
                         norm(frame.cell->minimum_image(frame.positions[j] - frame.positions[i])));
  EXPECT_NEAR(nearest, 2.82, 1e-12);
}

TEST(Cif, SpecialPositionsOfTetragonalNa3PS4AreMerged) {
  // P-42_1c (114): 2a, 2b, 4d and 8e (International Tables A); a = 6.952, c = 7.076 A is t-Na3PS4.
  const std::string sites =
      atoms + "Na1 0 0.5 0.08\nNa2 0 0 0.5\nP1 0.00001 0 0\nS1 0.313 0.329 0.336\n";
  const Frame by_number = read(cell(6.952, 7.076) + "_space_group_IT_number 114\n" + sites);
  EXPECT_EQ(structures::formula(by_number.species), "Na6 P2 S8");
  const std::string operations =
      "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n-x,-y,z\ny,-x,-z\n-y,x,-z\n'x+1/2, -y+1/2, "
      "-z+1/2'\n"
      "'-x+1/2, y+1/2, -z+1/2'\n'y+1/2, x+1/2, z+1/2'\n'-y+1/2, -x+1/2, z+1/2'\n";
  const Frame by_operations = read(cell(6.952, 7.076) + operations + sites);
  EXPECT_EQ(structures::formula(by_operations.species), "Na6 P2 S8");
}

TEST(Cif, TypeSymbolsWithChargesAndSeveralBlocks) {
  const std::string block = cell(8, 8) + "_space_group_IT_number 1\n" + atoms +
                            "_atom_site_type_symbol\n" +
                            "A1 0 0 0 Na1+\nB2 0.5 0 0 S2-\nC3 0.5 0.5 0 D\n";
  const TemporaryFolder folder;
  std::string second = block;
  second.replace(0, 6, "data_y");
  const auto frames = read_frames(folder.file("a.cif", "data_empty\n_x 1\n" + block + second));
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_THAT(species_names(frames[1]), testing::ElementsAre("Na", "S", "H"));
}

TEST(Cif, RefusesWhatItCannotMean) {
  const std::string p1 = "_space_group_IT_number 1\n";
  const auto error = [&](const std::string& text) { return error_of([&] { (void)read(text); }); };
  EXPECT_THAT(
      error(cell(5, 5) + p1 + atoms + "_atom_site_occupancy\nNa1 0 0 0 1.0\nO1 0.5 0 0 0.50(2)\n"),
      HasSubstr("a.cif: data_x: atom O1 has occupancy 0.50(2)"));
  EXPECT_THAT(error(cell(5, 5) + atoms + "Na1 0 0 0\n"),
              HasSubstr("neither symmetry operations nor a space group"));
  EXPECT_THAT(error(cell(5, 5) + "_symmetry_space_group_name_H-M 'Q 9'\n" + atoms + "Na1 0 0 0\n"),
              HasSubstr("'Q 9' is no known space group"));
  EXPECT_THAT(error(cell(5, 5) + p1 + atoms + "Na1 0 ? 0\n"),
              HasSubstr("the coordinate '?' is no number"));
  EXPECT_THAT(error(cell(5, 5) + p1 + atoms + "Vac1 0 0 0\n"),
              HasSubstr("data_x: 'Vac1' names no element"));
  EXPECT_THAT(error("data_x\n_cell_length_a 5\n" + p1 + atoms + "Na1 0 0 0\n"),
              HasSubstr("is missing"));
  EXPECT_THAT(
      error(cell(5, 5) + "loop_\n_symmetry_equiv_pos_as_xyz\nx,y\n" + atoms + "Na1 0 0 0\n"),
      HasSubstr("a.cif: data_x"));
  EXPECT_THAT(
      error(cell(5, 5) + "_space_group_IT_number 225\n" + atoms + "Na1 0 0 0\nS1 0.5 0.5 0\n"),
      HasSubstr("stand at one place"));
  EXPECT_THAT(error("data_x\nloop_\n_a\n_b\n1 2 3\n"), HasSubstr("a.cif:"));
  EXPECT_THAT(error("data_x\n_a 1\n"), HasSubstr("holds no frame"));
}

TEST(Cif, WritesP1WithAllDigits) {
  const TemporaryFolder folder;
  RandomStream random(1, "cif-test");
  const std::vector<Frame> frames = {random_frame(random, 5, {.lower_triangular = true}),
                                     random_frame(random, 8, {.lower_triangular = true})};
  write_frames(folder / "a.cif", frames);
  const auto back = read_frames(folder / "a.cif");
  ASSERT_EQ(back.size(), 2U);
  for (std::size_t k = 0; k < 2; ++k) {
    EXPECT_EQ(species_names(back[k]), species_names(frames[k]));
    for (std::size_t i = 0; i < frames[k].size(); ++i)
      EXPECT_LT(norm(back[k].positions[i] - frames[k].positions[i]),
                1e-13);  // through fractions and angles
  }
}

}  // namespace
}  // namespace vitrion::formats
