#include "train/adam.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/threads.hpp"

namespace vitrion::train {

namespace {

/// Numbers that one thread takes at a time; fixed, so that sums do not depend on the number of
/// threads.
constexpr std::size_t block_size = 1 << 15;

std::size_t blocks_of(std::size_t n) {
  return (n + block_size - 1) / block_size;
}

/// Runs body(begin, end, block) over [0, n).
template <class Body>
void for_blocks(std::size_t n, ThreadPool& threads, const Body& body) {
  threads.for_each(blocks_of(n), [&](std::size_t block, std::size_t) {
    body(block * block_size, std::min(n, (block + 1) * block_size), block);
  });
}

/// Scales a gradient that is longer than `most`, as torch.nn.utils.clip_grad_norm_ does.
void clip(std::span<double> gradient, std::span<const char> mask, double most,
          ThreadPool& threads) {
  std::vector<double> parts(blocks_of(gradient.size()), 0.0);
  for_blocks(gradient.size(), threads, [&](std::size_t begin, std::size_t end, std::size_t block) {
    for (std::size_t k = begin; k < end; ++k)
      if (mask[k] != 0) parts[block] += gradient[k] * gradient[k];
  });
  const double length = std::sqrt(std::accumulate(parts.begin(), parts.end(), 0.0));
  const double scale = most / (length + 1e-6);
  if (scale >= 1) return;
  for_blocks(gradient.size(), threads, [&](std::size_t begin, std::size_t end, std::size_t) {
    for (std::size_t k = begin; k < end; ++k) gradient[k] *= scale;
  });
}

}  // namespace

Adam::Adam(const AdamOptions& options, std::size_t parameters)
    : options_(options), m_(parameters, 0.0), v_(parameters, 0.0) {}

void Adam::step(std::span<double> parameters, std::span<double> gradient,
                std::span<const char> mask, double rate, ThreadPool& threads) {
  if (options_.gradient_max_norm > 0) clip(gradient, mask, options_.gradient_max_norm, threads);
  ++steps_;
  const double b1 = options_.beta1;
  const double b2 = options_.beta2;
  const auto t = static_cast<double>(steps_);
  const double step_size = rate / (1 - std::pow(b1, t));
  const double root_correction = std::sqrt(1 - std::pow(b2, t));
  const double added_decay = options_.decoupled_decay ? 0.0 : options_.weight_decay;
  const double shrink = options_.decoupled_decay ? 1 - rate * options_.weight_decay : 1.0;
  for_blocks(parameters.size(), threads, [&](std::size_t begin, std::size_t end, std::size_t) {
    for (std::size_t k = begin; k < end; ++k) {
      const double p = parameters[k] * shrink;
      const double g = gradient[k] + added_decay * p;
      const double m = m_[k] + (g - m_[k]) * (1 - b1);  // torch's lerp
      const double v = v_[k] * b2 + g * g * (1 - b2);
      const double moved =
          p - step_size * (m / (std::sqrt(v) / root_correction + options_.epsilon));
      m_[k] = m;
      v_[k] = v;
      parameters[k] = mask[k] != 0 ? moved : parameters[k];
    }
  });
}

void Adam::restore(std::uint64_t steps, std::vector<double> first, std::vector<double> second) {
  if (first.size() != m_.size() || second.size() != v_.size())
    throw InputError("the optimiser's state does not fit the model");
  steps_ = steps;
  m_ = std::move(first);
  v_ = std::move(second);
}

}  // namespace vitrion::train
