#include "analysis/path_sums.hpp"

#include <algorithm>

namespace vitrion::analysis {

PathSums::PathSums(const Trajectory& trajectory, std::size_t atom) {
  const std::size_t n = trajectory.frames();
  const auto x = trajectory.path(atom, 0);
  const auto y = trajectory.path(atom, 1);
  const auto z = trajectory.path(atom, 2);
  origin_ = {x[0], y[0], z[0]};
  sum_.resize(n + 1);
  squares_.resize(n + 1);
  for (std::size_t f = 0; f < n; ++f) {
    const Vec3 r = Vec3{x[f], y[f], z[f]} - origin_;
    sum_[f + 1] = sum_[f] + r;
    squares_[f + 1] = squares_[f] + norm2(r);
  }
}

Vec3 PathSums::mean(std::size_t begin, std::size_t end) const {
  return origin_ + (1 / static_cast<double>(end - begin)) * (sum_[end] - sum_[begin]);
}

double PathSums::spread(std::size_t begin, std::size_t end) const {
  const auto n = static_cast<double>(end - begin);
  const Vec3 m = (1 / n) * (sum_[end] - sum_[begin]);
  return std::max(0.0, (squares_[end] - squares_[begin]) / n - norm2(m));
}

Vec3 PathSums::smoothed(std::size_t frame, std::size_t half, std::size_t begin,
                        std::size_t end) const {
  return mean(std::max(begin, frame - std::min(frame, half)), std::min(end, frame + half + 1));
}

}  // namespace vitrion::analysis
