// Hops and doorways of 1000 frames of 1600 atoms, each part beside its share of the whole.
// usage: bench_mechanism [THREADS]
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdlib>

#include "analysis/doorway_statistics.hpp"
#include "analysis/hop_statistics.hpp"
#include "base/random.hpp"

namespace {

using namespace vitrion;

double processor_seconds() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  return static_cast<double>(use.ru_utime.tv_sec) +
         1e-6 * static_cast<double>(use.ru_utime.tv_usec);
}

template <class Body>
auto timed(const char* what, Body&& body) {
  const auto start = std::chrono::steady_clock::now();
  const double processor = processor_seconds();
  auto result = body();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
  fmt::print("{:<28} {:>8.3f} s wall {:>8.3f} s processor\n", what, wall.count(),
             processor_seconds() - processor);
  return result;
}

/// 200 PS4 on a jittered lattice and 600 Na that rattle and hop by 3.3 A, at the density of glassy
/// Na3PS4; all atoms rattle.
analysis::Trajectory glass(std::size_t frames) {
  constexpr double box = 33.6;
  constexpr std::size_t units = 200;
  RandomStream random(1, "bench-mechanism");
  analysis::Trajectory t;
  t.species.names = {"Na", "P", "S"};
  t.reference_cell = box * identity3();
  std::vector<Vec3> sites;
  for (std::size_t i = 0; i < 3 * units; ++i) {
    t.species.of_atom.push_back(0);
    sites.push_back({random.uniform(0, box), random.uniform(0, box), random.uniform(0, box)});
  }
  for (std::size_t u = 0; u < units; ++u) {
    const Vec3 centre{box / 6 * (static_cast<double>(u % 6) + 0.2 * random.normal()),
                      box / 6 * (static_cast<double>(u / 6 % 6) + 0.2 * random.normal()),
                      box / 6 * (static_cast<double>(u / 36) + 0.2 * random.normal())};
    t.species.of_atom.push_back(1);
    sites.push_back(centre);
    // Corners of a tetrahedron turned at random: two random axes, made orthogonal.
    const Vec3 a{random.normal(), random.normal(), random.normal()};
    const Vec3 e = (1 / norm(a)) * a;
    const Vec3 b = cross(e, Vec3{random.normal(), random.normal(), random.normal()});
    const Vec3 g = (1 / norm(b)) * b;
    const Vec3 h = cross(e, g);
    for (const Vec3& c : {Vec3{1, 1, 1}, Vec3{1, -1, -1}, Vec3{-1, 1, -1}, Vec3{-1, -1, 1}}) {
      t.species.of_atom.push_back(2);
      sites.push_back(centre + (2.05 / std::sqrt(3.0)) * (c[0] * e + c[1] * g + c[2] * h));
    }
  }
  t.positions.resize(sites.size() * 3 * frames);
  for (std::size_t f = 0; f < frames; ++f) {
    t.times.push_back(static_cast<double>(f));
    t.volumes.push_back(box * box * box);
  }
  for (std::size_t i = 0; i < sites.size(); ++i)
    for (std::size_t f = 0; f < frames; ++f) {
      if (t.species.of_atom[i] == 0 && random.uniform() < 0.005) {
        const Vec3 way{random.normal(), random.normal(), random.normal()};
        sites[i] += (3.3 / norm(way)) * way;
      }
      const double amplitude = t.species.of_atom[i] == 0 ? 0.35 : 0.15;
      for (std::size_t a = 0; a < 3; ++a)
        t.positions[(3 * i + a) * frames + f] = sites[i][a] + amplitude * random.normal();
    }
  return t;
}

}  // namespace

int main(int argc, char** argv) {
  const std::size_t threads = argc > 1 ? static_cast<std::size_t>(std::atoi(argv[1])) : 2;
  const analysis::Trajectory run = glass(1000);
  analysis::HopOptions options;
  options.threads = threads;
  analysis::DoorwayOptions doorway_options;
  doorway_options.threads = threads;
  fmt::print("{} atoms, {} frames, {} threads\n", run.atoms(), run.frames(), threads);
  const analysis::HopScale scale = timed("window and threshold", [&] {
    analysis::HopSurvey survey(options);
    survey.add(run);
    return survey.scale();
  });
  const analysis::HopRun hops =
      timed("hops", [&] { return analysis::find_hops(run, scale, options); });
  (void)timed("bonded anions", [&] { return analysis::bond_changes(run, hops); });
  const analysis::LagGrid lags = analysis::LagGrid::of(run, doorway_options.follow);
  analysis::DoorwayRun doorways = timed("windows, gates, controls", [&] {
    return analysis::doorways_of_run(run, hops, lags, doorway_options);
  });
  fmt::print("{} hops, {} gates, {} followed\n", hops.hops.size(), doorways.gates.size(),
             doorways.at_hops.size());
  (void)timed("bootstrap",
              [&] { return analysis::combine_doorways({std::move(doorways)}, doorway_options); });
}
