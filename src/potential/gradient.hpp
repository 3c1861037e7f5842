// Gradient of a loss in energies, forces and virials with respect to all weights, without a
// double-backward graph: the residuals define a displacement tangent, and the gradient is one
// reverse pass through the forward-tangent pass of the energy (deep_potential design, section 1.7).
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "potential/configuration.hpp"
#include "potential/model.hpp"

namespace vitrion {
class ThreadPool;
}

namespace vitrion::potential {

/// The trainable numbers of a model in one array, in a fixed order: embeddings, then fitting nets,
/// each by network, layer, then w, b, idt.
[[nodiscard]] std::size_t parameter_count(const Model& model);
[[nodiscard]] std::vector<double> parameters(const Model& model);
void set_parameters(Model& model, std::span<const double> values);
/// 1 where the input lets a parameter move (descriptor.trainable, fitting.trainable), else 0.
[[nodiscard]] std::vector<char> trainable_mask(const Model& model);

/// dL/d(prediction) of one frame.
struct LossSeeds {
  double energy = 0;                ///< dL/dE, 1/eV
  std::vector<double> atom_energy;  ///< (N) dL/dE_i, or empty
  std::vector<Vec3> force;          ///< (N) dL/dF, or empty
  Mat3 virial{};                    ///< dL/dW
};

/// Parameters [begin, begin + count), whose gradient is made in one piece.
struct ParameterPart {
  std::size_t begin = 0;
  std::size_t count = 0;
};

/// What moves a part of the parameters along its gradient (count).
using MovePart = std::function<void(const ParameterPart& part, const double* gradient)>;

/// One batch: predictions first, then the gradient for seeds made from them. The environment,
/// activations and descriptors of the predictions are kept for the second half.
class BatchGradient {
 public:
  BatchGradient(const Model& model, Precision precision, const std::string& gemm,
                std::shared_ptr<ThreadPool> threads);
  ~BatchGradient();
  BatchGradient(BatchGradient&&) noexcept;
  BatchGradient& operator=(BatchGradient&&) noexcept;

  /// Takes new weights (same shapes), in the order of parameters().
  void set_parameters(std::span<const double> values);
  /// Predicts each frame of the batch; the span and its frames must outlive the next call of
  /// gradient(). `results` has one element per frame; atom_virial stays empty.
  void predict(std::span<const Configuration> frames, std::span<Result> results);
  /// Once after each predict(). Overwrites `gradient` (parameter_count) with sum over frames of
  /// dL/dparameter; that of embedding nets which are not trainable is not made and stands as 0.
  /// Bits do not depend on the number of threads.
  void gradient(std::span<const LossSeeds> seeds, std::span<double> gradient);
  /// Gradient and update in one pass, instead of gradient() and set_parameters(): each part of
  /// `parameters` is moved by the thread that made its gradient, while it is in the cache, and the
  /// kernels take what `move` left there. Parts do not overlap and cover everything; `move` runs on
  /// many threads at once. The gradient's bits are those of gradient().
  void update(std::span<const LossSeeds> seeds, std::span<const double> parameters,
              const MovePart& move);

  /// For example "double, libxsmm (avx512)".
  [[nodiscard]] std::string description() const;

  struct Implementation;  ///< one per precision, in gradient.cpp

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vitrion::potential
