// Which study is meant: a file as it is written, a smaller version of it, or a run folder.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "app/study/run_folder.hpp"
#include "app/study/scale.hpp"
#include "edges/formats/study/file.hpp"

namespace vitrion::app {

/// The words of the command line.
struct StudyChoice {
  std::string path;  ///< X.toml, or a run folder, which knows its study
  std::string scale;
  std::size_t replicas = 0;

  /// STUDY, --scale and --replicas.
  void add_to(CLI::App& command);
};

struct ChosenStudy {
  formats::Study study;  ///< scaled
  Scale scale;
  std::vector<std::string> notes;  ///< what the scale did, a sentence each

  [[nodiscard]] std::string run_folder() const;  ///< as RunFolder has it
  /// Tells the run folder which study it is of. @throws Error if it cannot be written.
  void sign(const RunFolder& folder) const;
};

/// @throws InputError for a study, a scale or a run folder that cannot be read.
[[nodiscard]] ChosenStudy choose(const StudyChoice& choice);

}  // namespace vitrion::app
