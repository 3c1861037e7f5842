#include "md/relax.hpp"

#include <algorithm>
#include <cmath>

namespace vitrion::md {

namespace {

// The constants of the paper; time is in the units of unit masses.
constexpr std::size_t patience = 5;
constexpr double faster = 1.1;
constexpr double slower = 0.5;
constexpr double first_mixing = 0.1;
constexpr double mixing_decay = 0.99;
constexpr double first_step = 0.1;
constexpr double longest_step = 1.0;

double dot_of(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += dot(a[i], b[i]);
  return sum;
}

}  // namespace

Relaxed relax(structures::Frame frame, const Forces& forces, const RelaxOptions& options) {
  Relaxed result;
  std::vector<Vec3> v(frame.size(), Vec3{});
  double dt = first_step;
  double mixing = first_mixing;
  std::size_t downhill = 0;
  for (;; ++result.steps) {
    const std::vector<Vec3> f = forces(frame);
    result.largest_force = 0;
    for (const Vec3& x : f) result.largest_force = std::max(result.largest_force, norm(x));
    result.converged = result.largest_force <= options.force;
    if (result.converged || result.steps == options.most_steps) break;

    if (dot_of(f, v) > 0) {
      const double ratio = std::sqrt(dot_of(v, v) / dot_of(f, f));
      for (std::size_t i = 0; i < v.size(); ++i)
        v[i] = (1 - mixing) * v[i] + (mixing * ratio) * f[i];
      if (++downhill > patience) {
        dt = std::min(dt * faster, longest_step);
        mixing *= mixing_decay;
      }
    } else {
      std::fill(v.begin(), v.end(), Vec3{});
      dt *= slower;
      mixing = first_mixing;
      downhill = 0;
    }
    double longest = 0;
    for (std::size_t i = 0; i < v.size(); ++i) {
      v[i] += dt * f[i];
      longest = std::max(longest, dt * norm(v[i]));
    }
    const double scale = dt * std::min(1.0, options.longest_move / std::max(longest, 1e-300));
    for (std::size_t i = 0; i < v.size(); ++i) frame.positions[i] += scale * v[i];
  }
  result.frame = std::move(frame);
  return result;
}

}  // namespace vitrion::md
