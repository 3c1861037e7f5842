// Record: what a study did and found, as its run folder's record.json holds it;
// docs/report_record.md is the schema. Whoever runs a study fills a Record and writes it; the
// report reads it and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "report/record_glass.hpp"
#include "report/record_potential.hpp"

namespace vitrion::report {

/// How far a study was cut down, each as a share of what its file says.
struct Scale {
  double size = 1;   ///< of the atoms
  double time = 1;   ///< of the times
  double train = 1;  ///< of the steps of training
};

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
  std::optional<Scale> scale;
};

struct Stage {
  std::string name;
  double seconds = 0;
  std::string detail;  ///< "3 models x 20000 steps"
};

/// A setting of the study beside the paper's, for the page of methods.
struct Method {
  std::string group;  ///< "Potential", "Melt and quench"
  std::string name;   ///< "cooling rate"
  std::string value;  ///< "2.2e14 K/s"
  std::string paper;  ///< the paper's, or empty: the paper does not say
  bool deviates = false;
  std::string note;  ///< what the difference does, or why it is there; may be empty
};

/// A statement of the paper and what this study says of it.
struct Claim {
  std::string id;
  std::string statement;
  std::string place;    ///< in the paper
  std::string verdict;  ///< reproduced | not resolved | contradicted | not testable
  std::optional<double> value;
  std::optional<std::array<double, 2>> interval;  ///< 95 %
  std::string unit;
  std::string test;    ///< what was computed and compared
  std::string reason;  ///< why this verdict
};

/// A self-check of the study.
struct Check {
  std::string name;
  std::string state;  ///< pass | warn | fail | not run
  std::string detail;
};

struct Record {
  Study study;
  std::vector<Stage> stages;
  Potential potential;
  std::vector<Glass> glasses;
  nlohmann::json doorway_model;  ///< analysis record, or null
  nlohmann::json uncertainty;    ///< analysis record, or null
  std::vector<Method> methods;
  std::vector<Claim> claims;
  /// What was measured elsewhere: {quantity, x, value, unit, error, temperature, upper_bound,
  /// confidence, source, note}, as the files of data/reference hold it.
  std::vector<nlohmann::json> reference;
  std::vector<Check> checks;
  std::map<std::string, std::string> versions;
  std::vector<std::string> notes;  ///< sentences a reader must know, each a line of the report
};

/// Every part but `study` may be absent; a part that is there must have the right types.
/// @throws InputError naming `place` (the file), the key and the rule.
[[nodiscard]] Record record_from_json(const nlohmann::json& json, const std::string& place);
[[nodiscard]] nlohmann::json to_json(const Record& record);

}  // namespace vitrion::report
