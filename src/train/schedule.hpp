// Learning-rate schedules: exponential (stepped or smooth) and cosine, both with linear warm-up.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace vitrion::train {

struct RateOptions {
  enum class Kind { exponential, cosine };
  Kind kind = Kind::exponential;
  double start = 1e-3;
  double stop = 5e-8;
  std::size_t decay_steps = 5000;    ///< exponential
  std::optional<double> decay_rate;  ///< exponential; absent: so that `stop` is reached at the end
  bool smooth = false;               ///< exponential, without the steps
  std::size_t warmup_steps = 0;
  double warmup_start_factor = 0;  ///< warm-up starts at this times `start`
};

/// lr(t) for t = 0 .. steps-1.
class LearningRate {
 public:
  /// @throws InputError naming the key and the rule.
  LearningRate(const RateOptions& options, std::size_t steps);

  [[nodiscard]] double at(std::size_t step) const;
  [[nodiscard]] double start() const { return options_.start; }
  /// "1.0e-03, times 0.94 every 5000 steps, down to 3.5e-08".
  [[nodiscard]] std::string description() const;

 private:
  [[nodiscard]] double decayed(std::size_t step) const;

  RateOptions options_;
  std::size_t decay_total_;  ///< steps after the warm-up
};

}  // namespace vitrion::train
