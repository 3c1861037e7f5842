// Prototypes expanded: atoms in a cell, densities and shortest bonds as their sources give them;
// perturbation and substitution.
#include "structures/prototypes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/random.hpp"
#include "structures/neighbours.hpp"
#include "structures/perturbation.hpp"

namespace vitrion::structures {
namespace {

double shortest(const Frame& frame, const std::string& a, const std::string& b) {
  const NeighbourList list = neighbour_list(frame.cell, frame.positions, 5.0);
  double least = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < list.centres(); ++i)
    for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k)
      if (frame.species.name(i) == a &&
          frame.species.name(static_cast<std::size_t>(list.index[k])) == b)
        least = std::min(least, norm(list.displacement[k]));
  return least;
}

struct Expected {
  std::string name, formula;
  double density;  ///< g/cm3; 0: none is quoted
  std::string a, b;
  double bond;  ///< A
};

// Atom counts from the multiplicities of the sites; densities and bonds as quoted with the cells.
TEST(Prototypes, HaveTheAtomsDensitiesAndBondsOfTheirSources) {
  for (const Expected& e :
       std::vector<Expected>{{"na2s", "S4 Na8", 1.86, "Na", "S", 2.83},
                             {"na2s_pnma", "Na8 S4", 0, "Na", "S", 2.54},
                             {"na2s_ni2in", "Na4 S2", 0, "Na", "S", 2.53},
                             {"na2s2", "Na4 S4", 2.049, "S", "S", 2.158},
                             {"na2s4", "Na16 S32", 2.132, "S", "S", 2.061},
                             {"na2s5", "Na8 S20", 2.110, "S", "S", 2.061},
                             {"na2s5_pba2", "Na4 S10", 0, "S", "S", 2.006},
                             {"p2o5", "P8 O20", 2.928, "P", "O", 1.437},
                             {"p2s5", "P8 S20", 2.109, "P", "S", 1.894},
                             {"na3ps4_tetragonal", "Na6 P2 S8", 2.205, "P", "S", 2.05},
                             {"na3ps4_cubic", "Na6 P2 S8", 0, "P", "S", 2.05},
                             {"na3po4", "Na24 P8 O32", 2.714, "P", "O", 1.53},
                             {"s_alpha", "S128", 0, "S", "S", 2.05},
                             {"o2_alpha", "O4", 0, "O", "O", 1.21},
                             {"so2", "S4 O8", 0, "S", "O", 1.428},
                             {"na_bcc", "Na2", 0, "Na", "Na", 4.29 * std::sqrt(3) / 2},
                             {"na_hcp", "Na2", 0, "Na", "Na", 3.767}}) {
    const Frame frame = expand(prototype(e.name));
    EXPECT_EQ(formula(frame.species), e.formula) << e.name;
    // Quoted to three digits behind the point; masses of other years differ in the fourth.
    if (e.density > 0) {
      EXPECT_NEAR(density(frame), e.density, 0.006) << e.name;
    }
    // Bonds are quoted to one or two hundredths; those of Na3PO4 spread over 1.52 to 1.56.
    EXPECT_NEAR(shortest(frame, e.a, e.b), e.bond, e.name == "na3po4" ? 0.04 : 0.025) << e.name;
  }
  EXPECT_EQ(prototypes().size(), 17u);
}

TEST(Prototypes, SulfurHasTwoNeighboursInItsRings) {
  const Frame s = expand(prototype("s_alpha"));
  const NeighbourList list = neighbour_list(s.cell, s.positions, 2.4);
  for (std::size_t i = 0; i < list.centres(); ++i) EXPECT_EQ(list.first[i + 1] - list.first[i], 2u);
}

TEST(Prototypes, SulfurDioxideHasItsAngle) {
  const Frame f = expand(prototype("so2"));
  const NeighbourList list = neighbour_list(f.cell, f.positions, 1.6);
  for (std::size_t i = 0; i < list.centres(); ++i) {
    if (f.species.name(i) != "S") continue;
    ASSERT_EQ(list.first[i + 1] - list.first[i], 2u);
    const Vec3 &a = list.displacement[list.first[i]], &b = list.displacement[list.first[i] + 1];
    EXPECT_NEAR(std::acos(dot(a, b) / norm(a) / norm(b)) * 180 / std::acos(-1.0), 119.1, 0.2);
  }
}

TEST(Prototypes, AWrongNameIsToldTheNearest) {
  try {
    (void)prototype("na3ps4_cubc");
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), testing::HasSubstr("did you mean 'na3ps4_cubic'?"));
  }
}

TEST(Prototypes, SupercellsKeepDensityAndBonds) {
  const Frame one = expand(prototype("na3ps4_tetragonal"));
  const Frame big = supercell(one, {2, 1, 3});
  EXPECT_EQ(big.size(), 6 * one.size());
  EXPECT_NEAR(density(big), density(one), 1e-12);
  EXPECT_NEAR(shortest(big, "P", "S"), shortest(one, "P", "S"), 1e-12);
  EXPECT_NEAR(density(scaled(one, 1.05)) * std::pow(1.05, 3), density(one), 1e-12);
}

TEST(Perturbation, StaysInsideItsBoundsAndUsesThem) {
  const Frame frame = expand(prototype("na3ps4_cubic"));
  PerturbOptions options;
  double largest_diagonal = 0, largest_beside = 0, farthest = 0;
  for (std::uint64_t k = 0; k < 300; ++k) {
    RandomStream random(1, "perturb", k);
    const Frame copy = perturbed(frame, options, random);
    // rows' = rows (1 + E)
    for (std::size_t a = 0; a < 3; ++a)
      for (std::size_t b = 0; b < 3; ++b) {
        const double e = copy.cell->rows()[a][b] / frame.cell->rows()[a][a] - (a == b ? 1.0 : 0.0);
        (a == b ? largest_diagonal : largest_beside) =
            std::max(a == b ? largest_diagonal : largest_beside, std::abs(e));
      }
    EXPECT_NEAR(copy.cell->rows()[0][1], copy.cell->rows()[1][0], 1e-12) << "no rotation";
    for (std::size_t i = 0; i < frame.size(); ++i)
      farthest = std::max(farthest,
                          norm(copy.positions[i] -
                               copy.cell->cartesian(frame.cell->fractional(frame.positions[i]))));
  }
  // 900 draws on each: the chance that none comes within 2 % of the bound is 0.98^900 < 2e-8.
  EXPECT_LE(largest_diagonal, 0.03);
  EXPECT_GT(largest_diagonal, 0.98 * 0.03);
  EXPECT_LE(largest_beside, 0.015);
  EXPECT_GT(largest_beside, 0.98 * 0.015);
  EXPECT_LE(farthest, 0.01 + 1e-12);
  EXPECT_GT(farthest, 0.98 * 0.01);
}

TEST(Perturbation, OneStreamGivesOneCopy) {
  const Frame frame = expand(prototype("na2s"));
  RandomStream a(7, "perturb", 3), b(7, "perturb", 3), c(7, "perturb", 4);
  const Frame x = perturbed(frame, {}, a), y = perturbed(frame, {}, b), z = perturbed(frame, {}, c);
  EXPECT_EQ(x.positions, y.positions);
  EXPECT_NE(x.positions, z.positions);
}

TEST(Perturbation, ThatCannotKeepAtomsApartIsRefused) {
  const Frame frame = expand(prototype("p2o5"));
  PerturbOptions options;
  options.atoms = 1.9;
  options.min_distance = 0.99;
  RandomStream random(1, "perturb");
  EXPECT_THROW((void)perturbed(frame, options, random), InputError);
}

TEST(Substitution, MakesThePapersStartingCrystals) {
  const Frame frame = expand(prototype("na3ps4_tetragonal"));
  for (std::size_t n = 1; n <= 4; ++n) {
    RandomStream random(1, "substitute", n);
    const Frame made = substituted(frame, "P", "S", "O", n, 1.53, 2.5, random);
    EXPECT_EQ(made.species.counts()[static_cast<std::size_t>(made.species.find("O"))],
              static_cast<int>(2 * n));
    EXPECT_NEAR(shortest(made, "P", "O"), 1.53, 1e-9);
    if (n < 4) {
      EXPECT_NEAR(shortest(made, "P", "S"), shortest(frame, "P", "S"), 1e-9);
    }
  }
  RandomStream random(1, "substitute");
  EXPECT_THROW((void)substituted(frame, "P", "S", "O", 5, 1.53, 2.5, random), InputError);
  const Frame phosphate = expand(prototype("na3po4"));
  const Frame mixed = substituted(phosphate, "P", "O", "S", 1, 2.05, 1.9, random);
  EXPECT_NEAR(shortest(mixed, "P", "S"), 2.05, 1e-9);
}

}  // namespace
}  // namespace vitrion::structures
