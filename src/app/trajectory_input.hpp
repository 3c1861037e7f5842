// Trajectory files as analysis wants them: frames with a time, a slice of them, and the framework's
// frame.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "analysis/trajectory.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// A Python slice of frame indices, A:B:S, with S > 0. A single number N is the frame N.
struct FrameSlice {
  std::optional<long> start;
  std::optional<long> stop;
  long step = 1;

  /// @throws InputError for a text that is no slice or runs backwards.
  static FrameSlice parse(const std::string& text);
  [[nodiscard]] bool needs_count() const { return start.value_or(0) < 0 || stop.value_or(0) < 0; }
};

struct TrajectoryInput {
  std::vector<std::string> elements;  ///< names of types, for files that have types only
  std::string frames = ":";           ///< a FrameSlice
  /// ps between the frames of the file, where the file holds no time of its own; 0: not given
  double frame_time = 0;
  bool unwrapped = false;
  std::string drift = "auto";  ///< auto, framework, com or none
  std::vector<std::string>
      framework;  ///< species; empty: P if there is any, else all but the mobile ones
};

/// Calls body(frame, time in ps) for each frame of the slice. Without a time (and need_time false)
/// the time is the frame's index.
/// @throws InputError naming the file: no frame in the slice, no time, a step that is missing.
void for_each_frame(const std::string& path, const TrajectoryInput& input, bool need_time,
                    const std::function<void(const structures::Frame&, double)>& body);

/// The paths of `keep` (empty: of all), and of the framework if asked for, in the framework's
/// frame; `mobile` are no part of a framework.
[[nodiscard]] analysis::Trajectory read_trajectory(const std::string& path,
                                                   const TrajectoryInput& input,
                                                   const std::vector<std::string>& keep,
                                                   const std::vector<std::string>& mobile,
                                                   bool keep_framework);

}  // namespace vitrion::app
