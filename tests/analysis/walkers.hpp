// Synthetic trajectories whose diffusion is known: Brownian and hopping walkers, caged and frozen
// ions.
#pragma once

#include <cmath>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

/// What each ion does between frames of 1 ps; rates per ps, lengths in A.
struct WalkerOptions {
  std::size_t ions = 60;
  std::size_t frames = 500;
  double D = 0;         ///< A^2/ps of the Brownian part
  double hop_rate = 0;  ///< hops of `hop` A in a random direction
  double hop = 3.3;
  double rattle = 0;  ///< s.d. per axis of a white displacement around the site
  double box = 20;    ///< A
  double dt = 1;      ///< ps
};

/// D of the walkers in A^2/ps.
inline double true_D(const WalkerOptions& o) {
  return o.D + o.hop_rate * o.hop * o.hop / 6;
}

/// A trajectory as a builder would leave it, of "Na" alone.
inline Trajectory walkers(const WalkerOptions& o, RandomStream& random) {
  Trajectory t;
  t.species.names = {"Na"};
  t.species.of_atom.assign(o.ions, 0);
  t.reference_cell = o.box * identity3();
  t.positions.resize(o.ions * 3 * o.frames);
  for (std::size_t f = 0; f < o.frames; ++f) {
    t.times.push_back(static_cast<double>(f) * o.dt);
    t.volumes.push_back(o.box * o.box * o.box);
  }
  const double step = std::sqrt(2 * o.D * o.dt);
  for (std::size_t i = 0; i < o.ions; ++i) {
    Vec3 site{};
    double next_hop = o.hop_rate > 0 ? -std::log(1 - random.uniform()) / o.hop_rate : 1e300;
    for (std::size_t f = 0; f < o.frames; ++f) {
      if (f > 0 && o.D > 0)
        for (double& x : site) x += step * random.normal();
      for (; next_hop <= t.times[f]; next_hop -= std::log(1 - random.uniform()) / o.hop_rate) {
        const Vec3 u{random.normal(), random.normal(), random.normal()};
        site += (o.hop / norm(u)) * u;
      }
      for (std::size_t a = 0; a < 3; ++a)
        t.positions[(3 * i + a) * o.frames + f] =
            site[a] + (o.rattle > 0 ? o.rattle * random.normal() : 0);
    }
  }
  return t;
}

/// Adds a damped oscillation driven by noise to each ion and axis, as the real part of a complex
/// Ornstein-Uhlenbeck process: MSD gains 6 amplitude^2 (1 - exp(-damping t) cos(omega t)). With
/// omega = 0 that is a cage that is crossed slowly. Rates per ps, amplitude in A.
inline void vibrate(Trajectory& t, double amplitude, double omega, double damping,
                    RandomStream& random) {
  const double dt = t.times[1] - t.times[0];
  const double decay = std::exp(-damping * dt);
  const double noise = amplitude * std::sqrt(1 - decay * decay);
  const double c = std::cos(omega * dt);
  const double s = std::sin(omega * dt);
  for (std::size_t k = 0; k < 3 * t.atoms(); ++k) {
    double re = amplitude * random.normal();
    double im = amplitude * random.normal();
    for (std::size_t f = 0; f < t.frames(); ++f) {
      t.positions[k * t.frames() + f] += re;
      const double turned = decay * (re * c - im * s);
      im = decay * (re * s + im * c) + noise * random.normal();
      re = turned + noise * random.normal();
    }
  }
}

}  // namespace vitrion::analysis
