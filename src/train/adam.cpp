#include "train/adam.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/huge_pages.hpp"
#include "base/threads.hpp"
#include "train/adam_kernel.hpp"

namespace vitrion::train {

Adam::Adam(const AdamOptions& options, std::span<const char> mask)
    : options_(options),
      mask_(mask.begin(), mask.end()),
      m_(mask.size(), 0.0),
      v_(mask.size(), 0.0) {
  use_huge_pages();
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
  begin(rate);
  threads.for_each(blocks_.size(), [&](std::size_t b, std::size_t) {
    const std::size_t at = blocks_[b].begin;
    adam_update(now_, blocks_[b].end - at, &gradient[at], &parameters[at], &m_[at], &v_[at]);
  });
}

void Adam::begin(double rate) {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  now_.beta1 = options_.beta1;
  now_.beta2 = options_.beta2;
  now_.epsilon = options_.epsilon;
  now_.step_size = rate / (1 - std::pow(now_.beta1, t));
  now_.root_correction = 1 / std::sqrt(1 - std::pow(now_.beta2, t));
  now_.added_decay = options_.decoupled_decay ? 0.0 : options_.weight_decay;
  now_.shrink = options_.decoupled_decay ? 1 - rate * options_.weight_decay : 1.0;
}

void Adam::move(std::size_t at, std::size_t n, const double* g, std::span<double> parameters) {
  const char* mask = mask_.data() + at;
  for (std::size_t k = 0; k < n;) {
    const char* const run = mask + k;
    const std::size_t length =
        static_cast<std::size_t>(std::find(run, mask + n, *run ? char{0} : char{1}) - run);
    if (*run) adam_update(now_, length, g + k, &parameters[at + k], &m_[at + k], &v_[at + k]);
    k += length;
  }
}

void Adam::restore(std::uint64_t steps, std::vector<double> first, std::vector<double> second) {
  if (first.size() != m_.size() || second.size() != v_.size())
    throw InputError("the optimiser's state does not fit the model");
  steps_ = steps;
  m_ = std::move(first);
  v_ = std::move(second);
  use_huge_pages();
}

void Adam::use_huge_pages() {
  for (std::vector<double>* moment : {&m_, &v_})
    prefer_huge_pages(moment->data(), moment->size() * sizeof(double));
}

}  // namespace vitrion::train
