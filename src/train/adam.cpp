#include "train/adam.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/threads.hpp"
#include "train/adam_kernel.hpp"

namespace vitrion::train {

Adam::Adam(const AdamOptions& options, std::span<const char> mask)
    : options_(options), m_(mask.size(), 0.0), v_(mask.size(), 0.0) {
  constexpr std::size_t longest = 1 << 15;  // the arrays of a block fit into a core's second cache
  for (std::size_t k = 0; k < mask.size(); ++k) {
    if (mask[k] == 0) continue;
    const bool goes_on =
        !blocks_.empty() && blocks_.back().end == k && k - blocks_.back().begin < longest;
    if (goes_on)
      ++blocks_.back().end;
    else
      blocks_.push_back({k, k + 1});
  }
}

/// As torch.nn.utils.clip_grad_norm_ does.
void Adam::clip(std::span<double> gradient, ThreadPool& threads) const {
  std::vector<double> parts(blocks_.size(), 0.0);
  threads.for_each(blocks_.size(), [&](std::size_t b, std::size_t) {
    for (std::size_t k = blocks_[b].begin; k < blocks_[b].end; ++k)
      parts[b] += gradient[k] * gradient[k];
  });
  const double length = std::sqrt(std::accumulate(parts.begin(), parts.end(), 0.0));
  const double scale = options_.gradient_max_norm / (length + 1e-6);
  if (scale >= 1) return;
  threads.for_each(blocks_.size(), [&](std::size_t b, std::size_t) {
    for (std::size_t k = blocks_[b].begin; k < blocks_[b].end; ++k) gradient[k] *= scale;
  });
}

void Adam::step(std::span<double> parameters, std::span<double> gradient, double rate,
                ThreadPool& threads) {
  if (options_.gradient_max_norm > 0) clip(gradient, threads);
  ++steps_;
  const auto t = static_cast<double>(steps_);
  AdamCoefficients c{};
  c.beta1 = options_.beta1;
  c.beta2 = options_.beta2;
  c.epsilon = options_.epsilon;
  c.step_size = rate / (1 - std::pow(c.beta1, t));
  c.root_correction = 1 / std::sqrt(1 - std::pow(c.beta2, t));
  c.added_decay = options_.decoupled_decay ? 0.0 : options_.weight_decay;
  c.shrink = options_.decoupled_decay ? 1 - rate * options_.weight_decay : 1.0;
  threads.for_each(blocks_.size(), [&](std::size_t b, std::size_t) {
    const std::size_t at = blocks_[b].begin;
    adam_update(c, blocks_[b].end - at, &gradient[at], &parameters[at], &m_[at], &v_[at]);
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
