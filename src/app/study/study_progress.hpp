// How far a study is: its plan against what its run folder holds.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/study/run_folder.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

/// The stages of one kind.
struct KindProgress {
  std::string kind;
  std::size_t done = 0;
  std::size_t stages = 0;
  double share = 0;    ///< of their work, 0 to 1, unfinished stages with what they have done
  double seconds = 0;  ///< wall time of those that are done
};

/// A stage that was begun and has no manifest yet.
struct BegunStage {
  std::string name;
  double share = 0;  ///< of its steps
};

struct StudyProgress {
  std::vector<KindProgress> kinds;  ///< in the order of the plan
  std::vector<BegunStage> begun;
  /// Wall seconds of the steps that are left, at the pace of the runs that are done, or of those
  /// that go; nothing before them.
  std::optional<double> seconds_left;
};

/// A stage counts as done if a folder of its name has a manifest: after a change of the study that
/// may be one of before the change, until the driver has come to it again.
[[nodiscard]] StudyProgress progress_of(const formats::Study& study, const RunFolder& folder);

}  // namespace vitrion::app
