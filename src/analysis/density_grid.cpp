#include "analysis/density_grid.hpp"

#include <fftw3.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "analysis/statistics.hpp"
#include "base/error.hpp"
#include "structures/cell.hpp"

namespace vitrion::analysis {

namespace {

struct Free {
  void operator()(void* p) const { fftw_free(p); }
};

/// Multiplies the transform by exp(-G^2 sigma^2 / 2): a Gaussian of unit integral, periodic, in any
/// cell.
void smooth(DensityGrid& grid, double sigma) {
  const auto [n0, n1, n2] = grid.size;
  const std::size_t half = n2 / 2 + 1;
  const std::unique_ptr<fftw_complex, Free> spectrum(fftw_alloc_complex(n0 * n1 * half));
  const auto size = [](std::size_t n) { return static_cast<int>(n); };
  fftw_plan forward = fftw_plan_dft_r2c_3d(size(n0), size(n1), size(n2), grid.value.data(),
                                           spectrum.get(), FFTW_ESTIMATE);
  fftw_plan backward = fftw_plan_dft_c2r_3d(size(n0), size(n1), size(n2), spectrum.get(),
                                            grid.value.data(), FFTW_ESTIMATE);
  fftw_execute(forward);
  const Mat3 reciprocal = (2 * std::numbers::pi) * transpose(inverse(grid.cell));
  const auto wave = [](std::size_t k, std::size_t n) {
    return 2 * k > n ? static_cast<double>(k) - static_cast<double>(n) : static_cast<double>(k);
  };
  const double norm = 1 / static_cast<double>(n0 * n1 * n2);
  for (std::size_t i = 0; i < n0; ++i)
    for (std::size_t j = 0; j < n1; ++j)
      for (std::size_t k = 0; k < half; ++k) {
        const Vec3 G = Vec3{wave(i, n0), wave(j, n1), static_cast<double>(k)} * reciprocal;
        const double factor = norm * std::exp(-norm2(G) * sigma * sigma / 2);
        fftw_complex& c = spectrum.get()[(i * n1 + j) * half + k];
        c[0] *= factor;
        c[1] *= factor;
      }
  fftw_execute(backward);
  fftw_destroy_plan(forward);
  fftw_destroy_plan(backward);
  // What is under zero is the ringing of a Gaussian that the grid resolves to 1e-4.
  for (double& v : grid.value) v = std::max(0.0, v);
}

}  // namespace

double DensityGrid::mean() const {
  return analysis::mean(value);
}

DensityGrid density_grid(const Trajectory& t, std::span<const std::size_t> atoms,
                         const DensityGridOptions& options) {
  if (!(options.spacing > 0) || !(options.smoothing > 0))
    throw InputError(
        fmt::format("a density grid needs a spacing and a smoothing over 0 A, not {:g} and {:g}",
                    options.spacing, options.smoothing));
  const structures::Cell cell(t.reference_cell);
  DensityGrid grid;
  grid.cell = t.reference_cell;
  const Vec3 lengths = cell.lengths();
  for (std::size_t a = 0; a < 3; ++a)
    grid.size[a] = static_cast<std::size_t>(std::max(1.0, std::ceil(lengths[a] / options.spacing)));
  const auto [n0, n1, n2] = grid.size;
  grid.value.assign(n0 * n1 * n2, 0);
  const Mat3 to_fractional = inverse(grid.cell);
  const double share =
      static_cast<double>(grid.value.size()) / (cell.volume() * static_cast<double>(t.frames()));
  for (const std::size_t atom : atoms) {
    const auto x = t.path(atom, 0);
    const auto y = t.path(atom, 1);
    const auto z = t.path(atom, 2);
    for (std::size_t f = 0; f < t.frames(); ++f) {
      const Vec3 s = Vec3{x[f], y[f], z[f]} * to_fractional;
      std::array<std::size_t, 3> at;
      for (std::size_t a = 0; a < 3; ++a) {
        const auto n = static_cast<double>(grid.size[a]);
        const double place = std::round((s[a] - std::floor(s[a])) * n);
        at[a] = place >= n ? 0 : static_cast<std::size_t>(place);
      }
      grid.value[(at[0] * n1 + at[1]) * n2 + at[2]] += share;
    }
  }
  smooth(grid, options.smoothing);
  grid.one_visit =
      1 / (static_cast<double>(t.frames()) *
           std::pow(2 * std::numbers::pi * options.smoothing * options.smoothing, 1.5));
  return grid;
}

Percolation density_percolation(const DensityGrid& grid) {
  const auto [n0, n1, n2] = grid.size;
  const double least = grid.one_visit / 2;
  std::vector<PeriodicEdge> edges;
  const auto index = [&](std::size_t i, std::size_t j, std::size_t k) {
    return (i * n1 + j) * n2 + k;
  };
  for (std::size_t i = 0; i < n0; ++i)
    for (std::size_t j = 0; j < n1; ++j)
      for (std::size_t k = 0; k < n2; ++k) {
        const std::size_t a = index(i, j, k);
        if (grid.value[a] < least) continue;
        const auto join = [&](std::size_t b, const CellShift& shift) {
          const double level = std::min(grid.value[a], grid.value[b]);
          if (level >= least) edges.push_back({a, b, shift, level});
        };
        join(index(i + 1 < n0 ? i + 1 : 0, j, k), {i + 1 < n0 ? 0 : 1, 0, 0});
        join(index(i, j + 1 < n1 ? j + 1 : 0, k), {0, j + 1 < n1 ? 0 : 1, 0});
        join(index(i, j, k + 1 < n2 ? k + 1 : 0), {0, 0, k + 1 < n2 ? 0 : 1});
      }
  return percolation(grid.value.size(), std::move(edges));
}

}  // namespace vitrion::analysis
