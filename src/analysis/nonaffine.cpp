#include "analysis/nonaffine.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "structures/neighbours.hpp"

namespace vitrion::analysis {

namespace {

constexpr std::size_t fewest_neighbours = 4;  // three leave nothing over a linear map
// det(Y) of neighbours on a sphere is (n r^2 / 3)^3; a thousandth of it is nearly a plane.
constexpr double flattest = 1e-3;

/// D2min of one centre, or not a number.
double of_centre(std::span<const Vec3> before, std::span<const Vec3> after) {
  const std::size_t n = before.size();
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (n < fewest_neighbours) return none;
  Mat3 y{};
  Mat3 x{};
  for (std::size_t k = 0; k < n; ++k) {
    y += outer(before[k], before[k]);
    x += outer(before[k], after[k]);
  }
  const double round = trace(y) / 3;
  if (determinant(y) < flattest * round * round * round) return none;
  const Mat3 f = inverse(y) * x;
  double sum = 0;
  for (std::size_t k = 0; k < n; ++k) sum += norm2(after[k] - before[k] * f);
  return sum / static_cast<double>(n);
}

}  // namespace

std::vector<double> non_affine(const Trajectory& t, std::span<const std::size_t> centres,
                               std::span<const std::size_t> members,
                               const NonAffineOptions& options, std::size_t threads) {
  if (options.lag == 0 || options.lag >= t.frames())
    throw InputError("D2min needs a lag between one frame and the run");
  const std::size_t origins = std::min(options.most_origins, t.frames() - options.lag);
  const structures::Cell cell(t.reference_cell);
  std::vector<std::vector<double>> of_origin(origins);
  ThreadPool pool(std::max<std::size_t>(1, threads));
  pool.for_each(origins, [&](std::size_t o, std::size_t) {
    const std::size_t last = t.frames() - options.lag - 1;
    const std::size_t f = origins == 1 ? 0 : o * last / (origins - 1);
    std::vector<Vec3> r;  // of the members
    std::vector<Vec3> moved;
    std::vector<std::size_t> place(t.atoms(), members.size());
    for (const std::size_t atom : members) {
      place[atom] = r.size();
      Vec3 now;
      Vec3 then;
      for (std::size_t a = 0; a < 3; ++a) {
        now[a] = t.path(atom, a)[f];
        then[a] = t.path(atom, a)[f + options.lag];
      }
      r.push_back(now);
      moved.push_back(then - now);
    }
    const structures::NeighbourList list = structures::neighbour_list(cell, r, options.radius);
    std::vector<Vec3> before;
    std::vector<Vec3> after;
    for (const std::size_t centre : centres) {
      const std::size_t i = place[centre];
      before.clear();
      after.clear();
      for (std::size_t k = list.first[i]; k < list.first[i + 1]; ++k) {
        before.push_back(list.displacement[k]);
        after.push_back(list.displacement[k] + moved[static_cast<std::size_t>(list.index[k])] -
                        moved[i]);
      }
      of_origin[o].push_back(of_centre(before, after));
    }
  });
  std::vector<double> result(centres.size(), 0);
  for (const std::vector<double>& values : of_origin)
    for (std::size_t i = 0; i < centres.size(); ++i)
      result[i] += values[i] / static_cast<double>(origins);
  return result;
}

}  // namespace vitrion::analysis
