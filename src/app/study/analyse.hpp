// The analyses of a study: each group fills its keys of the record (docs/report_record.md).
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/coincidence.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// Rises when the same runs come to be analysed otherwise: finished analyses are then done again.
constexpr int analysis_version = 5;

/// What the analyses of one glass are given and fill.
struct GlassAnalysis {
  Pipeline& p;
  const Trained& potential;
  const Glass& glass;
  std::string folder;     ///< absolute, for files beside the record
  nlohmann::json record;  ///< "glasses[]" of the record
  nlohmann::json checks;  ///< "checks[]": what could not be made, and why
  /// Hops of the runs of a temperature, where hops can be told from vibrations.
  std::map<std::size_t, std::vector<std::vector<analysis::Event>>> hops{};

  /// record[key] = body(), or null and a check where the data do not allow it.
  template <class Body>
  void make(nlohmann::json& target, const std::string& what, const Body& body) {
    target = nullptr;
    try {
      target = body();
    } catch (const InputError& e) {
      missing(what, e.what());
    } catch (const Refused& e) {
      missing(what, e.what());
    }
  }
  void missing(const std::string& what, const std::string& why);
};

/// Density, g(r), units, S(Q), stiffness, pore; each over the second half of the last segment.
void analyse_structure(GlassAnalysis& a);
/// MSD, D, conductivity, non-Gaussian parameter at each temperature; Arrhenius over them.
void analyse_transport(GlassAnalysis& a);
/// Hops and doorways at each temperature; after analyse_transport, which lists the temperatures.
void analyse_mechanism(GlassAnalysis& a);
/// ln D of all runs that have one against their doorways (record `doorway_model`, which may be a
/// refusal). `glasses` are "glasses[]" of the record.
[[nodiscard]] nlohmann::json doorway_model(const std::vector<nlohmann::json>& glasses);
/// Free volume of the glass; framework and pathways at each temperature that transport has made.
void analyse_space(GlassAnalysis& a);

/// Errors of the potential on labelled frames: "parity", "parity_points".
void analyse_parity(Pipeline& pipeline, const Stage& data, const Trained& potential,
                    const std::string& folder, nlohmann::json& out);

/// Calls body(frame) for the frames of a relaxed glass that its structure is averaged over.
void for_each_relaxed_frame(const Stage& relaxed,
                            const std::function<void(const structures::Frame&)>& body);

/// All analyses of one glass: results["record"] names a JSON file {"glass": ..., "checks": ...}.
[[nodiscard]] Stage analyse_glass(Pipeline& pipeline, const Trained& potential, const Glass& glass);
/// Parity, and what compares the glasses; results["record"] names a JSON file whose keys are the
/// record's. `data` is null where the study has no labels.
[[nodiscard]] Stage analyse_study(Pipeline& pipeline, const Stage* data, const Trained& potential,
                                  const std::vector<Stage>& glasses);
/// The JSON file that an analysis left.
[[nodiscard]] nlohmann::json record_of(const Stage& analysed);

}  // namespace vitrion::app
