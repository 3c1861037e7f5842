// Unit counts against hand-made numbers, and what is said of compositions that cannot be built.
#include "glass/composition.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <map>

#include "base/error.hpp"
#include "glass/packing.hpp"

namespace vitrion::glass {
namespace {

using ::testing::HasSubstr;

Recipe salts() {
  return Recipe::parse("Na3PS{4-x}O{x}", {"Na2S", "P2S5", "P2O5"});
}
Recipe ions() {
  return Recipe::parse("Na3PS{4-x}O{x}", {"Na", "PS{4-k}O{k}"});
}

TEST(Formula, ReadsLinearCounts) {
  const Formula f = parse_formula("Na3PS{4-x}O{x}", 'x');
  ASSERT_EQ(f.terms.size(), 4U);
  EXPECT_EQ(f.find("S")->constant, 4);
  EXPECT_EQ(f.find("S")->slope, -1);
  EXPECT_EQ(f.atoms(0.3), 8);
  EXPECT_EQ(f.largest_variable(), 4);
  EXPECT_EQ(parse_formula("Li{6-0.5x}S", 'x').find("Li")->slope, -0.5);
}

TEST(Formula, NamesThePlaceOfAMistake) {
  const auto refusal = [](const char* text) {
    try {
      (void)parse_formula(text, 'x');
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string("accepted");
  };
  EXPECT_EQ(refusal("Na3PX4"), "formula 'Na3PX4', character 5: 'X' is no element");
  EXPECT_THAT(refusal("Na{3-y}"), HasSubstr("a number or x was expected"));
  EXPECT_THAT(refusal("Na{3"), HasSubstr("the brace is not closed"));
}

// Luo et al. (DOI 10.1039/D4TA05071A): 1600 atoms, x = 0, 0.15, 0.30, 0.60; the counts are
// arithmetic.
TEST(Composition, GivesThePapersFourGlasses) {
  const std::vector<std::pair<double, std::vector<std::size_t>>> expected = {
      {0, {300, 100, 0}}, {0.15, {300, 94, 6}}, {0.30, {300, 88, 12}}, {0.60, {300, 76, 24}}};
  for (const auto& [x, counts] : expected) {
    const Composition c = compose(salts(), x, 1600, false);
    for (std::size_t u = 0; u < 3; ++u) EXPECT_EQ(c.units[u].count, counts[u]) << x;
  }
  const Composition c = compose(salts(), 0.15, 1600, false);
  EXPECT_EQ(c.elements.at("S"), 770U);
  EXPECT_EQ(c.elements.at("O"), 30U);
}

TEST(Composition, SaltsReachFiveKOverTwoN) {
  const std::vector<Composition> all = reachable(salts(), 8);  // 4 P2X5
  ASSERT_EQ(all.size(), 5U);
  for (std::size_t k = 0; k < all.size(); ++k)
    EXPECT_DOUBLE_EQ(all[k].x, 5.0 * static_cast<double>(k) / (2 * 4));
}

TEST(Composition, NamesTheNearestXAndSize) {
  try {
    (void)compose(salts(), 0.6, 256, false);
    FAIL() << "16 P2X5 reach 0.625, not 0.6";
  } catch (const InputError& e) {
    EXPECT_STREQ(
        e.what(),
        "x = 0.6 with 256 atoms cannot be built of Na2S, P2S5, P2O5: the nearest is x = 0.625 with "
        "256 "
        "atoms (48 Na2S + 12 P2S5 + 4 P2O5); x = 0.6 needs 400 atoms; --round takes the nearest");
  }
  const Composition c = compose(salts(), 0.6, 250, true);
  EXPECT_EQ(c.atoms, 256U);
  EXPECT_DOUBLE_EQ(c.x, 0.625);
}

TEST(Composition, IonsReachEveryOxygenCount) {
  const Composition c = compose(ions(), 0.625, 256, false);
  EXPECT_EQ(c.units[0].count, 96U);
  EXPECT_EQ(c.units[1].count, 32U);
  EXPECT_EQ(c.units[1].exchanged, 20U);
}

TEST(Composition, AThousandRandomOnesAreExactNeutralAndWithoutContacts) {
  RandomStream random(7, "compositions");
  int built = 0;
  while (built < 1000) {
    const Recipe recipe = random.uniform() < 0.5 ? salts() : ions();
    const std::vector<Composition> all = reachable(recipe, 1 + random.below(40));
    if (all.empty()) continue;  // salts make an even number of formula units
    const Composition& c = all[random.below(all.size())];
    const auto count = [&](const char* element) {
      const auto found = c.elements.find(element);
      return found == c.elements.end() ? std::size_t{0} : found->second;
    };
    ASSERT_EQ(count("P"), c.formula_units);
    ASSERT_EQ(count("Na"), 3 * count("P"));
    ASSERT_EQ(count("Na") + 5 * count("P"), 2 * (count("S") + count("O")));
    ASSERT_NEAR(static_cast<double>(count("O")), c.x * static_cast<double>(count("P")), 1e-9);
    const PackingPlan plan = plan_packing(c, 2.0, random);
    std::map<std::string, std::size_t> packed;
    for (const PackingPlan::Part& part : plan.parts) {
      for (const std::string& element : part.molecule.species) packed[element] += part.count;
      const std::vector<Vec3>& r = part.molecule.positions;
      for (std::size_t i = 0; i < r.size(); ++i)
        for (std::size_t j = 0; j < i; ++j) ASSERT_GT(norm(r[i] - r[j]), 1.4);  // A: a P-O bond
    }
    ASSERT_EQ(packed, c.elements);
    ++built;
  }
}

TEST(Composition, RefusesUnitsThatDoNotDecideTheirCounts) {
  EXPECT_THROW((void)Recipe::parse("Na3PS{4-x}O{x}", {"Na2S", "P2S5", "P2O5", "Na2O"}), InputError);
}

TEST(Packing, HoldsTheCompositionExactlyWithOxygenOnAnySite) {
  RandomStream random(3, "pack");
  const PackingPlan plan = plan_packing(compose(ions(), 0.625, 256, false), 2.0, random);
  std::size_t oxygen = 0;
  std::size_t atoms = 0;
  for (const auto& part : plan.parts) {
    atoms += part.count * part.molecule.species.size();
    for (const auto& element : part.molecule.species) oxygen += element == "O" ? part.count : 0;
  }
  EXPECT_EQ(atoms, 256U);
  EXPECT_EQ(oxygen, 20U);
  EXPECT_GT(plan.parts.size(), 3U)
      << "20 oxygens on 128 sites leave more than one kind of tetrahedron";
  // M = 32 * 218.546 g/mol less 0.025 * 32 * 16.06 (S for O): the box of 2 g/cm3 is 17.9 A wide.
  EXPECT_NEAR(plan.length, 17.96, 0.02);
}

TEST(Packing, ABoxSaysItsDensity) {
  RandomStream random(3, "box");
  const Composition c = compose(ions(), 0.625, 256, false);
  EXPECT_NEAR(plan_packing(c, density_in_box(c, 19.5), random).length, 19.5, 1e-9);
  // Na3PS4 of 200 units in 37891 A^3 has 2.00 g/cm3.
  EXPECT_NEAR(density_in_box(compose(ions(), 0, 1600, false), std::cbrt(37891.0)), 2.00, 0.0005);
  EXPECT_THROW((void)density_in_box(c, 0), InputError);
}

TEST(Packing, MoleculesHaveTheirBonds) {
  const Molecule salt = molecule_of(parse_formula("P2S5", 'k'));
  ASSERT_EQ(salt.species.size(), 7U);
  for (std::size_t i = 0; i < 7; ++i)
    for (std::size_t j = 0; j < i; ++j)
      EXPECT_GT(norm(salt.positions[i] - salt.positions[j]), 2.0)
          << i << " " << j;  // A: no contact
  EXPECT_EQ(molecule_of(parse_formula("PS{4-k}O{k}", 'k'), 1).name, "PS3O");
  EXPECT_THROW((void)molecule_of(parse_formula("P4S10", 'k')), InputError);
}

}  // namespace
}  // namespace vitrion::glass
