// Engines as a queue runs them: frames into a folder, a shell command, labels out of the folder.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "edges/engines/worker_engine.hpp"

namespace vitrion::engines {

class LabelEngine {
 public:
  virtual ~LabelEngine() = default;
  [[nodiscard]] virtual std::string name() const = 0;
  [[nodiscard]] virtual std::string level() const = 0;
  [[nodiscard]] virtual std::string description() const = 0;
  /// 16 hexadecimal digits of what is computed; recipes of one level of theory share them.
  [[nodiscard]] virtual std::string settings_hash() const = 0;
  /// Ways to the same number: the second is for frames on which the first did not converge.
  [[nodiscard]] virtual int recipes() const { return 1; }

  /// @throws InputError for a frame without a cell or atoms; Error if the disk does not take it.
  virtual void write(std::span<const structures::Frame> frames, const std::string& folder,
                     int recipe) const = 0;
  /// Run in the folder.
  [[nodiscard]] virtual std::string command(std::size_t frames) const = 0;
  /// Files that hold the results, as seen from the folder.
  [[nodiscard]] virtual std::vector<std::string> outputs(std::size_t frames) const = 0;
  /// One answer per frame, in order. Never throws on what an engine wrote.
  [[nodiscard]] virtual std::vector<learn::Labelled> read(std::span<const structures::Frame> frames,
                                                          const std::string& folder) const = 0;
};

/// GPAW or ASE: a Python worker, copied to `worker`.
[[nodiscard]] std::unique_ptr<LabelEngine> python_engine(WorkerEngine engine, std::string python,
                                                         std::string worker);

struct CommandSettings {
  std::string name = "command";   ///< or "potential"
  std::string level = "command";  ///< of the labels
  std::string description;
  std::string command;     ///< reads input.extxyz and writes output.extxyz, frame by frame
  std::string computes;    ///< what makes another label: its hash tells levels apart
  double net_force = 0.5;  ///< eV/A, largest norm of the sum of the forces
};

/// Any program that reads and writes extended XYZ. Its output must hold the frames in order with
/// energy, forces and virial (or stress); a frame with status=unconverged or converged=F is so.
[[nodiscard]] std::unique_ptr<LabelEngine> command_engine(CommandSettings settings);

}  // namespace vitrion::engines
