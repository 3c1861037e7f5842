// Means of one atom's path over any stretch of frames, in constant time.
#pragma once

#include <cstddef>
#include <vector>

#include "analysis/trajectory.hpp"
#include "base/vec3.hpp"

namespace vitrion::analysis {

class PathSums {
 public:
  PathSums(const Trajectory& trajectory, std::size_t atom);

  [[nodiscard]] std::size_t frames() const { return sum_.size() - 1; }
  /// A, over the frames [begin, end), which are not none.
  [[nodiscard]] Vec3 mean(std::size_t begin, std::size_t end) const;
  /// A^2, mean squared distance from that mean.
  [[nodiscard]] double spread(std::size_t begin, std::size_t end) const;
  /// A, mean over the frames within `half` of a frame that lie in [begin, end).
  [[nodiscard]] Vec3 smoothed(std::size_t frame, std::size_t half, std::size_t begin,
                              std::size_t end) const;

 private:
  Vec3 origin_{};                // taken off first, so that squares stay small
  std::vector<Vec3> sum_;        // (F + 1)
  std::vector<double> squares_;  // (F + 1)
};

}  // namespace vitrion::analysis
