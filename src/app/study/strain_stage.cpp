// Stage strain: the stiffness of each relaxed glass, by scaling its cell at 0 K.
#include <fmt/format.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "app/strain.hpp"
#include "app/study/batch.hpp"
#include "app/study/stages.hpp"
#include "base/error.hpp"
#include "edges/formats/bytes/whole_file.hpp"

namespace vitrion::app {

namespace {

std::string detail_of(const analysis::Estimate& K) {
  return K.is_refused() ? K.refused : fmt::format("K = {:.3g} GPa", *K.value);
}

/// A glass that finds no rest has no stiffness at 0 K; the study goes on without it.
void refuse(StageResult& result, const std::string& why) {
  result.results = {{"refused", why}};
  result.detail = why;
}

}  // namespace

void strain_glasses(Pipeline& p, const Trained& potential, std::vector<Glass>& glasses) {
  StrainOptions options;
  options.precision = p.study.dynamics.precision;
  for (Glass& glass : glasses)
    for (std::size_t replica = 0; replica < glass.relaxed.size(); ++replica) {
      learn::Identity identity("strain", 1);
      identity.add("glass", glass.relaxed[replica].identity);
      identity.add("range", {options.strain, static_cast<double>(options.points),
                             options.relax.force, static_cast<double>(options.relax.most_steps)});
      identity.add("precision", options.precision);
      glass.strained.push_back(p.stage(
          fmt::format("strain-{}-{}", glass.what.key, replica + 1), identity,
          [&](const std::string& folder) {
            StageResult result;
            try {
              const Strained strained = strain_structure(
                  end_of(glass.relaxed[replica]), potential.models.front(), options, p.threads);
              formats::write_whole_file((std::filesystem::path(folder) / "strain.json").string(),
                                        strain_record(strained, options).dump(1) + "\n");
              result.results = {{"record", "strain.json"}};
              result.detail = detail_of(strained.relaxed.K);
            } catch (const Refused& e) {
              refuse(result, e.what());
            } catch (const InputError& e) {
              refuse(result, e.what());  // atoms that a poor potential let fall into each other
            }
            return result;
          }));
    }
}

}  // namespace vitrion::app
