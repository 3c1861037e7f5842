// Frames spread evenly over a run of unknown length, for what is too dear to compute on all.
#pragma once

#include <cstddef>
#include <vector>

#include "structures/frame.hpp"

namespace vitrion::analysis {

struct TimedFrame {
  structures::Frame frame;
  double time_ps = 0;
};

/// Keeps every k-th frame; k doubles whenever there would be twice as many as asked for, so that a
/// run of at least `least` frames leaves between `least` and twice as many.
class FrameSample {
 public:
  explicit FrameSample(std::size_t least) : least_(least) {}

  void add(const structures::Frame& frame, double time_ps) {
    if (seen_++ % stride_ != 0) return;
    kept_.push_back({frame, time_ps});
    if (kept_.size() < 2 * least_) return;
    for (std::size_t i = 1; 2 * i < kept_.size(); ++i) kept_[i] = std::move(kept_[2 * i]);
    kept_.resize(kept_.size() / 2);
    stride_ *= 2;
  }
  [[nodiscard]] const std::vector<TimedFrame>& frames() const { return kept_; }
  /// Frames of the run.
  [[nodiscard]] std::size_t seen() const { return seen_; }

 private:
  std::size_t least_;
  std::size_t stride_ = 1;
  std::size_t seen_ = 0;
  std::vector<TimedFrame> kept_;
};

}  // namespace vitrion::analysis
