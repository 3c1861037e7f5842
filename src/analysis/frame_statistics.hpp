// Sums over frames kept in chunks, so that a streamed average has an error that knows about time.
#pragma once

#include <cstddef>
#include <vector>

namespace vitrion::analysis {

/// Adds vectors frame by frame into at most 32 chunks of consecutive frames; when full, neighbours
/// merge and chunks become twice as long. Memory stays constant; a standard error follows from
/// chunks of many frames.
class ChunkedSum {
 public:
  explicit ChunkedSum(std::size_t size) : size_(size) {}

  void add(const std::vector<double>& x);
  [[nodiscard]] std::size_t frames() const { return frames_; }
  /// (size) mean over all frames.
  [[nodiscard]] std::vector<double> mean() const;
  /// Means of between 8 and 16 (if there are so many frames) groups of chunks of the same length;
  /// the rest of the frames is left out. Each (size).
  [[nodiscard]] std::vector<std::vector<double>> blocks() const;

 private:
  static constexpr std::size_t most_chunks = 32;
  std::size_t size_;
  std::size_t frames_ = 0;
  std::size_t chunk_frames_ = 1;             // frames of a full chunk
  std::size_t in_last_ = 0;                  // frames of the last chunk
  std::vector<std::vector<double>> chunks_;  // sums
};

}  // namespace vitrion::analysis
