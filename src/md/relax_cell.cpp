#include "md/relax_cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/units.hpp"

namespace vitrion::md {

using structures::Frame;

namespace {

// The constants of the paper; time and mass are those that make a step of at most 0.1 A.
constexpr double first_step = 0.1, longest_step = 1.0, longest_move = 0.1;
constexpr double grow = 1.1, shrink = 0.5, first_mixing = 0.1, mixing_decay = 0.99;
constexpr int patience = 5;

/// The coordinates that FIRE moves: u of each atom, then the rows of D times the number of atoms.
struct Coordinates {
  Mat3 cell;             ///< h0
  std::vector<Vec3> at;  ///< (N + 3)

  explicit Coordinates(const Frame& frame) : cell(frame.cell->rows()), at(frame.positions) {
    const auto weight = static_cast<double>(frame.size());
    for (std::size_t a = 0; a < 3; ++a) {
      Vec3 row{};
      row[a] = weight;
      at.push_back(row);
    }
  }
  [[nodiscard]] std::size_t atoms() const { return at.size() - 3; }
  [[nodiscard]] Mat3 gradient() const {
    const double weight = 1 / static_cast<double>(atoms());
    const std::size_t n = atoms();
    return {weight * at[n], weight * at[n + 1], weight * at[n + 2]};
  }
  void apply(Frame& frame) const {
    const Mat3 d = gradient();
    frame.cell = structures::Cell(cell * d);
    for (std::size_t i = 0; i < atoms(); ++i) frame.positions[i] = at[i] * d;
  }
};

/// What is left at a frame, and the forces on the coordinates.
struct Slope {
  std::vector<Vec3> force;
  double largest_force = 0;
  double largest_stress = 0;  ///< GPa
};

Slope slope_of(const Frame& frame, const Coordinates& q, const CellRelaxOptions& options) {
  Slope s;
  const Mat3 d = q.gradient(), dt = transpose(d);
  for (const Vec3& f : frame.labels.forces) {
    s.largest_force = std::max(s.largest_force, norm(f));
    s.force.push_back(f * dt);
  }
  Mat3 w = *frame.labels.virial;
  const double volume = frame.cell->volume();
  for (std::size_t a = 0; a < 3; ++a)
    w[a][a] -= options.pressure / units::eV_per_A3_in_GPa * volume;
  const Mat3 on_d = (1 / static_cast<double>(frame.size())) * (inverse(dt) * w);
  for (std::size_t a = 0; a < 3; ++a) {
    s.force.push_back(options.cell ? on_d[a] : Vec3{});
    if (options.cell)
      for (const double v : w[a])
        s.largest_stress =
            std::max(s.largest_stress, std::abs(v) / volume * units::eV_per_A3_in_GPa);
  }
  if (!std::isfinite(*frame.labels.energy + s.largest_force + s.largest_stress))
    throw Error("the relaxation left what the potential knows: a number is not finite");
  return s;
}

double dot_all(const std::vector<Vec3>& a, const std::vector<Vec3>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += dot(a[i], b[i]);
  return sum;
}

}  // namespace

void CellRelaxOptions::validate() const {
  if (!(force > 0)) throw InputError(fmt::format("force = {} eV/A must be positive", force));
  if (!(stress > 0)) throw InputError(fmt::format("stress = {} GPa must be positive", stress));
  if (!std::isfinite(pressure))
    throw InputError(fmt::format("pressure = {} GPa must be finite", pressure));
  if (steps == 0) throw InputError("steps = 0 must be at least 1");
}

CellRelaxed relax_cell(Frame frame, const std::function<void(Frame&)>& evaluate,
                       const CellRelaxOptions& options,
                       const std::function<void(std::size_t, double, double)>& seen) {
  options.validate();
  if (!frame.cell) throw InputError("a frame without a cell cannot be relaxed here");
  Coordinates q(frame);
  std::vector<Vec3> velocity(q.at.size());
  double step = first_step, mixing = first_mixing;
  int downhill = 0;
  CellRelaxed result;
  while (result.steps < options.steps) {
    evaluate(frame);
    const Slope s = slope_of(frame, q, options);
    ++result.steps;
    result.force = s.largest_force;
    result.stress = s.largest_stress;
    if (seen) seen(result.steps, result.force, result.stress);
    result.converged = s.largest_force <= options.force && s.largest_stress <= options.stress;
    if (result.converged || result.steps == options.steps) break;
    const double power = dot_all(s.force, velocity);
    if (power > 0) {
      const double v = std::sqrt(dot_all(velocity, velocity)),
                   f = std::sqrt(dot_all(s.force, s.force));
      for (std::size_t i = 0; i < velocity.size(); ++i)
        velocity[i] = (1 - mixing) * velocity[i] + (mixing * v / f) * s.force[i];
      if (++downhill > patience) {
        step = std::min(step * grow, longest_step);
        mixing *= mixing_decay;
      }
    } else {
      std::ranges::fill(velocity, Vec3{});
      step *= shrink;
      mixing = first_mixing;
      downhill = 0;
    }
    for (std::size_t i = 0; i < velocity.size(); ++i) velocity[i] += step * s.force[i];
    double longest = 0;
    for (const Vec3& v : velocity) longest = std::max(longest, step * norm(v));
    const double scale = longest > longest_move ? longest_move / longest : 1;
    for (std::size_t i = 0; i < velocity.size(); ++i) q.at[i] += (scale * step) * velocity[i];
    q.apply(frame);
  }
  result.frame = std::move(frame);
  return result;
}

}  // namespace vitrion::md
