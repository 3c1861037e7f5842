// Adam (Kingma and Ba 2015, arXiv:1412.6980) in the order of operations of PyTorch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace vitrion {
class ThreadPool;
}

namespace vitrion::train {

struct AdamOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;       ///< Adam adds it to the gradient, AdamW shrinks the weights
  bool decoupled_decay = false;  ///< AdamW
  double gradient_max_norm = 0;  ///< gradients longer than this are scaled down; 0: never
};

class Adam {
 public:
  Adam(const AdamOptions& options, std::size_t parameters);

  /// One update of `parameters` in place; those with mask 0 stay. A `gradient` that is too long is
  /// scaled.
  void step(std::span<double> parameters, std::span<double> gradient, std::span<const char> mask,
            double rate, ThreadPool& threads);

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const std::vector<double>& first_moment() const { return m_; }
  [[nodiscard]] const std::vector<double>& second_moment() const { return v_; }
  void restore(std::uint64_t steps, std::vector<double> first, std::vector<double> second);

 private:
  AdamOptions options_;
  std::uint64_t steps_ = 0;
  std::vector<double> m_;
  std::vector<double> v_;
};

}  // namespace vitrion::train
