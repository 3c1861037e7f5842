// A new model from the data: neighbour counts, statistics, energy bias and random weights.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "potential/model.hpp"
#include "train/batches.hpp"
#include "train/dataset.hpp"

namespace vitrion::train {

/// What an input says of a model that is yet to be made.
struct ModelPlan {
  /// Hyperparameters; `descriptor.sel` is empty where it is to be found. Networks, statistics and
  /// biases are filled in by make_model.
  potential::Model shape;
  double sel_factor = 1.1;  ///< automatic sel: most neighbours times this, up to a multiple of 4
  std::vector<std::optional<double>> preset_out_bias;  ///< (types) eV, or empty
  std::size_t stat_batches = 10;  ///< batches per system for davg, dstd and the energy bias
  double stat_protect = 1e-2;     ///< least standard deviation
  double rcond = -1;  ///< cut of the energy regression; negative: the machine's rounding
  std::uint64_t descriptor_seed = 1;
  std::uint64_t fitting_seed = 1;
};

/// Frames that statistics are taken of: `stat_batches` batches of each system, evenly spread.
[[nodiscard]] std::vector<Batch> statistics_sample(const Dataset& data, const Batches& batches,
                                                   std::size_t stat_batches);

/// sel, min_nbor_dist, davg, dstd, out_bias, out_std, then weights W ~ N(0, 1/sqrt(in + out)), b ~
/// N(0, 1), idt ~ N(0.1, 0.001) from streams named after network and layer.
[[nodiscard]] potential::Model make_model(const ModelPlan& plan, const Dataset& data,
                                          const Batches& batches, ThreadPool& threads);

/// 4 * ceil(trunc(most * factor) / 4) per type: DeePMD's "auto:factor".
[[nodiscard]] std::vector<int> automatic_sel(const std::vector<int>& most_neighbours,
                                             double factor);

}  // namespace vitrion::train
