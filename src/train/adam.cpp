#include "train/adam.hpp"

#include <cmath>

#include "base/error.hpp"

namespace vitrion::train {

namespace {

/// Scales a gradient that is longer than `most`, as torch.nn.utils.clip_grad_norm_ does.
void clip(std::span<double> gradient, std::span<const char> mask, double most) {
  double sum = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k)
    if (mask[k] != 0) sum += gradient[k] * gradient[k];
  const double scale = most / (std::sqrt(sum) + 1e-6);
  if (scale >= 1) return;
  for (double& g : gradient) g *= scale;
}

}  // namespace

Adam::Adam(const AdamOptions& options, std::size_t parameters)
    : options_(options), m_(parameters, 0.0), v_(parameters, 0.0) {}

void Adam::step(std::span<double> parameters, std::span<double> gradient,
                std::span<const char> mask, double rate) {
  if (options_.gradient_max_norm > 0) clip(gradient, mask, options_.gradient_max_norm);
  ++steps_;
  const double b1 = options_.beta1;
  const double b2 = options_.beta2;
  const auto t = static_cast<double>(steps_);
  const double step_size = rate / (1 - std::pow(b1, t));
  const double root_correction = std::sqrt(1 - std::pow(b2, t));
  const double decay = options_.weight_decay;
  for (std::size_t k = 0; k < parameters.size(); ++k) {
    if (mask[k] == 0) continue;
    double& p = parameters[k];
    double g = gradient[k];
    if (options_.decoupled_decay)
      p *= 1 - rate * decay;
    else if (decay != 0)
      g += decay * p;
    m_[k] += (g - m_[k]) * (1 - b1);  // torch's lerp
    v_[k] = v_[k] * b2 + g * g * (1 - b2);
    p -= step_size * (m_[k] / (std::sqrt(v_[k]) / root_correction + options_.epsilon));
  }
}

void Adam::restore(std::uint64_t steps, std::vector<double> first, std::vector<double> second) {
  if (first.size() != m_.size() || second.size() != v_.size())
    throw InputError("the optimiser's state does not fit the model");
  steps_ = steps;
  m_ = std::move(first);
  v_ = std::move(second);
}

}  // namespace vitrion::train
