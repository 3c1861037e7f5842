// Five hundred seeds each: how often the 95 % intervals of D hold the truth, and whether ions that
// do not diffuse are ever said to.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <functional>
#include <span>
#include <tuple>
#include <vector>

#include "analysis/conductivity.hpp"
#include "analysis/diffusion.hpp"
#include "analysis/msd.hpp"
#include "analysis/statistics.hpp"
#include "analysis/walkers.hpp"
#include "base/threads.hpp"

namespace vitrion::analysis {
namespace {

constexpr std::size_t seeds = 500;
constexpr double A2_per_ps = 1e-4;  // cm2/s

/// Results of one experiment for each seed, whatever the number of threads.
template <class Result>
std::vector<Result> for_each_seed(const std::string& name,
                                  const std::function<Result(RandomStream&)>& experiment) {
  std::vector<Result> results(seeds);
  ThreadPool pool(default_threads());
  pool.for_each(seeds, [&](std::size_t seed, std::size_t) {
    RandomStream random(seed, name);
    results[seed] = experiment(random);
  });
  return results;
}

struct Outcome {
  bool accepted = false;
  bool covered = false;
};

Outcome judge(const Estimate& D, double truth) {
  return {!D.is_refused(), !D.is_refused() && D.low <= truth && truth <= D.high};
}

/// 92 to 98 per cent of the accepted intervals cover. With a true coverage of 95 % the binomial of
/// 500 has a standard deviation of 1 %: three of them either way, a false alarm in 370 seeds; the
/// seeds are fixed.
void expect_coverage(const std::vector<Outcome>& outcomes, std::size_t fewest_accepted) {
  std::size_t accepted = 0;
  std::size_t covered = 0;
  for (const Outcome& o : outcomes) {
    accepted += o.accepted;
    covered += o.covered;
  }
  const double share = static_cast<double>(covered) / static_cast<double>(accepted);
  std::printf("covered: %zu of %zu accepted\n", covered, accepted);
  EXPECT_GE(accepted, fewest_accepted);
  EXPECT_GE(share, 0.92) << covered << " of " << accepted;
  EXPECT_LE(share, 0.98) << covered << " of " << accepted;
}

WalkerOptions hopping(double hops_per_ion) {
  WalkerOptions o;
  o.hop_rate = hops_per_ion / static_cast<double>(o.frames);
  o.rattle = 0.3;
  return o;
}

std::vector<Outcome> single_runs(const std::string& name, const WalkerOptions& o) {
  return for_each_seed<Outcome>(name, [&](RandomStream& random) {
    return judge(diffusion(walkers(o, random), "Na").D, true_D(o) * A2_per_ps);
  });
}

TEST(Coverage, BrownianWalkers) {
  WalkerOptions o;
  o.D = 0.05;
  expect_coverage(single_runs("brownian", o), 495);
}

TEST(Coverage, HoppingWalkers) {
  expect_coverage(single_runs("hopping", hopping(11)), 495);
}

TEST(Coverage, OneHopAnIon) {
  expect_coverage(single_runs("one hop", hopping(1.1)), 475);
}

TEST(Coverage, VibratingWalkersSampledFinely) {
  WalkerOptions o;
  o.ions = 80;
  o.frames = 600;
  o.dt = 0.05;
  o.D = 0.05;
  expect_coverage(for_each_seed<Outcome>("vibrating",
                                         [&](RandomStream& random) {
                                           Trajectory t = walkers(o, random);
                                           vibrate(t, 0.35, 12, 3, random);
                                           return judge(diffusion(t, "Na").D, o.D * A2_per_ps);
                                         }),
                  475);
}

/// A cage that is left before its plateau shows, with as much of the MSD in it as the ions diffuse
/// in two picoseconds: an intercept that a log-log slope alone would take for subdiffusion.
TEST(Coverage, WalkersThatRattleWithoutAPlateau) {
  WalkerOptions o;
  o.ions = 80;
  o.frames = 600;
  o.dt = 0.05;
  o.D = 0.3;
  expect_coverage(for_each_seed<Outcome>("soft cage",
                                         [&](RandomStream& random) {
                                           Trajectory t = walkers(o, random);
                                           vibrate(t, 0.35, 0, 3, random);
                                           return judge(diffusion(t, "Na").D, o.D * A2_per_ps);
                                         }),
                  475);
}

// Rattling that frames do not resolve and that is larger than what diffuses in thirty of them.
TEST(Coverage, WalkersThatRattleStronglyBetweenFrames) {
  WalkerOptions o;
  o.D = 0.05;
  o.rattle = 1.2;
  expect_coverage(single_runs("strong rattling", o), 495);
}

/// Five glasses whose true D are log-normal about one value; that value is what the paper's error
/// bars speak of.
std::vector<Outcome> glasses(double spread) {
  return for_each_seed<Outcome>("glasses", [&](RandomStream& random) {
    const WalkerOptions typical = hopping(11);
    ConductivityOptions options;
    options.temperature = 400;
    std::vector<ConductivityRun> runs;
    for (int glass = 0; glass < 5; ++glass) {
      WalkerOptions o = typical;
      o.hop_rate *= std::exp(spread * random.normal());
      runs.push_back(conductivity_of_run(walkers(o, random), options));
    }
    return judge(combine(std::move(runs), options).D, true_D(typical) * A2_per_ps);
  });
}

TEST(Coverage, FiveGlassesThatSpreadByTenPerCent) {
  expect_coverage(glasses(0.1), 490);
}
TEST(Coverage, FiveGlassesThatSpreadByTwentyPerCent) {
  expect_coverage(glasses(0.2), 490);
}
TEST(Coverage, FiveGlassesThatSpreadByThirtyPerCent) {
  expect_coverage(glasses(0.3), 490);
}

/// Relative spread of an estimate over the seeds, which has a relative error of 1 / sqrt(2 x 499) =
/// 3.2 % of its own.
struct Spreads {
  double D = 0;
  double D_paper = 0;
  double two_points = 0;  ///< of MSD / 6t of the last frame, from the first
  double ols_covered =
      0;  ///< share of the intervals of an ordinary straight line over its residuals
};

Spreads spreads(const std::string& name, const WalkerOptions& o) {
  struct One {
    double D, paper, two_points;
    bool covered;
  };
  const auto all = for_each_seed<One>(name, [&](RandomStream& random) {
    const Trajectory t = walkers(o, random);
    const Diffusion d = diffusion(t, "Na");
    std::vector<std::size_t> ions(o.ions);
    for (std::size_t i = 0; i < o.ions; ++i) ions[i] = i;
    const std::vector<double> msd = single_origin_msd(t, ions);
    const std::size_t from = o.frames / 2;
    const std::size_t to = o.frames * 95 / 100;
    const Line line = fit_line(std::span(t.times).subspan(from, to - from),
                               std::span(msd).subspan(from, to - from));
    return One{d.within.value, d.within_paper.value, msd.back() / (6 * t.times.back()),
               std::abs(line.slope / 6 - true_D(o)) < 1.96 * line.slope_error / 6};
  });
  const auto relative = [&](double One::*what) {
    std::vector<double> x;
    for (const One& one : all) x.push_back(one.*what);
    return standard_deviation(x) / mean(x);
  };
  Spreads s{relative(&One::D), relative(&One::paper), relative(&One::two_points), 0};
  for (const One& one : all) s.ols_covered += one.covered / static_cast<double>(all.size());
  std::printf("%s: D %.4f, paper %.4f, two points %.4f, OLS covers %.2f\n", name.c_str(), s.D,
              s.D_paper, s.two_points, s.ols_covered);
  return s;
}

// What the estimators of 600 ions over 2000 frames spread by was simulated when this project was
// designed: 6.3 % (paper's window), 3.33 % = sqrt(2 / 3N) (two points), 0.76 % (many origins, lags
// up to a tenth). Here are 60 ions, so sqrt(10) times that; three errors of a spread are 10 % of
// it.
TEST(Spread, OfBrownianWalkersIsThatOfTheEstimator) {
  WalkerOptions o;
  o.frames = 2000;
  o.D = 0.05;
  const Spreads s = spreads("spread", o);
  EXPECT_NEAR(s.D_paper, 0.063 * std::sqrt(10.0), 0.1 * 0.063 * std::sqrt(10.0));
  EXPECT_NEAR(s.two_points, std::sqrt(2.0 / 180), 0.1 * std::sqrt(2.0 / 180));
  EXPECT_LT(s.D, 0.0076 * std::sqrt(10.0));
  // The residuals of one MSD know nothing of its error: an ordinary line's interval is a fiction.
  EXPECT_LT(s.ols_covered, 0.5);
}

// 8.8 % and 5.0 % at 1.1 hops an ion, 6.6 % and 3.5 % at eleven, of 600 ions.
TEST(Spread, OfHoppingWalkersGrowsAsHopsGrowRare) {
  for (const auto& [hops, paper, two_points] :
       {std::tuple{1.1, 0.088, 0.050}, std::tuple{11.0, 0.066, 0.035}}) {
    WalkerOptions o;
    o.frames = 2000;
    o.rattle = 0.3;
    o.hop_rate = hops / 2000;
    const Spreads s = spreads("hops", o);
    // The figures have two digits: half of the last is 1 % more.
    EXPECT_NEAR(s.D_paper, paper * std::sqrt(10.0), 0.11 * paper * std::sqrt(10.0));
    EXPECT_NEAR(s.two_points, two_points * std::sqrt(10.0), 0.11 * two_points * std::sqrt(10.0));
  }
}

/// How many of the seeds were given a D.
std::size_t accepted(const std::string& name,
                     const std::function<Trajectory(RandomStream&)>& make) {
  std::size_t n = 0;
  for (const Outcome& o : for_each_seed<Outcome>(
           name, [&](RandomStream& random) { return judge(diffusion(make(random), "Na").D, 0); }))
    n += o.accepted;
  return n;
}

TEST(Refusal, FrozenAndCagedIonsAlways) {
  WalkerOptions o;
  EXPECT_EQ(accepted("frozen", [&](RandomStream& random) { return walkers(o, random); }), 0U);
  o.rattle = 0.3;
  EXPECT_EQ(accepted("caged", [&](RandomStream& random) { return walkers(o, random); }), 0U);
}

TEST(Refusal, CagesSampledFinelyAlways) {
  WalkerOptions o;
  o.ions = 80;
  o.frames = 600;
  o.dt = 0.05;
  const auto caged = [&](double omega, double damping) {
    return [&o, omega, damping](RandomStream& random) {
      Trajectory t = walkers(o, random);
      vibrate(t, 0.35, omega, damping, random);
      return t;
    };
  };
  EXPECT_EQ(accepted("vibrating cage", caged(12, 1)), 0U);
  EXPECT_EQ(accepted("overdamped cage", caged(0, 1)), 0U);
  EXPECT_EQ(accepted("slow cage", caged(0, 0.2)), 0U);
}

}  // namespace
}  // namespace vitrion::analysis
