// NVE of 10 ps: the total energy does not drift.
#include <cmath>

#include "edges/lammps/support.hpp"

namespace vitrion::lammps {
namespace {

/// Slope of a least-squares line, per row.
double slope(const std::vector<double>& y) {
  const double n = static_cast<double>(y.size());
  double mean = 0, numerator = 0, denominator = 0;
  for (const double value : y) mean += value / n;
  for (std::size_t k = 0; k < y.size(); ++k) {
    const double x = static_cast<double>(k) - (n - 1) / 2;
    numerator += x * (y[k] - mean);
    denominator += x * x;
  }
  return numerator / denominator;
}

class Drift : public Lammps, public testing::WithParamInterface<const char*> {};

TEST_P(Drift, IsBelowTenMicroElectronVoltPerAtomAndPicosecond) {
  ASSERT_EQ(run(nve(GetParam()) + "run 10000\n"), 0) << said();
  const double per_atom_and_ps = slope(thermo(1).column("TotEng")) / 32 / 0.05;
  RecordProperty("drift_eV_per_atom_ps", std::to_string(per_atom_and_ps * 1e9) + "e-9");
  EXPECT_LT(std::abs(per_atom_and_ps), 1e-5);  // the limit of the definition of done
}

INSTANTIATE_TEST_SUITE_P(Precision, Drift, testing::Values("double", "single"),
                         [](const auto& precision) { return std::string(precision.param); });

}  // namespace
}  // namespace vitrion::lammps
