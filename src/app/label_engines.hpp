// Label engines from the words of a study, or from those of a command line.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "edges/engines/label_engine.hpp"
#include "edges/formats/study/learn.hpp"

namespace vitrion::app {

/// Where an engine finds its things, and how an error names a key.
struct EngineSurroundings {
  std::string program;                                  ///< this program, absolute
  std::string workers;                                  ///< folder of the copies of Python workers
  std::string python;                                   ///< of a worker; empty: that of its venv
  std::function<std::string(const std::string&)> path;  ///< a path as the words meant it
  std::function<std::string(const std::string&)>
      place;  ///< "model" -> "study.toml:12: label.model"
};

/// @throws InputError naming the key that is wrong.
[[nodiscard]] std::unique_ptr<engines::LabelEngine> make_label_engine(
    const formats::StudyLabel& label, const EngineSurroundings& around);

/// Engine gpaw or ase as a Python worker.
[[nodiscard]] engines::WorkerEngine make_worker_engine(const formats::StudyLabel& label);

/// D3(0) of PBE alone, as a level of its own.
[[nodiscard]] std::unique_ptr<engines::LabelEngine> make_dispersion_engine(
    const EngineSurroundings& around);

}  // namespace vitrion::app
