// Bonding of known structures, counted.
#include "learn/motifs.hpp"

#include <gtest/gtest.h>

#include "structures/prototypes.hpp"

namespace vitrion::learn {
namespace {

using structures::Cell;
using structures::Frame;

Frame molecule(const std::vector<std::pair<std::string, Vec3>>& atoms) {
  Frame f;
  f.cell = Cell(Mat3{{{20, 0, 0}, {0, 20, 0}, {0, 0, 20}}});
  f.species.names = {"Na", "P", "S", "O"};
  for (const auto& [name, r] : atoms) {
    f.species.of_atom.push_back(f.species.find(name));
    f.positions.push_back(r);
  }
  return f;
}

TEST(Motifs, Na3PS4HasWholeTetrahedraAndNothingElse) {
  const Motifs m = motifs_of(structures::expand(structures::prototype("na3ps4_tetragonal")));
  EXPECT_EQ(m.formers, 2U);
  EXPECT_EQ(m.anions, 8U);
  for (const std::size_t n : m.counts()) EXPECT_EQ(n, 0U);
}

// P4S10, the cage of P2S5: four phosphorus atoms, six bridging sulphur atoms of ten, no edge
// shared.
TEST(Motifs, P2S5IsCagesOfSharedCorners) {
  const Frame crystal = structures::expand(structures::prototype("p2s5"));
  const Motifs m = motifs_of(crystal);
  EXPECT_EQ(m.formers * 5, m.anions * 2);
  EXPECT_DOUBLE_EQ(m.shares()[2], 0.6);
  EXPECT_EQ(m.shared_edges, 0U);
  EXPECT_EQ(m.under + m.over + m.former_bonds + m.anion_bonds + m.free_anions, 0U);
}

TEST(Motifs, Na2S2HasOneBondBetweenItsTwoSulphurAtoms) {
  const Motifs m = motifs_of(structures::expand(structures::prototype("na2s2")));
  EXPECT_EQ(m.formers, 0U);
  EXPECT_DOUBLE_EQ(m.shares()[1], 0.5);
  EXPECT_EQ(m.free_anions, 0U);
}

// P2S6 as a dimer of tetrahedra with a common edge: P at +-1.45 A, two S between them, two more
// each.
TEST(Motifs, ASharedEdgeIsSeen) {
  const Motifs m = motifs_of(molecule({{"P", {10, 10, 8.55}},
                                       {"P", {10, 10, 11.45}},
                                       {"S", {11.5, 10, 10}},
                                       {"S", {8.5, 10, 10}},
                                       {"S", {10, 11.6, 7.3}},
                                       {"S", {10, 8.4, 7.3}},
                                       {"S", {10, 11.6, 12.7}},
                                       {"S", {10, 8.4, 12.7}}}));
  EXPECT_EQ(m.shared_edges, 1U);
  EXPECT_EQ(m.bridges, 2U);
  EXPECT_EQ(m.under + m.over, 0U);
  EXPECT_EQ(m.former_bonds, 0U);
}

// A P-P bond of 2.2 A with three S on one atom and two on the other, one S alone and one O alone.
TEST(Motifs, BondsOfFormersFreeAnionsAndUnusualNeighboursAreSeen) {
  const Motifs m = motifs_of(molecule({{"P", {10, 10, 10}},
                                       {"P", {10, 10, 12.2}},
                                       {"S", {11.9, 10, 9.3}},
                                       {"S", {9.05, 11.65, 9.3}},
                                       {"S", {9.05, 8.35, 9.3}},
                                       {"S", {11.9, 10, 12.9}},
                                       {"S", {9.05, 11.65, 12.9}},
                                       {"S", {3, 3, 3}},
                                       {"O", {3, 10, 3}},
                                       {"Na", {3, 10, 5.2}}}));
  EXPECT_EQ(m.former_bonds, 1U);
  EXPECT_EQ(m.free_anions, 2U);
  EXPECT_EQ(m.under, 1U);
  EXPECT_EQ(m.over, 0U);
  EXPECT_DOUBLE_EQ(m.shares()[0], 0.5);
}

}  // namespace
}  // namespace vitrion::learn
