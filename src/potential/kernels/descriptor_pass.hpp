// The descriptors of a block of centres for training: values, backward, tangent and the reverse of
// both. Symbols as in network.hpp; the exact embedding nets, no tables.
#pragma once

#include <span>
#include <vector>

#include "potential/kernels/block.hpp"
#include "potential/kernels/network.hpp"
#include "potential/model.hpp"

namespace vitrion::potential::kernels {

/// What the passes over a block leave for each other; n centres, ld of the embedding.
template <class T>
struct DescriptorState {
  BlockRows<T> rows;
  std::vector<Buffer<T>> layer;    ///< tape of the embedding nets over all rows
  std::vector<LayerTape<T>> tape;  ///< at row 0
  Buffer<T> gr, gr_dot;            ///< (n, 4, ld)
  Buffer<T> lambda_gr, mu_gr;      ///< (n, 4, ld), by gr before its scale 1/slots
  Buffer<T> drn;                   ///< (4, stride) dE/dRn
  Buffer<double> force;            ///< (3, stride) dE/dd
  Buffer<double> delta;        ///< (3, stride) the tangent of d, set by the caller for tangent()
  Buffer<T> rn_dot, rn_s_dot;  ///< (4, stride) tangent of Rn; Rn times that of s
  Buffer<T> mu_g, lambda_g;    ///< (rows, ld)
  /// (types) gradient of the embedding nets by this block's rows, per neighbour type
  std::vector<NetworkGradient<T>> embedding;
};

template <class T>
class DescriptorPass {
 public:
  DescriptorPass(const Model& model, const Gemm& gemm);

  [[nodiscard]] std::vector<PackedNetwork<T>>& embeddings() { return embeddings_; }
  /// Which net serves a pair of types.
  [[nodiscard]] std::size_t net_index(std::size_t centre, std::size_t neighbour) const {
    return one_side_ ? neighbour : centre + neighbour * types_;
  }

  /// D (n, stride_d) of the centres, all of type t.
  void values(std::size_t t, std::span<const Configuration> frames, std::span<const Centre> centres,
              T* d, std::size_t stride_d, DescriptorState<T>& state,
              NetworkScratch<T>& scratch) const;
  /// state.force from lambda_d = dE/dD.
  void backward(std::size_t t, const T* lambda_d, std::size_t stride_d,
                DescriptorState<T>& state) const;
  /// D_dot for state.delta.
  void tangent(std::size_t t, T* d_dot, std::size_t stride_d, DescriptorState<T>& state) const;
  /// state.embedding from mu_d, and lambda_d once more.
  void reverse(std::size_t t, const T* mu_d, const T* lambda_d, std::size_t stride_d,
               DescriptorState<T>& state, NetworkScratch<T>& scratch) const;

 private:
  void embed(std::size_t t, DescriptorState<T>& state, NetworkScratch<T>& scratch) const;
  void reverse_embedding(std::size_t t, DescriptorState<T>& state,
                         NetworkScratch<T>& scratch) const;
  /// a (4, ld) times 1/slots.
  void scale(T* a) const;

  const Model& model_;
  const Gemm& gemm_;
  std::vector<TypeView> views_;
  std::vector<PackedNetwork<T>> embeddings_;
  std::size_t types_, width_, ld_, axis_;
  bool one_side_;
  T per_slot_;
};

}  // namespace vitrion::potential::kernels
