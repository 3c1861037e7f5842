// Where the error of D comes from, with runs whose spread is known; coverage of the intervals.
#include "analysis/uncertainty.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/nonbonded.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {
namespace {

/// One composition at 423 K; ln D of each run is given, with the error within.
Findings study_of(const std::vector<double>& ln_D, double within, double duration) {
  Findings f;
  CompositionFindings& c = f.compositions.emplace_back();
  c.key = "x0";
  for (const double v : ln_D) {
    RunFindings run;
    run.temperature = 423;
    run.duration = duration;
    run.D = 1e-8 * std::exp(v);
    run.relative_error = within;
    run.ions = 600;
    c.glasses.emplace_back().runs.push_back(run);
  }
  return f;
}

TEST(Uncertainty, SplitsGlassFromRun) {
  // Variance of ln D over the runs 0.1^2 + 0.3^2 of which 0.1^2 is within them.
  const double s = std::sqrt(0.1) / std::sqrt(2.0 / 3);  // s.d. of -1, 0, 0, 1 is sqrt(2/3)
  const VarianceSplit split = variance_splits(study_of({-s, 0, 0, s}, 0.1, 20000)).front();
  EXPECT_NEAR(*split.within, 0.1, 1e-12);
  EXPECT_NEAR(*split.between, 0.3, 1e-12);
  EXPECT_NEAR(*split.D, 1e-8, 1e-20);
  EXPECT_NEAR(*split.needed_run, 20000, 1e-6);  // it has 10 % already
  EXPECT_EQ(*split.needed_glasses, 9U);         // 0.3 / sqrt(n) = 0.1
  EXPECT_FALSE(split.needed_for_mean);          // four glasses never do
  EXPECT_FALSE(split.protocol);                 // no MSD was given
}

TEST(Uncertainty, ALongerRunHelpsOnlyTheErrorWithin) {
  // Glasses alike: 0.2 within each of four runs gives 0.1 of the mean.
  const VarianceSplit split = variance_splits(study_of({0, 0, 0, 0}, 0.2, 5000)).front();
  EXPECT_EQ(*split.between, 0);
  EXPECT_NEAR(*split.needed_run, 20000, 1e-6);
  EXPECT_NEAR(*split.needed_for_mean, 5000, 1e-6);
}

TEST(Uncertainty, OneGlassAndRefusedRuns) {
  const VarianceSplit one = variance_splits(study_of({0}, 0.1, 1000)).front();
  EXPECT_FALSE(one.between);
  EXPECT_TRUE(one.needed_run);
  Findings f = study_of({0, 0}, 0.1, 1000);
  f.compositions[0].glasses[1].runs[0].D.reset();
  f.compositions[0].glasses[1].runs[0].refused = "not diffusive";
  const VarianceSplit split = variance_splits(f).front();
  EXPECT_FALSE(split.D);
  EXPECT_EQ(split.refused, "not diffusive");
}

TEST(Uncertainty, TheReadingsOfTheRecipeDifferByTheCage) {
  // MSD = 2 A^2 + 6 D t with D = 1e-4 A^2/ps = 1e-8 cm2/s.
  TimeSeries msd;
  for (double t = 0; t <= 20000; t += 100) {
    msd.time.push_back(t);
    msd.value.push_back(2 + 6e-4 * t);
  }
  const ReadingsOfD r = *readings_of_D(msd, 20000);
  EXPECT_NEAR(r.slope_with_intercept, 1e-8, 1e-16);
  // MSD / 6t adds 2 / 6t, whose mean over the times of the window is 2/6 <1/t>.
  double mean = 0;
  double n = 0;
  double t1 = 0;
  double t2 = 0;
  for (double t = 10000; t <= 19000; t += 100) {
    mean += 1 / t;
    t1 += t;
    t2 += t * t;
    ++n;
  }
  EXPECT_NEAR(r.mean_of_msd_over_6t, 1e-8 + 1e-4 * 2 / 6.0 * mean / n, 1e-16);
  EXPECT_NEAR(r.slope_through_origin, 1e-8 + 1e-4 * 2 / 6.0 * t1 / t2, 1e-16);
  EXPECT_FALSE(readings_of_D({{0, 1}, {0, 1}}, 1));
}

TEST(Uncertainty, SimulatedRunsHoldTheTruth) {
  // 60 ions, 10 hops each. Of 100 intervals of 95 % fewer than 88 hold once in 300 studies.
  const double D = 10 * 3.3 * 3.3 / 6 / 1000 * 1e-4;
  const Coverage c = simulated_coverage(D, 60, 1000, 200, 60.0 * 200 * 100, 3);
  EXPECT_EQ(c.runs, 100U);
  EXPECT_NEAR(c.hops_per_ion, 10, 1e-9);
  EXPECT_LT(c.refused, 50U);
  EXPECT_GE(*c.held.value, 0.88);
}

TEST(Uncertainty, TheRecordSaysWhatCannotBeSaid) {
  const nlohmann::json record = uncertainty_record(study_of({0}, 0.1, 1000), 1e5, 1);
  EXPECT_TRUE(record["split"][0]["between_glasses"].is_null());
  EXPECT_EQ(record["coverage"].size(), 1U);
  EXPECT_TRUE(uncertainty_record({}, 1e5, 1)["split"].empty());
}

TEST(NonbondedPeak, IsFoundBehindTheBonds) {
  // A bond at 3.35 A and a broad shell at 6.2 A, with noise of a hundredth.
  RandomStream random(1, "peak");
  std::vector<double> r;
  std::vector<double> g;
  for (double x = 0.01; x < 10; x += 0.02) {
    r.push_back(x);
    const auto gauss = [&](double at, double width) {
      return std::exp(-(x - at) * (x - at) / (2 * width * width));
    };
    g.push_back(4 * gauss(3.35, 0.1) + 1 + 0.6 * gauss(6.2, 0.5) + 0.01 * random.normal());
  }
  // The vertex of a parabola over 31 points of noise 0.01 on curvature 0.6 / 0.5^2: 0.006 A.
  EXPECT_NEAR(*nonbonded_peak(r, g, *nonbonded_range("S-S")), 6.2, 0.03);
  EXPECT_FALSE(nonbonded_peak(r, g, {3.6, 4.6}));  // a slope only
  EXPECT_FALSE(nonbonded_range("P-S"));
  r.resize(350);  // 7 A: the range reaches to 8
  EXPECT_FALSE(nonbonded_peak(r, g, *nonbonded_range("S-S")));
}

}  // namespace
}  // namespace vitrion::analysis
