#include "edges/engines/kpoints.hpp"

#include <fmt/format.h>
#include <spglib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numbers>
#include <optional>
#include <sstream>
#include <vector>

#include "base/error.hpp"

namespace vitrion::engines {

namespace {

constexpr double symmetry_tolerance = 0.1;  // A
constexpr double mean_value_height = 8.5;   // A; data/labels/README.md has what it costs

std::optional<std::array<int, 3>> grid_of(const std::string& text) {
  std::istringstream words(text);
  std::array<int, 3> grid{};
  std::size_t k = 0;
  for (std::string word; words >> word; ++k) {
    if (k == 3) return std::nullopt;
    const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), grid[k]);
    if (code != std::errc{} || end != word.data() + word.size() || grid[k] < 1 || grid[k] > 64)
      return std::nullopt;
  }
  return k == 3 ? std::optional(grid) : std::nullopt;
}

/// No symmetry but the lattice's own.
bool disordered(const structures::Frame& frame) {
  double lattice[3][3];  // columns are the vectors
  for (std::size_t a = 0; a < 3; ++a)
    for (std::size_t b = 0; b < 3; ++b) lattice[b][a] = frame.cell->rows()[a][b];
  std::vector<std::array<double, 3>> places;
  for (const Vec3& r : frame.positions) places.push_back(frame.cell->fractional(r).s);
  char symbol[11];
  const int number = spg_get_international(
      symbol, lattice, reinterpret_cast<double(*)[3]>(places.data()), frame.species.of_atom.data(),
      static_cast<int>(frame.size()), symmetry_tolerance);
  return number <= 1;  // 0: none was found
}

}  // namespace

void KPointRule::validate() const {
  if (!(spacing > 0.05 && spacing <= 2))
    throw InputError(fmt::format("spacing = {} 1/A must lie between 0.05 and 2 1/A", spacing));
  if (rule != "auto" && rule != "spacing" && rule != "mean-value" && !grid_of(rule))
    throw InputError(fmt::format(
        "kpoints = {} must be auto, spacing, mean-value or three numbers such as 2 2 1", rule));
}

std::string KPoints::text() const {
  return mean_value() ? "0.25 0.25 0.25"
                      : fmt::format("monkhorst-pack {} {} {}", size[0], size[1], size[2]);
}

KPoints kpoints_of(const structures::Frame& frame, const KPointRule& rule) {
  if (const auto grid = grid_of(rule.rule)) return {*grid};
  const Vec3 heights = frame.cell->heights();
  if (rule.rule == "mean-value" ||
      (rule.rule == "auto" && std::ranges::min(heights) > mean_value_height && disordered(frame)))
    return {};
  KPoints points;
  // 2 pi / height is the length of the reciprocal vector across it.
  for (std::size_t a = 0; a < 3; ++a)
    points.size[a] = std::max(
        1, static_cast<int>(std::ceil(2 * std::numbers::pi / heights[a] / rule.spacing - 1e-9)));
  return points;
}

}  // namespace vitrion::engines
