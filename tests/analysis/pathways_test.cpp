// Pathways: densities whose percolation is known, planted voids, paths and clusters.
#include "analysis/pathways.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>

#include "analysis/space_records.hpp"
#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

/// Ions whose places frame by frame are said by a function.
Trajectory ions(std::size_t n, std::size_t frames, const Mat3& cell,
                const std::function<Vec3(std::size_t, std::size_t)>& place) {
  Trajectory t;
  t.species.names = {"Na"};
  t.species.of_atom.assign(n, 0);
  t.reference_cell = cell;
  t.positions.resize(3 * n * frames);
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f));
    t.volumes.push_back(determinant(cell));
  }
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t f = 0; f < frames; ++f) {
      const Vec3 r = place(i, f);
      for (std::size_t a = 0; a < 3; ++a) t.positions[(3 * i + a) * frames + f] = r[a];
    }
  return t;
}

std::vector<std::size_t> all_of(const Trajectory& t) {
  std::vector<std::size_t> all(t.atoms());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return all;
}

const Mat3 skewed{{{10, 0, 0}, {2, 9, 0}, {-1, 1.5, 11}}};

TEST(DensityGrid, OneVisitIsAGaussianOfUnitIntegral) {
  const Vec3 at = Vec3{0.25, 0.5, 0.75} * skewed;
  const Trajectory t = ions(1, 1, skewed, [&](std::size_t, std::size_t) { return at; });
  DensityGridOptions o;
  o.spacing = 0.25;
  o.smoothing = 0.5;
  const DensityGrid g = density_grid(t, all_of(t), o);
  const double volume = determinant(skewed);
  EXPECT_NEAR(g.mean() * volume, 1, 1e-6);
  const auto [n0, n1, n2] = g.size;
  const structures::Cell cell(skewed);
  // The visit goes to the nearest point of the grid.
  const Vec3 point = Vec3{std::round(0.25 * static_cast<double>(n0)) / static_cast<double>(n0),
                          std::round(0.5 * static_cast<double>(n1)) / static_cast<double>(n1),
                          std::round(0.75 * static_cast<double>(n2)) / static_cast<double>(n2)} *
                     skewed;
  for (std::size_t i = 0; i < n0; i += 3)
    for (std::size_t j = 0; j < n1; j += 3)
      for (std::size_t k = 0; k < n2; k += 3) {
        const Vec3 r = Vec3{static_cast<double>(i) / static_cast<double>(n0),
                            static_cast<double>(j) / static_cast<double>(n1),
                            static_cast<double>(k) / static_cast<double>(n2)} *
                       skewed;
        const double d2 = norm2(cell.minimum_image(r - point));
        // 1e-4 of the peak: a spacing of half the smoothing.
        EXPECT_NEAR(g.value[(i * n1 + j) * n2 + k], g.one_visit * std::exp(-d2 / 0.5),
                    1e-4 * g.one_visit);
      }
}

TEST(DensityGrid, AUniformDensityPercolatesAtAboutItsMean) {
  RandomStream random(3, "uniform");
  const Trajectory t = ions(100, 1000, skewed, [&](std::size_t, std::size_t) {
    return Vec3{random.uniform(), random.uniform(), random.uniform()} * skewed;
  });
  DensityGridOptions o;
  o.smoothing = 1;
  const DensityGrid g = density_grid(t, all_of(t), o);
  const Percolation p = density_percolation(g);
  // 100 visits a cubic A, each spread over (2 sqrt(pi))^3 = 45 of them: rho varies by 1.5 %. A
  // random field percolates where a sixth of space is over the level, one s.d. over the mean.
  for (const auto& axis : p.axes) {
    ASSERT_TRUE(axis.has_value());
    EXPECT_GT(*axis / g.mean(), 0.97);
    EXPECT_LT(*axis / g.mean(), 1.05);
  }
}

TEST(DensityGrid, ASlabPercolatesAlongTwoAxesOnly) {
  RandomStream random(4, "slab");
  const Trajectory t = ions(50, 400, skewed, [&](std::size_t, std::size_t) {
    return Vec3{random.uniform(), random.uniform(), random.uniform(0.2, 0.5)} * skewed;
  });
  const Percolation p = density_percolation(density_grid(t, all_of(t), {}));
  EXPECT_TRUE(p.axes[0].has_value());
  EXPECT_TRUE(p.axes[1].has_value());
  EXPECT_FALSE(p.axes[2].has_value());
}

TEST(DensityGrid, AThinChannelPercolatesAlongItsOwnAxisAcrossTheFaces) {
  const Trajectory t = ions(1, 2000, 12 * identity3(), [&](std::size_t, std::size_t f) {
    return Vec3{11.9, 0.006 * static_cast<double>(f), 6};
  });
  const DensityGrid g = density_grid(t, all_of(t), {});
  const Percolation p = density_percolation(g);
  EXPECT_FALSE(p.axes[0].has_value());
  ASSERT_TRUE(p.axes[1].has_value());
  EXPECT_FALSE(p.axes[2].has_value());
  // A line of 1/12 ions per A, Gaussian across: its ridge is (1/12) / (2 pi 0.4^2), to the bins'
  // unevenness of 2000 visits in 24 and the ridge lying off the grid by 0.1 A (3 %).
  EXPECT_NEAR(*p.axes[1], 1 / 12.0 / (2 * M_PI * 0.16), 0.06 / (12 * 2 * M_PI * 0.16));
}

TEST(DensityGrid, IonsThatRattleOnTheirSitesHaveNoWayRound) {
  RandomStream random(5, "sites");
  const Trajectory t = ions(27, 200, 15 * identity3(), [&](std::size_t i, std::size_t) {
    return Vec3{5.0 * static_cast<double>(i % 3) + 0.2 * random.normal(),
                5.0 * static_cast<double>(i / 3 % 3) + 0.2 * random.normal(),
                5.0 * static_cast<double>(i / 9) + 0.2 * random.normal()};
  });
  const Pathways p = pathways({pathways_of_run(t, {}, std::nullopt)}, {});
  EXPECT_EQ(*p.level.value, 0);
  EXPECT_EQ(*p.percolating_volume.value, 0);
  EXPECT_FALSE(p.crossings.has_value());
  EXPECT_TRUE(p.cluster_size.is_refused());  // a twentieth of 27 is one
}

TEST(Void, PathsThroughItAreToldFromThoseAroundItAndThoseThatTurnBack) {
  const std::size_t frames = 101;
  const Void hole{{{0.5, 0.5, 0.5}}, 4};
  const Mat3 cell = 20 * identity3();
  const Trajectory t = ions(6, frames, cell, [&](std::size_t i, std::size_t f) {
    const double way = static_cast<double>(f) / 100;
    switch (i) {
      case 0:
        return Vec3{20 * way, 10, 10.5};  // through the middle
      case 1:
        return Vec3{20 * way, 15, 10};  // past it
      case 2:
        return Vec3{4 + 6 * (1 - std::abs(2 * way - 1)), 10, 10};  // in to the middle and back
      case 3:
        return Vec3{20 * way, 13.5, 10};  // through the rim
      case 4:
        return Vec3{way < 0.5 ? 5.0 : 15.0, 10, 11};  // in one step
      default:
        return Vec3{10 + 20 * way, 10, 10};  // from the middle out, round the cell and back to it
    }
  });
  const VoidPassage v = void_passage(t, "Na", hole);
  EXPECT_THAT(v.visitors, testing::ElementsAre(0, 2, 4, 5));
  EXPECT_THAT(v.crossers, testing::ElementsAre(0, 4));
  const Pathways p = pathways({pathways_of_run(t, {}, hole), pathways_of_run(t, {}, hole)}, {});
  EXPECT_EQ(*p.crossings->value, 2);
  EXPECT_NEAR(p.crossings->low, 1.0899 / 2, 1e-3);  // Garwood's limits of four events
  EXPECT_NEAR(p.crossings->high, 10.2416 / 2, 1e-3);
}

TEST(Void, ThePlantedOneIsFound) {
  RandomStream random(6, "planted");
  const Mat3 box = 20 * identity3();
  const structures::Cell cell(box);
  const Vec3 centre{6, 14, 3};
  std::vector<Vec3> places;
  while (places.size() < 700) {
    const Vec3 r{random.uniform(0, 20), random.uniform(0, 20), random.uniform(0, 20)};
    if (norm(cell.minimum_image(r - centre)) > 5 + 1.02) places.push_back(r);
  }
  const Trajectory t =
      ions(places.size(), 1, box, [&](std::size_t i, std::size_t) { return places[i]; });
  const Void hole = void_at_start(t);
  EXPECT_LT(norm(cell.minimum_image(cell.cartesian(hole.centre) - centre)), 1.0);
  // No smaller than what was left out, and with ions all around not much larger.
  EXPECT_GE(hole.radius, 5);
  EXPECT_LT(hole.radius, 6);
}

TEST(MobileClusters, IonsThatMoveTogetherAreOneCluster) {
  // Ten of 200 ions stand in a row 3 A apart and move; the others stay.
  RandomStream random(8, "clusters");
  const Mat3 cell = 60 * identity3();
  std::vector<Vec3> start(200);
  for (std::size_t i = 0; i < start.size(); ++i)
    start[i] = i < 10 ? Vec3{3.0 * static_cast<double>(i), 30, 30}
                      : Vec3{random.uniform(0, 60), random.uniform(0, 60), random.uniform(0, 20)};
  const Trajectory t = ions(200, 60, cell, [&](std::size_t i, std::size_t f) {
    return start[i] + (i < 10 ? Vec3{0, 0.02 * static_cast<double>(f), 0} : Vec3{});
  });
  PathwayOptions o;
  const MobileClusters c = mobile_clusters(t, all_of(t), 6, o);
  ASSERT_EQ(c.size.size(), 20U);
  for (const double size : c.size) EXPECT_DOUBLE_EQ(size, 10);
  EXPECT_LT(std::accumulate(c.random.begin(), c.random.end(), 0.0) / 20, 3);
}

TEST(Pathways, ARecordHoldsCappedPathsOverAllDisplacements) {
  const Trajectory t = ions(200, 300, 15 * identity3(), [&](std::size_t i, std::size_t f) {
    return Vec3{
        0.075 * static_cast<double>(i) + 1e-4 * static_cast<double>(i) * static_cast<double>(f), 3,
        3};
  });
  PathwayOptions o;
  o.most_paths = 20;
  o.most_points = 30;
  const Pathways p = pathways({pathways_of_run(t, o, std::nullopt)}, o);
  const nlohmann::json j = to_json(p);
  EXPECT_EQ(j["runs"][0]["paths"].size(), 20U);
  EXPECT_EQ(j["runs"][0]["paths"][0]["points"].size(), 30U);
  EXPECT_EQ(j["runs"][0]["displacements"].size(), 200U);
  EXPECT_EQ(j["runs"][0]["paths"][0]["ion"], 199);
  EXPECT_LT(j["runs"][0]["paths"][19]["displacement"],
            j["runs"][0]["paths"][0]["displacement"].get<double>() / 10);
  EXPECT_TRUE(j["void"].is_null());
  const std::string csv = to_csv(p);
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 1 + 20 * 30);
}

TEST(Pathways, TooLittleIsNamed) {
  const Trajectory t =
      ions(3, 4, 15 * identity3(), [](std::size_t, std::size_t) { return Vec3{}; });
  EXPECT_THROW((void)pathways_of_run(t, {}, std::nullopt), InputError);
  const Trajectory u =
      ions(3, 20, 15 * identity3(), [](std::size_t, std::size_t) { return Vec3{}; });
  PathwayOptions o;
  o.species = "Li";
  EXPECT_THROW((void)pathways_of_run(u, o, std::nullopt), InputError);
  o.species = "Na";
  o.grid.smoothing = 0;
  EXPECT_THROW((void)pathways_of_run(u, o, std::nullopt), InputError);
}

}  // namespace
}  // namespace vitrion::analysis
