// Species and frames: names and types, formulas, densities, elements.
#include "structures/frame.hpp"

#include <gmock/gmock.h>

#include "base/error.hpp"
#include "structures/elements.hpp"

namespace vitrion::structures {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const Species salt{{"Na", "S", "O"}, {0, 0, 1, -1}};

TEST(Species, NamesCountsAndFormula) {
  EXPECT_EQ(salt.find("S"), 1);
  EXPECT_EQ(salt.find("P"), -1);
  EXPECT_EQ(salt.name(2), "S");
  EXPECT_THAT(salt.counts(), ElementsAre(2, 1, 0));  // padding counts nowhere
  EXPECT_EQ(formula(salt), "Na2 S1");
}

TEST(Species, MappingKeepsNamesAndPadding) {
  const Species mapped = salt.mapped_to({"O", "P", "S", "Na"});
  EXPECT_THAT(mapped.of_atom, ElementsAre(3, 3, 2, -1));
  EXPECT_EQ(mapped.name(0), "Na");
  // O is a name without atoms, so a target without it is no error; one without S is.
  EXPECT_THAT(salt.mapped_to({"Na", "S"}).of_atom, ElementsAre(0, 0, 1, -1));
  try {
    (void)salt.mapped_to({"Na", "O"});
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("'S' is not one of: Na O"));
  }
}

TEST(Frame, DensityOfRockSalt) {
  // NaCl, a = 5.6402 A: 2.163 g/cm3 (CRC Handbook, 2.17).
  Frame frame;
  frame.cell.emplace(Mat3{{{5.6402, 0, 0}, {0, 5.6402, 0}, {0, 0, 5.6402}}});
  frame.species = {{"Na", "Cl"}, {0, 0, 0, 0, 1, 1, 1, 1}};
  frame.positions.resize(8);
  EXPECT_NEAR(density(frame), 2.163, 0.001);
  Frame open = frame;
  open.cell.reset();
  EXPECT_THROW((void)density(open), InputError);
  frame.species.names[0] = "X";
  EXPECT_THROW((void)density(frame), InputError);
}

TEST(Elements, SymbolsAndMasses) {
  EXPECT_EQ(atomic_number("H"), 1);
  EXPECT_EQ(atomic_number("Na"), 11);
  EXPECT_EQ(atomic_number("Og"), 118);
  EXPECT_EQ(atomic_number("na"), std::nullopt);
  for (int z = 1; z <= 118; ++z) EXPECT_EQ(atomic_number(symbol_of(z)), z);
  EXPECT_EQ(standard_mass("S"), 32.06);  // IUPAC 2021, abridged
  EXPECT_EQ(standard_mass("Tc"), std::nullopt);
}

}  // namespace
}  // namespace vitrion::structures
