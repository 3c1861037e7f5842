// What a record says of one glass: a composition, its replicas, and its ions at each temperature.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace vitrion::report {

struct GlassReplica {
  int replica = 0;         ///< from 1
  std::uint64_t seed = 0;  ///< of the replica's random streams; 0: not said
  std::string trace;  ///< CSV: time_ps, temperature_K, density_g_cm3, energy_eV, pressure_GPa; path
  std::string snapshot;    ///< extended XYZ of the relaxed glass; path
  nlohmann::json density;  ///< analysis record `density`, or null
  nlohmann::json quench;   ///< record `quench`: cooling rate, melt, glass transition; or null
};

/// One run of one replica at one temperature. Paths in the run folder; empty: there is none.
struct IonRun {
  int replica = 0;         ///< from 1
  std::string msd;         ///< CSV: lag_ps, then a column a species, A^2
  std::string trajectory;  ///< any trajectory that `vitrion analyze` reads
  std::string viewer;      ///< the same, thinned to what a page can carry
};

/// The ions of a glass at one temperature; the records pool the replicas, null where there is none.
struct IonDynamics {
  double temperature = 0;  ///< K
  std::vector<IonRun> runs;
  nlohmann::json conductivity;
  nlohmann::json hops;
  nlohmann::json doorways;
  nlohmann::json framework;
  nlohmann::json pathways;
  nlohmann::json nongaussian;
};

/// Records over all replicas, null where there is none.
struct Glass {
  std::string key;      ///< "x0.15", "x0-porous": of files and filters
  std::string name;     ///< "x = 0.15", "x = 0, porous": of legends
  std::string formula;  ///< "Na96 P32 S109 O19"
  double x = 0;         ///< of Na3PS(4-x)Ox
  bool porous = false;
  std::size_t atoms = 0;
  nlohmann::json density;
  nlohmann::json units;
  nlohmann::json structure_factor;
  nlohmann::json modulus;
  nlohmann::json free_volume;
  nlohmann::json pore;
  std::vector<nlohmann::json> rdf;  ///< analysis records `rdf`, one a pair
  std::vector<GlassReplica> replicas;
  std::vector<IonDynamics> temperatures;
  nlohmann::json arrhenius;
};

}  // namespace vitrion::report
