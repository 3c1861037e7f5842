#include "train/batches.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"

namespace vitrion::train {

namespace {

std::vector<std::size_t> batch_sizes(const Dataset& data, const BatchRule& rule) {
  const std::size_t systems = data.systems().size();
  std::vector<std::size_t> sizes(systems);
  for (std::size_t s = 0; s < systems; ++s) {
    const std::size_t atoms = data.atoms(s);
    switch (rule.kind) {
      case BatchRule::Kind::each:
        if (rule.sizes.size() != 1 && rule.sizes.size() != systems)
          throw InputError(
              fmt::format("batch_size has {} entries for {} systems", rule.sizes.size(), systems));
        sizes[s] = rule.sizes.size() == 1 ? rule.sizes[0] : rule.sizes[s];
        break;
      case BatchRule::Kind::at_least_atoms:
        sizes[s] = (rule.atoms + atoms - 1) / atoms;
        break;
      case BatchRule::Kind::at_most_atoms:
        sizes[s] = std::max<std::size_t>(1, rule.atoms / atoms);
        break;
    }
    if (sizes[s] == 0)
      throw InputError(fmt::format("batch_size of system {} is 0, must be positive", s));
  }
  return sizes;
}

/// In proportion to the batches of systems [begin, end), summing to `weight`.
void share(std::vector<double>& p, std::span<const std::size_t> passes, std::size_t begin,
           std::size_t end, double weight) {
  double sum = 0;
  for (std::size_t s = begin; s < end; ++s) sum += static_cast<double>(passes[s]);
  for (std::size_t s = begin; s < end; ++s) p[s] += weight * static_cast<double>(passes[s]) / sum;
}

void by_blocks(std::vector<double>& p, std::span<const std::size_t> passes,
               const std::vector<SamplingRule::Block>& blocks) {
  double sum = 0;
  for (const auto& block : blocks) {
    if (block.begin >= block.end || block.end > p.size())
      throw InputError(fmt::format("auto_prob block {}:{} must lie in 0:{} and hold a system",
                                   block.begin, block.end, p.size()));
    if (!(block.weight >= 0))
      throw InputError(fmt::format("auto_prob block {}:{}: weight {:g} must not be negative",
                                   block.begin, block.end, block.weight));
    sum += block.weight;
  }
  if (!(sum > 0)) throw InputError("auto_prob: the weights of the blocks must not all be zero");
  for (const auto& block : blocks) share(p, passes, block.begin, block.end, block.weight / sum);
}

void as_given(std::vector<double>& p, std::span<const std::size_t> passes,
              const std::vector<double>& given) {
  if (given.size() != p.size())
    throw InputError(
        fmt::format("sys_probs has {} entries for {} systems", given.size(), p.size()));
  double assigned = 0;
  double rest_batches = 0;
  for (std::size_t s = 0; s < p.size(); ++s) {
    if (given[s] >= 0)
      assigned += given[s];
    else
      rest_batches += static_cast<double>(passes[s]);
  }
  constexpr double rounding = 1e-8;  // of decimal fractions that a user wrote
  const double rest = 1 - assigned;
  if (rest < -rounding || (rest > rounding && rest_batches == 0))
    throw InputError(fmt::format("sys_probs sum to {:g}, must sum to 1", assigned));
  for (std::size_t s = 0; s < p.size(); ++s)
    p[s] = given[s] >= 0 ? given[s]
                         : std::max(rest, 0.0) * static_cast<double>(passes[s]) / rest_batches;
}

std::vector<double> probabilities_of(const SamplingRule& rule,
                                     std::span<const std::size_t> passes) {
  std::vector<double> p(passes.size(), 0.0);
  switch (rule.kind) {
    case SamplingRule::Kind::by_size:
      share(p, passes, 0, p.size(), 1);
      break;
    case SamplingRule::Kind::uniform:
      std::fill(p.begin(), p.end(), 1 / static_cast<double>(p.size()));
      break;
    case SamplingRule::Kind::blocks:
      by_blocks(p, passes, rule.blocks);
      break;
    case SamplingRule::Kind::given:
      as_given(p, passes, rule.probabilities);
      break;
  }
  return p;
}

}  // namespace

Batches::Batches(const Dataset& data, const BatchRule& batch, const SamplingRule& sampling,
                 std::uint64_t seed, std::string stream)
    : seed_(seed), stream_(std::move(stream)), sizes_(batch_sizes(data, batch)) {
  for (const System& system : data.systems()) frames_.push_back(system.frames.size());
  probabilities_ = probabilities_of(sampling, passes());
  position_.assign(frames_.size() + 1, 0);
  order_.resize(frames_.size());
  pass_of_order_.assign(frames_.size(), 0);
}

std::vector<std::size_t> Batches::passes() const {
  std::vector<std::size_t> n(frames_.size());
  for (std::size_t s = 0; s < n.size(); ++s) n[s] = (frames_[s] + sizes_[s] - 1) / sizes_[s];
  return n;
}

std::size_t Batches::epoch() const {
  const std::vector<std::size_t> n = passes();
  double most = 0;
  for (std::size_t s = 0; s < n.size(); ++s)
    if (probabilities_[s] > 0) most = std::max(most, static_cast<double>(n[s]) / probabilities_[s]);
  // n / (n / sum) may exceed sum by rounding, which must not add a step.
  return static_cast<std::size_t>(std::ceil(most * (1 - 1e-12)));
}

Batch Batches::next() {
  // Which system: one number of a stream named by the draw, so the draws so far are the whole
  // state.
  double u = RandomStream(seed_, stream_ + "/system", position_[0]).uniform();
  std::size_t system = 0;
  for (std::size_t s = 0; s < probabilities_.size(); ++s) {
    if (probabilities_[s] <= 0) continue;
    system = s;
    if (u < probabilities_[s]) break;
    u -= probabilities_[s];
  }

  const std::size_t size = sizes_[system];
  const std::size_t per_pass = (frames_[system] + size - 1) / size;
  const std::uint64_t taken = position_[system + 1];
  const std::uint64_t pass = taken / per_pass;
  std::vector<std::size_t>& order = order_[system];
  if (order.empty() || pass_of_order_[system] != pass) {
    order.resize(frames_[system]);
    std::iota(order.begin(), order.end(), std::size_t{0});
    RandomStream random(seed_, fmt::format("{}/order/{}", stream_, system), pass);
    random.shuffle(order);
    pass_of_order_[system] = pass;
  }
  const std::size_t begin = static_cast<std::size_t>(taken % per_pass) * size;
  const std::size_t end = std::min(begin + size, order.size());
  ++position_[0];
  ++position_[system + 1];
  return {system,
          {order.begin() + static_cast<std::ptrdiff_t>(begin),
           order.begin() + static_cast<std::ptrdiff_t>(end)}};
}

void Batches::seek(const std::vector<std::uint64_t>& position) {
  if (position.size() != position_.size())
    throw InputError(fmt::format("the checkpoint was made with {} systems, the data have {}",
                                 position.empty() ? 0 : position.size() - 1, frames_.size()));
  position_ = position;
  for (auto& order : order_) order.clear();
}

}  // namespace vitrion::train
