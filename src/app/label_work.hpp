// Frames to be labelled as work for a queue: what a task is called, how it is prepared and judged.
#pragma once

#include <string>
#include <vector>

#include "edges/engines/label_engine.hpp"
#include "edges/queue/executor.hpp"
#include "learn/queue.hpp"

namespace vitrion::app {

/// Frames of one task.
struct LabelBatch {
  std::vector<structures::Frame> frames;
  std::vector<std::string> identities;
};

/// Batches of up to `pack` frames, in order.
[[nodiscard]] std::vector<LabelBatch> batches_of(const std::vector<structures::Frame>& frames,
                                                 std::size_t pack);

/// What a frame is, 16 hexadecimal digits: species, cell and positions to 1e-8 A.
[[nodiscard]] std::string identity_of(const structures::Frame& frame);

/// A task "label-IDENTITY". A frame alone that did not converge gets the engine's next recipe; of a
/// pack the good frames count and the others are named. Engine and batch must outlive it.
[[nodiscard]] queue::Work label_work(const engines::LabelEngine& engine, const LabelBatch& batch,
                                     const learn::Resources& resources, int iteration);

/// Equal batches once, in order.
[[nodiscard]] std::vector<queue::Work> distinct_works(const std::vector<queue::Work>& works);

}  // namespace vitrion::app
