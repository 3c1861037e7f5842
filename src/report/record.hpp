// Record: what a study did and found, as its run folder's record.json holds it;
// docs/report_record.md is the schema. Whoever runs a study fills a Record and writes it; the
// report reads it and nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace vitrion::report {

struct Study {
  std::string name;
  std::uint64_t seed = 0;
  bool demonstration = false;  ///< not the paper's study: the report's head says so
  std::string statement;  ///< what was cut down or differs, in one or two sentences; may be empty
  std::string file;       ///< the study file's name
  std::string settings_hash;
  std::string started;   ///< ISO 8601
  std::string finished;  ///< ISO 8601
  double seconds = 0;    ///< wall time of all stages
  std::string machine;   ///< "2 cores, AMD EPYC 9B14"
};

struct Stage {
  std::string name;
  double seconds = 0;
  std::string detail;  ///< "3 models x 20000 steps"
};

/// A level of labels that the potential was trained on.
struct Level {
  std::string name;  ///< "teacher", "dft"
  std::size_t frames = 0;
  std::string detail;  ///< "SevenNet-0, forces x 1.13, + D3(0)"
};

/// One line of the parity table.
struct Parity {
  std::string set;       ///< "test": read by no training; "training"
  std::string level;     ///< level of the labels
  std::string quantity;  ///< "energy" (per atom), "force" (per component), "virial" (per atom)
  double rmse = 0;
  double mae = 0;
  std::size_t n = 0;  ///< numbers compared
  std::size_t frames = 0;
  std::string unit;  ///< "eV/atom", "eV/A"
};

/// A CSV of label and prediction, one number a row: columns `label,predicted`.
struct ParityPoints {
  std::string set;
  std::string level;
  std::string quantity;
  std::string csv;  ///< path in the run folder
};

/// A learning curve in DeePMD's own columns.
struct LearningCurve {
  int member = 0;
  std::string phase;  ///< "teacher level", "dft level"
  std::string file;   ///< path in the run folder
};

/// What the search by model deviation saw and took.
struct Selection {
  std::size_t visited = 0;
  std::size_t candidates = 0;
  std::size_t failed = 0;    ///< over the upper trust level
  std::size_t labelled = 0;  ///< by first principles, in this run
  double low = 0;            ///< trust levels, eV/A
  double high = 0;
};

struct Potential {
  std::string network;  ///< "se_e2_a 6 A, embedding 25-50-100, fitting 60-60-60"
  int members = 0;
  std::vector<Level> levels;
  std::vector<Parity> parity;
  std::vector<ParityPoints> parity_points;
  std::vector<LearningCurve> learning_curves;
  Selection selection;
};

struct GlassReplica {
  int replica = 0;
  std::string trace;  ///< CSV: time_ps, temperature_K, density_g_cm3, energy_eV, pressure_GPa; path
  std::string snapshot;    ///< extended XYZ of the relaxed glass; path
  nlohmann::json density;  ///< analysis record `density`, or null
};

struct Glass {
  std::string formula;  ///< "Na96 P32 S109 O19"
  double x = 0;         ///< of Na3PS(4-x)Ox
  std::size_t atoms = 0;
  nlohmann::json density;  ///< analysis record `density` of all replicas, or null
  std::vector<GlassReplica> replicas;
};

/// Mean squared displacements of one run: columns `lag_ps,Na,P,...` in A^2.
struct Transport {
  double temperature = 0;  ///< K
  int replica = 0;
  std::string msd;  ///< CSV path
};

struct Record {
  Study study;
  std::vector<Stage> stages;
  Potential potential;
  Glass glass;
  std::vector<nlohmann::json> rdf;  ///< analysis records `rdf`, one a pair
  nlohmann::json units;             ///< analysis record `units`, or null
  std::vector<Transport> transport;
  std::vector<nlohmann::json> conductivity;  ///< analysis records `conductivity`, one a temperature
  nlohmann::json arrhenius;                  ///< analysis record `arrhenius`, or null
  std::map<std::string, std::string> versions;
  std::vector<std::string> notes;  ///< sentences a reader must know, each a line of the report
};

/// Every part but `study` may be absent; a part that is there must have the right types.
/// @throws InputError naming `place` (the file), the key and the rule.
[[nodiscard]] Record record_from_json(const nlohmann::json& json, const std::string& place);
[[nodiscard]] nlohmann::json to_json(const Record& record);

}  // namespace vitrion::report
