// Parity: what models say of labelled frames beside the labels.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/threads.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// Label and prediction of one quantity, number by number.
struct ParitySeries {
  std::string quantity;  ///< "energy" (eV/atom), "force" (eV/A, components), "virial" (eV/atom)
  std::string unit;
  std::vector<double> label;
  std::vector<double> predicted;

  [[nodiscard]] double rmse() const;
  [[nodiscard]] double mae() const;
};

/// Predictions of the models' mean, or of the one model. All frames must carry energies and forces.
[[nodiscard]] std::vector<ParitySeries> parity_of(const std::vector<std::string>& models,
                                                  const std::vector<structures::Frame>& frames,
                                                  std::shared_ptr<ThreadPool> threads);

/// "label,predicted" and a row a number.
[[nodiscard]] std::string to_csv(const ParitySeries& series);

}  // namespace vitrion::app
