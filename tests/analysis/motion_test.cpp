// Single ions and stiffness against closed forms: displacements of known distribution, gases,
// equations of state.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "analysis/arrhenius.hpp"
#include "analysis/bond_angles.hpp"
#include "analysis/conductivity.hpp"
#include "analysis/crystals.hpp"
#include "analysis/diffusion.hpp"
#include "analysis/distinct_motion.hpp"
#include "analysis/modulus.hpp"
#include "analysis/msd.hpp"
#include "analysis/self_motion.hpp"
#include "analysis/structure_factor.hpp"
#include "analysis/units.hpp"
#include "analysis/walkers.hpp"
#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::analysis {
namespace {

using testing::HasSubstr;

Mat3 cube(double a) {
  return a * identity3();
}

// --- alpha_2, G_s, F_s ---

TEST(NonGaussian, BrownianWalkersHaveNone) {
  RandomStream random(1, "alpha");
  WalkerOptions o;
  o.ions = 400;
  o.D = 0.05;
  const MotionCurve c = non_gaussian(walkers(o, random), "Na", 2);
  // Half of the lags are independent of each other; four errors leave one false alarm in 10^3.
  for (std::size_t k = 0; k < c.value.size(); ++k)
    EXPECT_NEAR(c.value[k], 0, 4 * c.error[k] + 0.01) << c.lag_ps[k];
}

// Half of the ions with D, half with 9 D: <D^2>/<D>^2 - 1 = 41/25 - 1 = 0.64.
TEST(NonGaussian, AMixtureHasTheVarianceOfD) {
  RandomStream random(2, "mixture");
  WalkerOptions o;
  o.ions = 500;
  o.frames = 400;
  o.D = 0.01;
  Trajectory t = walkers(o, random);
  o.D = 0.09;
  const Trajectory fast = walkers(o, random);
  t.species.of_atom.resize(1000, 0);
  t.positions.insert(t.positions.end(), fast.positions.begin(), fast.positions.end());
  const MotionCurve c = non_gaussian(t, "Na", 2);
  EXPECT_NEAR(c.value[0], 0.64, 0.02);  // one lag: 1000 ions of 399 steps; three s.d. are 0.02
  for (std::size_t k = 0; k < c.value.size(); ++k)
    EXPECT_NEAR(c.value[k], 0.64, 4 * c.error[k] + 0.02);
}

// A step of one length: <r^4> = <r^2>^2, so 3/5 - 1, exactly.
TEST(NonGaussian, AStepOfOneLengthHasMinusTwoFifths) {
  RandomStream random(3, "step");
  WalkerOptions o;
  o.ions = 50;
  o.frames = 20;
  Trajectory t = walkers(o, random);
  for (std::size_t i = 0; i < o.ions; ++i) {
    Vec3 r{};
    for (std::size_t f = 0; f < o.frames; ++f) {
      for (std::size_t a = 0; a < 3; ++a) t.positions[(3 * i + a) * o.frames + f] = r[a];
      const Vec3 u{random.normal(), random.normal(), random.normal()};
      r += (2 / norm(u)) * u;
    }
  }
  EXPECT_NEAR(non_gaussian(t, "Na", 1).value[0], -0.4, 1e-12);
}

// Einstein's crystal: each ion an oscillator of frequency w in a bath of temperature T. The MSD is
// flat at 6 kT / (m w^2), from one origin as from all; the displacements are Gaussian; and there is
// no D.
TEST(HarmonicCrystal, HasItsPlateauAndNoDiffusion) {
  constexpr double kelvin = 300;
  constexpr double omega = 15;  // 1/ps: 80 1/cm, as Na in a sulfide
  constexpr double sodium = 22.98976928;
  // eV / (amu (A/ps)^2): 1 amu = 931.494 MeV/c^2 and c = 2.99792458e6 A/ps.
  constexpr double eV_per_amu_A2_per_ps2 = 931.49410242e6 / (2.99792458e6 * 2.99792458e6);
  const double variance =
      units::boltzmann_eV_per_K * kelvin / (sodium * eV_per_amu_A2_per_ps2 * omega * omega);
  RandomStream random(12, "einstein crystal");
  WalkerOptions o;
  o.ions = 200;
  o.frames = 2000;
  Trajectory t = walkers(o, random);  // at rest, a frame each picosecond
  vibrate(t, std::sqrt(variance), omega, 4, random);
  std::vector<std::size_t> all(o.ions);
  for (std::size_t i = 0; i < o.ions; ++i) all[i] = i;
  const double plateau = 6 * variance;
  const std::vector<double> single = single_origin_msd(t, all);
  const MultiOriginMsd multi = multi_origin_msd(t, all, {}, 1);
  // Frames a picosecond apart have forgotten each other (exp(-4)): sums of 3 N squares, relative
  // s.d. sqrt(2 / 600) = 5.8 % from one origin; four of it for 2000 lags, so 4.5 of it: a fresh
  // seed would fail once in 70. All origins: 0.2 % at short lags, judged as a mean over lags.
  double mean_single = 0;
  double mean_multi = 0;
  for (std::size_t m = 4; m < 1000; ++m) {
    EXPECT_NEAR(single[m], plateau, 4.5 * 0.058 * plateau);
    mean_single += single[m] / 996;
    mean_multi += multi.msd[m] / 996;
  }
  // Half of the variance from one origin is that of the origin itself: 5.8 % / sqrt(2) remains.
  EXPECT_NEAR(mean_single, plateau, 3 * 0.041 * plateau);
  EXPECT_NEAR(mean_multi, plateau, 0.006 * plateau);  // 1.2 million numbers, three s.d.
  const MotionCurve alpha = non_gaussian(t, "Na", 1);
  for (std::size_t k = 0; k < alpha.value.size(); ++k)
    EXPECT_NEAR(alpha.value[k], 0, 4 * alpha.error[k] + 0.005);
  const Diffusion d = diffusion(t, "Na");
  ASSERT_TRUE(d.D.is_refused());
  EXPECT_NEAR(d.cage_plateau, plateau, 0.01 * plateau);
}

TEST(SelfScattering, BrownianWalkersDecayExponentially) {
  RandomStream random(4, "scattering");
  WalkerOptions o;
  o.ions = 500;
  o.D = 0.05;
  const double q = 1.2;
  const MotionCurve c = self_scattering(walkers(o, random), "Na", q, 2);
  for (std::size_t k = 0; k < c.value.size(); ++k)
    EXPECT_NEAR(c.value[k], std::exp(-q * q * o.D * c.lag_ps[k]), 4 * c.error[k] + 1e-4);
}

TEST(VanHove, BrownianWalkersAreGaussian) {
  RandomStream random(5, "van hove");
  WalkerOptions o;
  o.ions = 500;
  o.D = 0.05;
  const VanHove v = van_hove(walkers(o, random), "Na", 10, 0.2);
  EXPECT_NEAR(v.msd, 6 * o.D * 10, 0.06);  // 500 ions x 49 independent windows: 0.5 %; four of them
  double sum = 0;
  for (std::size_t k = 0; k < v.r.size(); ++k) {
    sum += v.density[k] * 0.2;
    // 24500 independent displacements, 0.59 per A at the peak: 1.9 % of a bin; four of them.
    EXPECT_NEAR(v.density[k], v.gaussian[k], 0.045);
  }
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_THROW((void)van_hove(walkers(o, random), "Na", 0.2, 0.2), InputError);
}

// Two runs of the same D pooled: the ions of both, and an error that falls as their number grows.
TEST(NonGaussian, ReplicasArePooled) {
  WalkerOptions o;
  o.ions = 200;
  o.D = 0.05;
  std::vector<IonAverages> runs;
  for (const std::uint64_t seed : {1, 2}) {
    RandomStream random(seed, "pooled");
    o.frames = seed == 1 ? 400 : 300;
    runs.push_back(displacement_moments(walkers(o, random), "Na", 2));
  }
  const MotionCurve both = non_gaussian(runs);
  const MotionCurve shorter = non_gaussian(std::span(runs).last(1));
  EXPECT_EQ(both.lag_ps, shorter.lag_ps);
  EXPECT_EQ(both.ions, 400U);
  EXPECT_EQ(both.replicas, 2U);
  for (std::size_t k = 0; k < both.value.size(); ++k)
    EXPECT_NEAR(both.value[k], 0, 4 * both.error[k] + 0.01);
  runs[0].lag_ps[0] *= 2;
  EXPECT_THROW((void)non_gaussian(runs), InputError);
}

TEST(VanHove, PooledRunsCountEachDisplacementOnce) {
  WalkerOptions o;
  o.ions = 30;
  o.frames = 100;
  o.D = 0.05;
  RandomStream random(13, "pooled van hove");
  const VanHove few = van_hove(walkers(o, random), "Na", 5, 0.2);
  o.ions = 90;
  const VanHove many = van_hove(walkers(o, random), "Na", 5, 0.2);
  const std::vector<VanHove> runs = {few, many};
  const VanHove all = pooled(runs);
  EXPECT_NEAR(all.msd, (few.msd + 3 * many.msd) / 4, 1e-12);
  double sum = 0;
  for (const double x : all.density) sum += 0.2 * x;
  EXPECT_NEAR(sum, 1, 1e-12);
}

// Walkers that do not see each other: an ideal gas at every distance and time.
TEST(Distinct, IndependentWalkersAreAnIdealGas) {
  WalkerOptions o;
  o.ions = 120;
  o.frames = 400;
  o.D = 0.5;
  RandomStream random(14, "distinct");
  Trajectory t = walkers(o, random);
  for (std::size_t i = 0; i < o.ions; ++i)
    for (std::size_t a = 0; a < 3; ++a) {
      const double start = random.uniform(0, o.box);
      for (std::size_t f = 0; f < o.frames; ++f) t.positions[(3 * i + a) * o.frames + f] += start;
    }
  const DistinctVanHove v = distinct_van_hove(t, "Na-Na", {20, 0.5, 9}, 2);
  EXPECT_EQ(v.origins, 200U);
  ASSERT_EQ(v.r.size(), 18U);
  // Eighteen bins, blocks of twelve or more frames: 5 errors, for the errors are of 8 to 16 blocks
  // that know of each other.
  for (std::size_t k = 3; k < v.r.size(); ++k)
    EXPECT_NEAR(v.g[k], 1, 5 * std::max(v.error[k], 0.01)) << v.r[k];
  EXPECT_THROW((void)distinct_van_hove(t, "Na-Na", {20, 0.5, 11}, 1), InputError);
  EXPECT_THROW((void)distinct_van_hove(t, "Na-S", {20, 0.5, 9}, 1), InputError);
}

// A lattice of 3 A whose ions all step to their neighbours' places in one frame: the place of each
// is taken by one other, and with no lag there is nobody nearer than 3 A.
TEST(Distinct, IonsThatTakeEachOthersPlacesMeetAtTheOrigin) {
  constexpr int n = 4;
  constexpr double spacing = 3;
  Trajectory t;
  t.species.names = {"Na"};
  t.species.of_atom.assign(n * n * n, 0);
  t.reference_cell = (n * spacing) * identity3();
  constexpr std::size_t frames = 6;
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f));
    t.volumes.push_back(std::pow(n * spacing, 3));
  }
  for (int i = 0; i < n * n * n; ++i)
    for (const double at : {spacing * (i % n), spacing * (i / n % n), spacing * (i / (n * n))})
      for (std::size_t f = 0; f < frames; ++f)
        // Along x alone, which is the first coordinate of each ion.
        t.positions.push_back(at +
                              (t.positions.size() / frames % 3 == 0 ? spacing * double(f) : 0));
  constexpr double bin = 0.5;
  const double density = 1 / std::pow(spacing, 3);
  const double first_shell = 4 * M_PI / 3 * std::pow(bin, 3);
  const double others = 63.0 / 64.0;  // N - 1 of N
  const DistinctVanHove later = distinct_van_hove(t, "Na-Na", {1, bin, 5.5}, 1);
  EXPECT_NEAR(later.g[0], 1 / (density * others * first_shell), 1e-9);
  const DistinctVanHove now = distinct_van_hove(t, "Na-Na", {0, bin, 5.5}, 1);
  for (std::size_t k = 0; k < 6; ++k) EXPECT_EQ(now.g[k], 0);
  // Six neighbours at 3 A with no lag; one lag later one of them is the ion's own, which does not
  // count, and its place's former neighbours number five others and the one at the origin.
  const double shell = 4 * M_PI / 3 * (std::pow(3.5, 3) - std::pow(3.0, 3));
  EXPECT_NEAR(now.g[6], 6 / (density * others * shell), 1e-9);
  EXPECT_NEAR(later.g[6], 5 / (density * others * shell), 1e-9);
}

// --- S(Q), angles, oxygen ---

TEST(StructureFactor, IdealGasIsOneForEveryPairAndTotal) {
  RandomStream random(6, "gas");
  std::vector<StructureFactorAccumulator> runs(1, StructureFactorAccumulator({4, 0.2, 200}));
  for (int f = 0; f < 60; ++f) {
    structures::Frame frame;
    frame.cell = structures::Cell(cube(15));
    frame.species.names = {"Na", "S", "P"};
    for (int i = 0; i < 90; ++i) {
      frame.species.of_atom.push_back(i % 3);
      frame.positions.push_back(
          {random.uniform(0, 15), random.uniform(0, 15), random.uniform(0, 15)});
    }
    runs[0].add(frame);
  }
  for (const std::string pair : {"Na-Na", "Na-S", "S-P", "neutron", "X-ray"}) {
    const StructureFactor s = structure_factor(runs, pair);
    // A Faber-Ziman partial of c = 1/3 varies by 3 / sqrt(waves x frames): 0.4 % to 3 %; 4.5
    // errors, 90 bins, so a fresh seed would fail once in 10^3. The error is of 8 to 16 blocks.
    for (std::size_t k = 0; k < s.q.size(); ++k)
      EXPECT_NEAR(s.s[k], 1, 5 * std::max(s.s_error[k], 0.01)) << pair << " " << s.q[k];
  }
  EXPECT_THROW((void)structure_factor(runs, "Na-O"), InputError);
}

// A simple cubic crystal of N atoms has S = N at its reciprocal lattice and 0 elsewhere.
TEST(StructureFactor, ACrystalScattersAtItsReciprocalLattice) {
  const int n = 5;
  const double a = 3;
  std::vector<StructureFactorAccumulator> runs(1, StructureFactorAccumulator({2.15, 0.02, 1000}));
  runs[0].add(crystal(cube(a), {{"Na", {0, 0, 0}}}, n));
  const StructureFactor s = structure_factor(runs, "Na-Na");
  const double bragg = 2 * M_PI / a;
  for (std::size_t k = 0; k < s.q.size(); ++k) {
    if (std::abs(s.q[k] - bragg) > 0.05) {
      EXPECT_NEAR(s.s[k], 0, 1e-9) << s.q[k];
    }
  }
  // |Q| = 2 pi / a = 10 pi / L: waves (5,0,0), (4,3,0) and their kin share it, 3 + 12 up to sign,
  // of which 3 are Bragg's.
  ASSERT_TRUE(s.first_peak);
  EXPECT_NEAR(s.first_peak->q, bragg, 1e-6);
  EXPECT_NEAR(s.first_peak->s, 125.0 * 3 / 15, 1e-6);
}

// Neutron weights of a 1:1 mixture: sum c c b b S / <b>^2 with b = 3.63 and 2.847 fm.
TEST(StructureFactor, NeutronTotalIsTheWeightedSum) {
  RandomStream random(7, "pair");
  std::vector<StructureFactorAccumulator> runs(1, StructureFactorAccumulator({3, 0.3, 100}));
  structures::Frame frame;
  frame.cell = structures::Cell(cube(12));
  frame.species.names = {"Na", "S"};
  for (int i = 0; i < 40; ++i) {
    frame.species.of_atom.push_back(i % 2);
    frame.positions.push_back(
        {random.uniform(0, 12), random.uniform(0, 12), random.uniform(0, 12)});
  }
  runs[0].add(frame);
  const double b[] = {3.63, 2.847};
  const double mean = (b[0] + b[1]) / 2;
  const auto nn = structure_factor(runs, "Na-Na").s;
  const auto ns = structure_factor(runs, "S-Na").s;
  const auto ss = structure_factor(runs, "S-S").s;
  const auto total = structure_factor(runs, "neutron").s;
  for (std::size_t k = 0; k < total.size(); ++k)
    EXPECT_NEAR(total[k],
                0.25 * (b[0] * b[0] * nn[k] + 2 * b[0] * b[1] * ns[k] + b[1] * b[1] * ss[k]) /
                    (mean * mean),
                1e-9);
}

TEST(BondAngles, TetrahedraOfNa3PS4) {
  const Mat3 cell{{{6.952, 0, 0}, {0, 6.952, 0}, {0, 0, 7.076}}};
  const structures::Frame frame = crystal(cell, tetragonal_na3ps4(), 2);
  std::vector<BondAngleAccumulator> runs(1, BondAngleAccumulator("S-P-S", {}));
  runs[0].add(frame);
  const BondAngles a = bond_angles("S-P-S", runs);
  EXPECT_EQ(a.per_frame, 16 * 6);
  // Two angles about the fourfold axis and four others, from the coordinates: of P at (0, 0, 1/2)
  // the nearest S lies at (1/2 - x, y - 1/2, -z) from it.
  const Vec3 s{0.185 * 6.952, -0.155 * 6.952, -0.167 * 7.076};
  const Vec3 opposite{-s[0], -s[1], s[2]};
  const Vec3 turned{s[1], -s[0], -s[2]};
  const auto angle = [](const Vec3& u, const Vec3& v) {
    return std::acos(dot(u, v) / (norm(u) * norm(v))) * 180 / M_PI;
  };
  EXPECT_NEAR(*a.mean.value, (2 * angle(s, opposite) + 4 * angle(s, turned)) / 6, 1e-9);
  double sum = 0;
  for (const double x : a.density) sum += 2 * x;
  EXPECT_NEAR(sum, 1, 1e-12);
  EXPECT_THROW(BondAngleAccumulator("S-Na-S", {}), InputError);
  EXPECT_NO_THROW(BondAngleAccumulator("S-Na-S", {{}, {{"Na-S", 3.5}}, 2}));
}

/// Tetrahedra far apart, the oxygens of the i-th one given.
structures::Frame tetrahedra(const std::vector<int>& oxygens) {
  structures::Frame frame;
  const double spacing = 8;
  const auto side = static_cast<int>(std::ceil(std::cbrt(double(oxygens.size()))));
  frame.cell = structures::Cell(cube(spacing * side));
  frame.species.names = {"P", "S", "O"};
  const Vec3 corners[] = {{1, 1, 1}, {1, -1, -1}, {-1, 1, -1}, {-1, -1, 1}};
  for (std::size_t i = 0; i < oxygens.size(); ++i) {
    const auto n = static_cast<int>(i);
    const Vec3 at =
        spacing * Vec3{double(n % side), double(n / side % side), double(n / (side * side))};
    frame.species.of_atom.push_back(0);
    frame.positions.push_back(at);
    for (int k = 0; k < 4; ++k) {
      const bool oxygen = k < oxygens[i];
      frame.species.of_atom.push_back(oxygen ? 2 : 1);
      frame.positions.push_back(at + ((oxygen ? 1.5 : 2.05) / std::sqrt(3.0)) * corners[k]);
    }
  }
  return frame;
}

OxygenDistribution oxygen_of(const std::vector<int>& oxygens) {
  std::vector<UnitSeries> runs(1);
  runs[0].add(tetrahedra(oxygens));
  return unit_census(runs).oxygen;
}

TEST(Oxygen, ExactBinomialHasNoChiSquared) {
  // 256 units of p = 1/4: 81, 108, 54, 12, 1 by the binomial law.
  std::vector<int> k;
  const int counts[] = {81, 108, 54, 12, 1};
  for (int n = 0; n <= 4; ++n) k.insert(k.end(), static_cast<std::size_t>(counts[n]), n);
  const OxygenDistribution d = oxygen_of(k);
  EXPECT_NEAR(d.share, 0.25, 1e-12);
  EXPECT_NEAR(d.chi_squared, 0, 1e-9);
  EXPECT_EQ(d.verdict, "random");
  for (int n = 0; n <= 4; ++n)
    EXPECT_NEAR(d.expected[static_cast<std::size_t>(n)], counts[n], 1e-9);
}

TEST(Oxygen, ClustersAndEvenSpreadsAreToldApart) {
  std::vector<int> clustered(60, 0);
  for (std::size_t i = 0; i < 15; ++i) clustered[i] = 4;
  EXPECT_EQ(oxygen_of(clustered).verdict, "clustered");
  EXPECT_EQ(oxygen_of(std::vector<int>(60, 1)).verdict, "spread evenly");
  EXPECT_THAT(oxygen_of(std::vector<int>(60, 0)).verdict, HasSubstr("no oxygen"));
}

// --- stiffness ---

// N ideal-gas atoms at constant pressure: V is a sum of N + 1 exponentials of mean kT/P, so
// kT <V> / <dV^2> = kT (N+1) kT/P / ((N+1) (kT/P)^2) = P.
TEST(Modulus, OfAnIdealGasIsItsPressure) {
  constexpr double kelvin = 300;
  constexpr double pressure = 2.5;  // GPa
  const double unit = units::boltzmann_eV_per_K * kelvin / (pressure / units::eV_per_A3_in_GPa);
  RandomStream random(9, "ideal gas");
  std::vector<std::vector<double>> volumes(3);
  for (std::vector<double>& run : volumes)
    for (int f = 0; f < 2000; ++f) {
      double v = 0;
      for (int i = 0; i < 51; ++i) v -= unit * std::log(1 - random.uniform());
      run.push_back(v);
    }
  const Estimate K = fluctuation_modulus(volumes, kelvin);
  ASSERT_FALSE(K.is_refused()) << K.refused;
  // A variance of 6000 values has 1.8 %; three of them.
  EXPECT_NEAR(*K.value, pressure, 0.055 * pressure);
  EXPECT_LT(K.low, pressure);
  EXPECT_GT(K.high, pressure);
}

TEST(Modulus, RefusesAVolumeThatDriftsOrStandsStill) {
  RandomStream random(10, "drift");
  std::vector<std::vector<double>> volumes(1);
  for (int f = 0; f < 500; ++f) volumes[0].push_back(1000 + 0.1 * f + random.normal());
  EXPECT_THAT(fluctuation_modulus(volumes, 300).refused, HasSubstr("drifts"));
  volumes[0].assign(500, 1000.0);
  EXPECT_THROW((void)fluctuation_modulus(volumes, 300), InputError);
}

// Murnaghan: P = K0/K' ((V0/V)^K' - 1), of which K and K' at V0 are known.
TEST(Modulus, OfAMurnaghanSolidComesBackWithItsDerivative) {
  constexpr double K0 = 15;
  constexpr double dK = 4;
  constexpr double V0 = 6000;
  std::vector<StrainPoint> points;
  for (const bool up : {true, false})
    for (int i = -5; i <= 5; ++i) {
      const double e = 0.002 * i;
      const double v = V0 * std::pow(1 + e, 3);
      points.push_back({e, v, K0 / dK * (std::pow(V0 / v, dK) - 1), up});
    }
  const StrainModulus m = strain_modulus(points, V0);
  // The cubic term of P over +-3 % of volume shifts the slope by K K'^2 x^2 / 6 of it: 0.2 %.
  EXPECT_NEAR(*m.K.value, K0, 0.004 * K0);
  EXPECT_NEAR(m.linear_slope / *m.K.value, 3, 1e-12);
  EXPECT_NEAR(m.derivative, dK, 0.05);
  EXPECT_EQ(m.hysteresis, 0);
  EXPECT_TRUE(m.elastic);
  for (StrainPoint& p : points)
    if (!p.going_up && p.linear_strain > 0.003) p.pressure += 0.2;
  EXPECT_FALSE(strain_modulus(points, V0).elastic);
}

TEST(Modulus, TwoWaysAgreeOrSayHowFarTheyAreApart) {
  const Estimate a = Estimate::of(15, 14, 16, "GPa", "");
  EXPECT_TRUE(compare(a, Estimate::of(16, 15.9, 16.1, "GPa", "")).agree);
  EXPECT_FALSE(compare(a, Estimate::of(20, 19, 21, "GPa", "")).agree);
  EXPECT_TRUE(compare(a, Estimate::of(20, 12, 28, "GPa", "")).agree);
}

// --- the size of the cell; the glass transition ---

// kT / (6 pi eta L) xi at 300 K, 1 mPa s, 20 A: 2.837297 x 4.1419e-21 / (6 pi 1e-3 2e-9) m^2/s.
TEST(FiniteSize, YehAndHummersTerm) {
  EXPECT_NEAR(yeh_hummer(300, 1, 20), 3.1172e-6, 2e-10);
}

TEST(Arrhenius, DoesNotCrossTheGlassTransition) {
  std::vector<ArrheniusPoint> points;
  for (const double T : {400.0, 450.0, 500.0, 900.0}) {
    // The melt lies on a line of its own.
    const double Ea = T < 600 ? 0.5 : 0.2;
    const double sigma = std::exp(5 - Ea / (units::boltzmann_eV_per_K * T)) / T;
    points.push_back({T, -1, Estimate::of(sigma, 0.9 * sigma, 1.1 * sigma, "S/cm", "")});
  }
  ArrheniusOptions options;
  options.glass_transition = 600;
  options.band_from = 300;
  options.band_to = 900;
  const Arrhenius a = arrhenius(points, options);
  EXPECT_NEAR(*a.activation_energy.value, 0.5, 1e-9);
  EXPECT_THAT(a.statement, HasSubstr("1 over the glass transition"));
  EXPECT_NEAR(a.band.back().temperature, 600, 1e-9);
  // The fan opens away from the points.
  const auto width = [](const Arrhenius::BandPoint& b) { return std::log(b.high / b.low); };
  EXPECT_GT(width(a.band.front()), 1.5 * width(a.band[20]));
}

}  // namespace
}  // namespace vitrion::analysis
