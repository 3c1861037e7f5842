#include "train/schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace vitrion::train {

LearningRate::LearningRate(const RateOptions& options, std::size_t steps) : options_(options) {
  if (!(options.start > 0))
    throw InputError(fmt::format("learning_rate.start_lr = {:g} must be positive", options.start));
  if (!(options.stop >= 0))
    throw InputError(
        fmt::format("learning_rate.stop_lr = {:g} must not be negative", options.stop));
  if (options.decay_steps == 0) throw InputError("learning_rate.decay_steps = 0 must be positive");
  if (options.decay_rate && !(*options.decay_rate > 0 && *options.decay_rate <= 1))
    throw InputError(
        fmt::format("learning_rate.decay_rate = {:g} must be in (0, 1]", *options.decay_rate));
  if (options.warmup_steps > 0 && options.warmup_steps >= steps)
    throw InputError(fmt::format("learning_rate.warmup_steps = {} must be below numb_steps = {}",
                                 options.warmup_steps, steps));
  decay_total_ = steps - options.warmup_steps;
  if (options.kind != RateOptions::Kind::exponential || options_.decay_rate) return;

  // DeePMD's rule for runs that are shorter than one decay interval.
  if (options_.decay_steps >= decay_total_)
    options_.decay_steps = decay_total_ / 10 > 100 ? 100 : decay_total_ / 100 + 1;
  const double intervals =
      static_cast<double>(decay_total_) / static_cast<double>(options_.decay_steps);
  options_.decay_rate =
      decay_total_ == 0
          ? 1.0
          : std::exp(std::log(std::max(options.stop, 1e-10) / options.start) / intervals);
}

double LearningRate::decayed(std::size_t step) const {
  const double start = options_.start;
  if (options_.kind == RateOptions::Kind::cosine) {
    if (decay_total_ == 0) return start;
    if (step >= decay_total_) return options_.stop;
    const double low = options_.stop / start;
    const double phase =
        std::numbers::pi * (static_cast<double>(step) / static_cast<double>(decay_total_));
    return start * (low + 0.5 * (1 - low) * (1 + std::cos(phase)));
  }
  const std::size_t whole_intervals = step / options_.decay_steps;
  const double exponent =
      options_.smooth ? static_cast<double>(step) / static_cast<double>(options_.decay_steps)
                      : static_cast<double>(whole_intervals);
  return std::max(start * std::pow(*options_.decay_rate, exponent), options_.stop);
}

double LearningRate::at(std::size_t step) const {
  if (step >= options_.warmup_steps) return decayed(step - options_.warmup_steps);
  const double from = options_.warmup_start_factor * options_.start;
  return from + (options_.start - from) *
                    (static_cast<double>(step) / static_cast<double>(options_.warmup_steps));
}

std::string LearningRate::description() const {
  std::string text = fmt::format("{:.1e}", options_.start);
  if (options_.kind == RateOptions::Kind::cosine)
    text += fmt::format(", along a cosine to {:.1e}", options_.stop);
  else
    text += fmt::format(", times {:.4g} every {} steps{}, not under {:.1e}", *options_.decay_rate,
                        options_.decay_steps, options_.smooth ? " (smoothly)" : "", options_.stop);
  if (options_.warmup_steps > 0)
    text += fmt::format(", after {} steps of warm-up", options_.warmup_steps);
  return text;
}

}  // namespace vitrion::train
