// The descriptors of a block of centres for training: values, backward, tangent and the reverse of
// both. Symbols as in network.hpp; the exact embedding nets, no tables.
#pragma once

#include <span>
#include <vector>

#include "potential/kernels/block.hpp"
#include "potential/kernels/embedding.hpp"
#include "potential/model.hpp"

namespace vitrion::potential::kernels {

/// Rows that pass an embedding net together: those of some whole centres, for one neighbour type.
/// The last tile of a type ends in the row of an empty slot.
struct EmbeddingTile {
  std::size_t type = 0;  ///< of the neighbours
  std::size_t first_centre = 0, end_centre = 0;
  std::size_t begin = 0, rows = 0;
  bool last = false;  ///< of its type
};

/// What the passes over a block leave for each other; n centres, ld of the embedding.
template <class T>
struct DescriptorState {
  BlockRows<T> rows;
  std::vector<EmbeddingTile> tiles;
  std::vector<Buffer<T>> layer;        ///< tape of the embedding nets, tile by tile
  std::vector<EmbeddingTape<T>> tape;  ///< of the first tile
  Buffer<T> gr, gr_dot;                ///< (n, 4, ld)
  Buffer<T> lambda_gr, mu_gr;          ///< (n, 4, ld), by gr before its scale 1/slots
  Buffer<T> drn;                       ///< (4, stride) dE/dRn
  Buffer<double> force;                ///< (3, stride) dE/dd
  Buffer<double> delta;  ///< (3, stride) the tangent of d, set by the caller for tangent()
  Buffer<T> rn_dot;      ///< (4, stride) tangent of Rn
  /// (types) gradient of the embedding nets by this block's rows, per neighbour type
  std::vector<NetworkGradient<T>> embedding;
};

/// Work space of a thread.
template <class T>
struct DescriptorScratch {
  std::vector<EmbeddingTape<T>> tape;  ///< of the tile under way
  Buffer<T> adjoint;                   ///< mu_g, then lambda_g of a tile
  NetworkScratch<T> network;
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
              DescriptorScratch<T>& scratch) const;
  /// state.force from lambda_d = dE/dD.
  void backward(std::size_t t, const T* lambda_d, std::size_t stride_d,
                DescriptorState<T>& state) const;
  /// D_dot for state.delta.
  void tangent(std::size_t t, T* d_dot, std::size_t stride_d, DescriptorState<T>& state) const;
  /// state.embedding from mu_d, and lambda_d once more.
  void reverse(std::size_t t, const T* mu_d, const T* lambda_d, std::size_t stride_d,
               DescriptorState<T>& state, DescriptorScratch<T>& scratch) const;

 private:
  void make_tiles(DescriptorState<T>& state) const;
  /// g of a row of a tile; its slope stands tile.rows rows behind.
  [[nodiscard]] const T* row_of(const DescriptorState<T>& state, const EmbeddingTile& tile,
                                std::size_t row) const;
  /// The state's tape at a tile, in scratch.
  void set_tape(const DescriptorState<T>& state, const EmbeddingTile& tile,
                DescriptorScratch<T>& scratch) const;
  void reverse_embedding(std::size_t t, DescriptorState<T>& state,
                         DescriptorScratch<T>& scratch) const;
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
