// Synthetic paths whose hops are known: ions that rattle and hop on a lattice, and ions that hop
// through gates of known radius which open by a known amount a known time before.
#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/trajectory.hpp"
#include "base/random.hpp"

namespace vitrion::analysis {

struct TrueHop {
  std::size_t ion = 0;
  std::size_t frame = 0;  // the first one after
};

/// A trajectory of `n` atoms of given species, all at the origin.
inline Trajectory still(const structures::Species& species, std::size_t frames, double dt,
                        const Vec3& box) {
  Trajectory t;
  t.species = species;
  for (std::size_t a = 0; a < 3; ++a) t.reference_cell[a][a] = box[a];
  t.positions.assign(species.size() * 3 * frames, 0.0);
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f) * dt);
    t.volumes.push_back(box[0] * box[1] * box[2]);
  }
  t.drift_frame = "nothing removed";
  return t;
}

inline void put(Trajectory& t, std::size_t atom, std::size_t frame, const Vec3& r) {
  for (std::size_t a = 0; a < 3; ++a) t.positions[(atom * 3 + a) * t.frames() + frame] = r[a];
}

/// Adds a Gaussian rattle to an atom: s.d. per axis, and the share kept from frame to frame.
inline void rattle(Trajectory& t, std::size_t atom, double amplitude, double memory,
                   RandomStream& random) {
  for (std::size_t a = 0; a < 3; ++a) {
    double x = amplitude * random.normal();
    for (std::size_t f = 0; f < t.frames(); ++f) {
      t.positions[(atom * 3 + a) * t.frames() + f] += x;
      x = memory * x + amplitude * std::sqrt(1 - memory * memory) * random.normal();
    }
  }
}

struct HopperOptions {
  std::size_t ions = 60;
  std::size_t frames = 2000;
  double dt = 1;        // ps
  double stay = 100;    // ps, mean
  double hop = 3.3;     // A, along one of the six directions of a simple cubic lattice
  double rattle = 0.3;  // A, s.d. per axis
  double memory = 0.5;  // of the rattle, from frame to frame
  double shortest = 0;  // ps, no stay is shorter
};

/// Na on a simple cubic lattice, without anions.
inline Trajectory lattice_hoppers(const HopperOptions& o, RandomStream& random,
                                  std::vector<TrueHop>& truth) {
  structures::Species species;
  species.names = {"Na"};
  species.of_atom.assign(o.ions, 0);
  Trajectory t = still(species, o.frames, o.dt, {20, 20, 20});
  for (std::size_t i = 0; i < o.ions; ++i) {
    Vec3 site{10, 10, 10};
    const auto wait = [&] { return o.shortest - o.stay * std::log(1 - random.uniform()); };
    double next = wait();
    for (std::size_t f = 0; f < o.frames; ++f) {
      for (; next <= t.times[f]; next += wait()) {
        site[random.below(3)] += random.below(2) == 0 ? o.hop : -o.hop;
        truth.push_back({i, f});
      }
      put(t, i, f, site);
    }
    rattle(t, i, o.rattle, o.memory, random);
  }
  return t;
}

struct ChannelOptions {
  std::size_t columns = 3;  // squared
  std::size_t sites = 6;    // of a column
  std::size_t ions = 2;     // of a column; they pass through each other
  std::size_t frames = 3000;
  double dt = 0.5;          // ps
  double stay = 120;        // ps, mean, beyond the shortest
  double shortest = 25;     // ps
  double spacing = 3.5;     // A between sites
  double radius = 0.5;      // A of a gate at rest
  double opening = 0;       // A
  double lead = 0;          // ps by which the gate's opening comes before the hop
  double width = 2;         // ps, s.d. of the opening in time
  double rattle = 0.25;     // A of Na per axis
  double framework = 0.03;  // A of anions per axis
  double attempts = 0;      // 1/ps: excursions to 0.65 of a hop that return in two frames
};

struct Channels {
  Trajectory run;
  std::vector<TrueHop> hops;
  std::vector<TrueHop> attempts;
};

/// Na in columns along z. Between two sites three S form an equilateral triangle across the
/// column, every second one turned by 60 degrees, and a P stands behind each S and moves with it.
inline Channels channels(const ChannelOptions& o, RandomStream& random) {
  constexpr double across = 14;  // A between columns: farther than any window
  constexpr double sulfur = 1.84;
  constexpr double bond = 2.05;
  const std::size_t columns = o.columns * o.columns;
  const std::size_t ions = columns * o.ions;
  structures::Species species;
  species.names = {"Na", "P", "S"};
  species.of_atom.assign(ions, 0);
  species.of_atom.insert(species.of_atom.end(), columns * o.sites * 3, 2);
  species.of_atom.insert(species.of_atom.end(), columns * o.sites * 3, 1);
  const double height = o.spacing * static_cast<double>(o.sites);
  const double side = across * static_cast<double>(o.columns);
  Channels c;
  c.run = still(species, o.frames, o.dt, {side, side, height});

  std::vector<std::vector<double>> opening(columns * o.sites, std::vector<double>(o.frames, 0.0));
  const auto centre = [&](std::size_t column) {
    return Vec3{across * (0.5 + static_cast<double>(column % o.columns)),
                across * (0.5 + static_cast<double>(column / o.columns)), 0};
  };
  for (std::size_t i = 0; i < ions; ++i) {
    const std::size_t column = i % columns;
    auto site = static_cast<long>(random.below(o.sites));
    const auto wait = [&] { return o.shortest - o.stay * std::log(1 - random.uniform()); };
    double next = wait();
    double attempt = o.attempts > 0 ? -std::log(1 - random.uniform()) / o.attempts : 1e300;
    int away = 0;
    double toward = 1;
    for (std::size_t f = 0; f < o.frames; ++f) {
      for (; next <= c.run.times[f]; next += wait()) {
        const bool up = random.below(2) == 0;
        const long gate = up ? site : site - 1;
        const auto n = static_cast<long>(o.sites);
        std::vector<double>& open =
            opening[column * o.sites + static_cast<std::size_t>(((gate % n) + n) % n)];
        for (std::size_t g = 0; g < o.frames; ++g) {
          // The ion passes half way between two frames.
          const double u = (c.run.times[g] - (c.run.times[f] - o.dt / 2 - o.lead)) / o.width;
          open[g] += o.opening * std::exp(-u * u / 2);
        }
        site += up ? 1 : -1;
        c.hops.push_back({i, f});
        away = 0;
      }
      if (attempt <= c.run.times[f]) {
        attempt -= std::log(1 - random.uniform()) / o.attempts;
        away = 2;
        toward = random.below(2) == 0 ? 1 : -1;
        c.attempts.push_back({i, f});
      }
      Vec3 r = centre(column);
      r[2] = o.spacing * static_cast<double>(site) + (away > 0 ? 0.65 * toward * o.spacing : 0);
      away = std::max(0, away - 1);
      put(c.run, i, f, r);
    }
    rattle(c.run, i, o.rattle, 0.5, random);
  }
  const std::size_t gates = columns * o.sites;
  for (std::size_t g = 0; g < gates; ++g)
    for (std::size_t k = 0; k < 3; ++k) {
      const double angle =
          (2 * M_PI * static_cast<double>(k) + M_PI * static_cast<double>(g % 2)) / 3;
      const Vec3 out{std::cos(angle), std::sin(angle), 0};
      Vec3 at = centre(g / o.sites);
      at[2] = o.spacing * (static_cast<double>(g % o.sites) + 0.5);
      const std::size_t anion = ions + 3 * g + k;
      for (std::size_t f = 0; f < o.frames; ++f) {
        const double r = sulfur + o.radius + opening[g][f];
        put(c.run, anion, f, at + r * out);
        put(c.run, anion + 3 * gates, f, at + (r + bond) * out);
      }
      if (o.framework > 0)
        for (const std::size_t atom : {anion, anion + 3 * gates})
          rattle(c.run, atom, o.framework, 0.5, random);
    }
  return c;
}

}  // namespace vitrion::analysis
