// The working engine: atoms batched by type into matrix products, in single or double precision,
// threaded.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "potential/configuration.hpp"
#include "potential/model.hpp"

namespace vitrion {
class ThreadPool;
}

namespace vitrion::potential {

struct EngineOptions {
  /// Absent: the model's own precision.
  std::optional<Precision> precision;
  /// Matrix back end by name; empty: by the processor's features (see kernels/gemm.hpp).
  std::string gemm;
  bool atom_virial = false;
};

/// Holds the weights in the form the kernels want. Sums are taken in a fixed order, so the bits of
/// a result do not depend on the number of threads.
class Engine {
 public:
  Engine(const Model& model, EngineOptions options, std::shared_ptr<ThreadPool> threads);
  ~Engine();
  Engine(Engine&&) noexcept;
  Engine& operator=(Engine&&) noexcept;

  /// Overwrites `result`. Neighbours over sel are dropped by the PyTorch back end's rule (the
  /// nearest sum(sel) of all, then the nearest sel[t] of each type) and counted in
  /// result.most_neighbours.
  void compute(const Configuration& configuration, Result& result);

  [[nodiscard]] double cutoff() const;  ///< A
  [[nodiscard]] const Model& model() const;
  /// For example "double, libxsmm (avx512), 2 threads".
  [[nodiscard]] std::string description() const;

  struct Implementation;  ///< one per precision, in engine.cpp

 private:
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace vitrion::potential
