// Rings of networks whose rings are known: cristobalite, a P4O10 cage, edge-sharing tetrahedra.
#include "analysis/rings.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/crystals.hpp"
#include "base/error.hpp"

namespace vitrion::analysis {
namespace {

Mat3 cube(double a) {
  return a * identity3();
}

/// P on the diamond lattice with an O in the middle of each bond of 3.1 A: ideal cristobalite.
structures::Frame cristobalite(int n) {
  const double a = 3.1 * 4 / std::sqrt(3.0);
  std::vector<Site> sites;
  for (const Vec3& f : {Vec3{0, 0, 0}, Vec3{0, 0.5, 0.5}, Vec3{0.5, 0, 0.5}, Vec3{0.5, 0.5, 0}}) {
    sites.push_back({"P", f});
    sites.push_back({"P", f + Vec3{0.25, 0.25, 0.25}});
    for (const Vec3& d : {Vec3{1, 1, 1}, Vec3{1, -1, -1}, Vec3{-1, 1, -1}, Vec3{-1, -1, 1}})
      sites.push_back({"O", f + 0.125 * d});
  }
  return crystal(cube(a), sites, n);
}

RingOptions by(RingCriterion criterion) {
  RingOptions options;
  options.criterion = criterion;
  return options;
}

// Diamond has twelve six-membered rings through each atom, so two an atom, and no other shortest
// ring; all atoms are alike.
TEST(Rings, CristobaliteHasTwoSixMemberedOnesAnAtom) {
  const structures::Frame frame = cristobalite(2);  // 64 P
  for (const RingCriterion criterion : {RingCriterion::king, RingCriterion::guttman}) {
    const RingCounts rings = count_rings(frame, by(criterion));
    ASSERT_EQ(rings.of_size.size(), 1U);
    EXPECT_EQ(rings.of_size.at(6), 2 * 64);
    EXPECT_EQ(rings.formers_in_rings, 64);
  }
}

// A cell of one unit of diamond is four bonds wide: its shortest closed paths meet their own
// images, and those are no rings.
TEST(Rings, PathsThatMeetTheirImagesAreNone) {
  for (const auto& [members, count] :
       count_rings(cristobalite(1), by(RingCriterion::guttman)).of_size)
    EXPECT_EQ(members, 6U) << count;
}

/// P4O10: a tetrahedron of P with an O on each edge; the terminal O close no ring.
structures::Frame cage() {
  structures::Frame f;
  f.cell = structures::Cell(cube(20));
  f.species.names = {"P", "O"};
  const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
  const auto add = [&](int kind, const Vec3& r) {
    f.species.of_atom.push_back(kind);
    f.positions.push_back(Vec3{10, 10, 10} + r);
  };
  for (const Vec3& c : corners) {
    add(0, c);
    add(1, 1.85 * c);
  }
  for (int i = 0; i < 4; ++i)
    for (int j = i + 1; j < 4; ++j) {
      const Vec3 middle = 0.5 * (corners[i] + corners[j]);
      add(1, 1.5 * middle);
    }
  return f;
}

// By King each of the four faces is a ring of three, and each of the twelve pairs of neighbours of
// a P lies on one; the rings of four around the cage are no shortest paths.
TEST(Rings, ACageHasItsFourFaces) {
  for (const RingCriterion criterion : {RingCriterion::king, RingCriterion::guttman}) {
    const RingCounts rings = count_rings(cage(), by(criterion));
    ASSERT_EQ(rings.of_size.size(), 1U);
    EXPECT_EQ(rings.of_size.at(3), 4);
    EXPECT_EQ(rings.formers_in_rings, 4);
  }
}

/// A P2S6 of two tetrahedra that share an edge across the face of the cell, and a P2S7 that shares
/// a corner: one ring of two, and none.
structures::Frame edge_and_corner() {
  structures::Frame f;
  f.cell = structures::Cell(cube(24));
  f.species.names = {"P", "S"};
  const auto add = [&](int kind, const Vec3& r) {
    f.species.of_atom.push_back(kind);
    f.positions.push_back(r);
  };
  for (const double side : {-1.0, 1.0}) {
    add(0, {1.45 * side, 6, 6});
    add(1, {0, 6, 6 + 1.45 * side});
    add(1, {2.4 * side, 7.7, 6});
    add(1, {2.4 * side, 4.3, 6});
    add(0, {12 + 1.75 * side, 16, 16});
    add(1, {12 + 2.9 * side, 17.6, 16});
    add(1, {12 + 2.9 * side, 14.4, 16});
    add(1, {12 + 1.75 * side, 16, 18});
  }
  add(1, {12, 17, 16});
  return f;
}

TEST(Rings, ASharedEdgeIsARingOfTwo) {
  std::vector<RingSeries> runs(2);
  for (RingSeries& run : runs)
    for (int k = 0; k < 3; ++k) run.add(edge_and_corner());
  const Rings r = rings(runs);
  ASSERT_EQ(r.sizes.size(), 1U);
  EXPECT_EQ(r.sizes[0].members, 2U);
  EXPECT_EQ(*r.sizes[0].count.value, 1);
  EXPECT_EQ(*r.sizes[0].per_P.value, 0.25);
  EXPECT_EQ(*r.in_rings.value, 0.5);
  EXPECT_EQ(r.frames, 6U);
}

TEST(Rings, LongerOnesThanAskedAreNotLookedFor) {
  RingOptions options;
  options.longest = 5;
  EXPECT_TRUE(count_rings(cristobalite(2), options).of_size.empty());
  options.longest = 1;
  EXPECT_THROW((void)count_rings(cage(), options), InputError);
  structures::Frame open = cage();
  open.cell.reset();
  EXPECT_THROW((void)count_rings(open, {}), InputError);
}

}  // namespace
}  // namespace vitrion::analysis
