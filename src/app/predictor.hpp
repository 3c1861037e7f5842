// A model file at work on frames: loads it, predicts, and keeps count of neighbours beyond sel.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "potential/engine.hpp"
#include "structures/frame.hpp"

namespace vitrion::app {

/// "single", "double" or nothing for the model's own. @throws InputError with the nearest of them.
[[nodiscard]] std::optional<potential::Precision> parse_precision(const std::string& name);

class Predictor {
 public:
  /// @throws InputError if the file is no model that Vitrion reads.
  Predictor(std::string path, potential::EngineOptions options,
            std::shared_ptr<ThreadPool> threads);

  /// Overwrites `result`; atoms in the frame's order, virtual ones get zeros.
  /// @throws InputError naming an element that the model does not know, or atoms at one place.
  void predict(const structures::Frame& frame, potential::Result& result);

  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] const potential::Engine& engine() const { return engine_; }
  /// "model.dp: sel is too small: S has 40, needs 46" over all frames so far, or an empty text.
  [[nodiscard]] std::string shortage() const;

 private:
  std::string path_;
  potential::Engine engine_;
  std::vector<int> most_neighbours_;
};

/// Warns of a sel that was too small: once for a model, with the numbers needed; with `strict` it
/// is an error.
/// @throws InputError if strict.
void report_shortage(const std::vector<Predictor>& predictors, bool strict);

}  // namespace vitrion::app
