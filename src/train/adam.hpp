// Adam (Kingma and Ba 2015, arXiv:1412.6980) in the order of operations of PyTorch.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "train/adam_kernel.hpp"

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
  /// One number per entry of `mask`; those with 0 never move.
  Adam(const AdamOptions& options, std::span<const char> mask);

  /// One update of `parameters` in place. A `gradient` that is too long is scaled.
  void step(std::span<double> parameters, std::span<double> gradient, double rate,
            ThreadPool& threads);

  /// The same in parts, where no gradient is cut: begin() once, then move() for stretches that
  /// together cover everything, on any threads.
  void begin(double rate);
  /// Moves `parameters` [at, at + n) along g (n).
  void move(std::size_t at, std::size_t n, const double* g, std::span<double> parameters);
  [[nodiscard]] bool clips() const { return options_.gradient_max_norm > 0; }

  [[nodiscard]] std::uint64_t steps() const { return steps_; }
  [[nodiscard]] const std::vector<double>& first_moment() const { return m_; }
  [[nodiscard]] const std::vector<double>& second_moment() const { return v_; }
  void restore(std::uint64_t steps, std::vector<double> first, std::vector<double> second);

 private:
  /// Numbers that one thread takes at a time.
  struct Block {
    std::size_t begin;
    std::size_t end;
  };
  void clip(std::span<double> gradient, ThreadPool& threads) const;
  void use_huge_pages();

  AdamOptions options_;
  AdamCoefficients now_{};  ///< of the update under way
  std::vector<char> mask_;
  std::vector<Block>
      blocks_;  ///< of the numbers that move; they do not depend on the number of threads
  std::uint64_t steps_ = 0;
  std::vector<double> m_;
  std::vector<double> v_;
};

}  // namespace vitrion::train
