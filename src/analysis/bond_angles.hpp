// Bond angles: how the angles A-B-C at a centre B are distributed.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/estimate.hpp"
#include "analysis/frame_statistics.hpp"
#include "analysis/units.hpp"
#include "structures/frame.hpp"

namespace vitrion::analysis {

struct BondAngleOptions {
  BondCutoffs cutoffs;
  std::map<std::string, double> longest;  ///< A, of more pairs, e.g. "Na-S": 3.5
  double bin = 2;                         ///< degrees
};

/// Streams the frames of one run.
class BondAngleAccumulator {
 public:
  /// @throws InputError if `triplet` is not A-B-C, or a bond of it has no length.
  BondAngleAccumulator(const std::string& triplet, BondAngleOptions options);
  /// @throws InputError for a frame without a cell.
  void add(const structures::Frame& frame);
  [[nodiscard]] std::size_t frames() const { return frames_; }

 private:
  friend struct BondAngleBuilder;
  std::string ends_[2];
  std::string centre_;
  double reach_[2] = {0, 0};
  BondAngleOptions options_;
  std::size_t frames_ = 0;
  ChunkedSum histogram_;            // (bins) angles of a frame
  std::vector<double> mean_angle_;  // (frames that have one) degrees
};

struct BondAngles {
  std::string triplet;
  std::vector<double> angle;    ///< degrees, centres of the bins
  std::vector<double> density;  ///< per degree; integrates to one
  std::vector<double> density_error;
  Estimate mean;         ///< degrees
  double spread = 0;     ///< degrees, standard deviation of the distribution
  double per_frame = 0;  ///< angles in a frame
  std::size_t frames = 0;
  std::size_t replicas = 0;
};

/// @throws InputError if there is no such angle in any frame.
[[nodiscard]] BondAngles bond_angles(const std::string& triplet,
                                     std::span<const BondAngleAccumulator> runs);

}  // namespace vitrion::analysis
