// Networks over many rows: the weights as the kernels want them, and their passes forward and
// backward.
//
// One glossary for all passes. h = x W + b is what enters the activation f; y = idt f(h) + skip(x).
// A dot is the change along a direction of the atoms' displacement. lambda is dE/d(...); mu is the
// derivative by the values of Phi = sum c E + Edot, in which lambda is at the same time the
// derivative by the dotted values. So
//   mu_h = idt (mu_y f' + lambda_y f'' hdot),   dPhi/dW = x^T mu_h + xdot^T lambda_h.
#pragma once

#include <span>
#include <vector>

#include "potential/kernels/buffer.hpp"
#include "potential/kernels/gemm.hpp"
#include "potential/kernels/simd.hpp"
#include "potential/model.hpp"

namespace vitrion::potential::kernels {

/// A layer with padded rows; null or empty where the layer has none.
template <class T>
struct PackedLayer {
  std::size_t in = 0, out = 0;
  std::size_t ld_in = 0, ld = 0;  ///< padded widths
  Buffer<T> w;                    ///< (in, ld)
  Buffer<T> w_turned;             ///< (out, ld_in)
  Buffer<T> b;                    ///< (ld), zeros if the layer has none
  bool has_b = false;
  Buffer<T> idt;  ///< (ld)
  bool has_idt = false;
  bool skip = false;  ///< acts: asked for, and out = in or out = 2 in
  Activation activation;

  [[nodiscard]] const T* idt_or_null() const { return has_idt ? idt.data() : nullptr; }
  /// Numbers of this layer in the order of parameters(): w, b, idt.
  [[nodiscard]] std::size_t count() const {
    return (in + (has_b ? 1 : 0) + (has_idt ? 1 : 0)) * out;
  }
};

/// Where a parameter of the model stands in the packed form: the descriptor's order (axis, width)
/// differs from the model's (width, axis), so the rows of the first fitting layer are exchanged.
struct InputOrder {
  std::size_t width = 0, axis = 0;  ///< 0: the model's own order

  [[nodiscard]] std::size_t packed(std::size_t row) const {
    return axis == 0 ? row : row % axis * width + row / axis;
  }
};

template <class T>
struct PackedNetwork {
  std::vector<PackedLayer<T>> layers;
  InputOrder order;
  bool turned = false;  ///< w_turned is there
  /// Elements from one row of the first layer's input to the next: whole cache lines, with room for
  /// what the descriptor's kernels write behind a row. Those elements stay finite.
  std::size_t stride = 0;

  /// Takes shapes and weights of `network`.
  void load(const Network& network, InputOrder input_order, bool with_turned);
  /// Takes new weights for the same shapes, in the order of parameters().
  void load(const double* values);
  /// Takes the rows [begin, begin + count) of the weights of layer l in the model's order. For nets
  /// that are not turned.
  void load_rows(std::size_t l, std::size_t begin, std::size_t count, const double* from);
  /// Takes b and idt of layer l, those that it has, one behind the other.
  void load_vectors(std::size_t l, const double* from);
  [[nodiscard]] std::size_t count() const;   ///< numbers in the order of parameters()
  [[nodiscard]] std::size_t widest() const;  ///< largest padded width of all layers
  /// Leading dimension of the input of layer l of a fitting net.
  [[nodiscard]] std::size_t ld_input(std::size_t l) const {
    return l == 0 ? stride : layers[l].ld_in;
  }
};

/// What a pass over n rows leaves of one layer, each (n, ld).
template <class T>
struct LayerTape {
  T* y = nullptr;
  T* y_dot = nullptr;
  T* f1 = nullptr;  ///< f'(h)
};

/// Gradient of a layer's packed weights; added to.
template <class T>
struct LayerGradient {
  T* w = nullptr;    ///< (in, ld)
  T* b = nullptr;    ///< (ld)
  T* idt = nullptr;  ///< (ld)
};

/// Room for the gradient of a network's packed weights.
template <class T>
class NetworkGradient {
 public:
  /// Zeros for `net`.
  void clear(const PackedNetwork<T>& net);
  [[nodiscard]] const std::vector<LayerGradient<T>>& layers() const { return layers_; }
  /// Adds to `sum`, which holds the net in the order of parameters().
  void add_to(const PackedNetwork<T>& net, double* sum) const;

 private:
  Buffer<T> values_;
  std::vector<LayerGradient<T>> layers_;
};

/// Work space of the passes below.
template <class T>
struct NetworkScratch {
  Buffer<T> input, input_dot;
  Buffer<T> mu[2], lambda[2], mu_h, lambda_h;
  Buffer<T> weights;
};

/// An embedding net at s (n), with its derivative by s: tape.back().y = g, y_dot = dg/ds. Needs y,
/// y_dot and f1 of each layer.
template <class T>
void embedding_forward(const PackedNetwork<T>& net, const Gemm& gemm, std::size_t n, const T* s,
                       std::span<const LayerTape<T>> tape, NetworkScratch<T>& scratch);

}  // namespace vitrion::potential::kernels
