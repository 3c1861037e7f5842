// A fitting net for the engine: energies and their derivative by the descriptor in one go. Training
// has its own passes (fitting.hpp), which keep more and whose weights change at each step.
#pragma once

#include <vector>

#include "potential/kernels/half_descriptor.hpp"
#include "potential/kernels/panels.hpp"
#include "potential/model.hpp"

namespace vitrion::potential::kernels {

/// Work space of a thread.
template <class T>
struct EnergyScratch {
  std::vector<Buffer<T>> y, slope;  ///< of each layer, (n, ld)
  Buffer<T> lambda[2], lambda_h, skip;
};

template <class T>
class EnergyNet {
 public:
  /// `order` is that of the descriptors handed to compute().
  void load(const Network& network, const HalfOrder& order);
  /// Elements from one descriptor to the next: whole cache lines, with room for what
  /// contract_half() writes behind one.
  [[nodiscard]] std::size_t stride() const { return stride_; }

  /// E (n) and dd (n, stride) = dE/dd of the descriptors d (n, stride), the constants of the energy
  /// left out.
  void compute(const Gemm& gemm, std::size_t n, const T* d, T* energy, T* dd,
               EnergyScratch<T>& scratch) const;

 private:
  struct Layer {
    std::size_t in = 0, out = 0;    ///< of the first layer: the distinct entries
    std::size_t ld_in = 0, ld = 0;  ///< padded widths
    std::size_t model_in = 0;       ///< width that a skip sees
    PanelMatrix<T> w;               ///< (in, ld)
    PanelMatrix<T> w_turned;        ///< (out, ld_in)
    Buffer<T> column;               ///< (ld_in) instead of both in a last layer without skip
    bool is_column = false;
    Buffer<T> b, idt;  ///< (ld)
    bool has_idt = false;
    bool skip = false;
    Activation activation;
  };

  void load_layer(const potential::Layer& from, bool first, bool last, Layer& to) const;
  [[nodiscard]] std::size_t ld_input(std::size_t l) const {
    return l == 0 ? stride_ : layers_[l].ld_in;
  }
  void forward(const Gemm& gemm, std::size_t n, const T* d, EnergyScratch<T>& scratch) const;
  /// y and slope of layer l from h in y.
  void finish(std::size_t l, std::size_t n, const T* x, EnergyScratch<T>& scratch) const;
  void backward(const Gemm& gemm, std::size_t n, T* dd, EnergyScratch<T>& scratch) const;
  /// lambda_x of layer l from lambda_y; it stands in lambda_y itself where that is returned.
  T* to_input(const Gemm& gemm, std::size_t l, std::size_t n, T* lambda_y, T* spare,
              EnergyScratch<T>& scratch) const;

  HalfOrder order_;
  std::size_t stride_ = 0;
  std::vector<Layer> layers_;
};

}  // namespace vitrion::potential::kernels
