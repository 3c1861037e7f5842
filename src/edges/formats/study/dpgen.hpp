// DP-GEN's param.json and machine.json as a study: what has a place here, and what has not.
#pragma once

#include <string>
#include <vector>

namespace vitrion::formats {

struct StudyFromDpgen {
  std::string text;                ///< a study.toml
  std::vector<std::string> notes;  ///< keys that were not carried over, and why
};

/// @param folder of param.json: relative paths of structures are seen from there
/// @throws InputError naming the file where it is no JSON, or lacks what no study can do without.
[[nodiscard]] StudyFromDpgen study_from_dpgen(const std::string& param_path,
                                              const std::string& machine_path);

}  // namespace vitrion::formats
