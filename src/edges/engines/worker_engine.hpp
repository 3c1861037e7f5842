// Engines that are Python workers: the inputs of a task, the command, and when a result counts as a
// label.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "learn/labeller.hpp"
#include "structures/frame.hpp"

namespace vitrion::engines {

/// One level of theory, ready to be run: a worker reads task folders and writes result.json into
/// each.
struct WorkerEngine {
  std::string name;         ///< "gpaw", "ase"
  std::string level;        ///< level of its labels: "dft" or "teacher"
  std::string description;  ///< "PW 600 eV PBE + D3(0)"
  std::string settings;     ///< canonical JSON: keys sorted, no spaces
  std::string_view worker;  ///< source of the Python worker
  std::string venv;         ///< ".venv/label": the environment that holds its packages
  std::string installer;    ///< the script that makes this environment
  bool keep_alive = false;  ///< one process for many tasks, else one for each
  double net_force = 0.5;   ///< largest norm of the sum of the raw forces that is accepted, eV/A

  /// 16 hexadecimal digits of what is computed; never of where or how many at a time.
  [[nodiscard]] std::string settings_hash() const;
};

/// Identity of a task, 16 hexadecimal digits: species, cell, positions (to 1e-8 A) and settings.
[[nodiscard]] std::string task_identity(const WorkerEngine& engine, const structures::Frame& frame);

/// Writes input.extxyz and settings.json into `folder`, which is made if it is missing.
/// @throws InputError if the frame has no cell or no atoms; Error if the disk does not take it.
void write_task(const WorkerEngine& engine, const structures::Frame& frame,
                const std::string& folder);

/// The argument list that labels the folders named after it, or, with none, those on standard
/// input.
[[nodiscard]] std::vector<std::string> command(const std::string& python,
                                               const std::string& worker_path);

/// The label in `folder`, a copy of `asked` with labels and provenance, if it is beyond doubt:
/// status ok, the settings and the geometry that were asked (1e-4 A), N finite forces, a virial, a
/// small net force.
[[nodiscard]] learn::Labelled read_result(const WorkerEngine& engine,
                                          const structures::Frame& asked,
                                          const std::string& folder);

}  // namespace vitrion::engines
